"""The console script ``onggi``: what an engineer asks outside the DAG."""

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onggi import memo
from onggi.choosing.command import merge, write_page
from onggi.gate import gate
from onggi.inspection.command import ingest_report
from onggi.plan.command import plan, why
from onggi.pooling.command import gold_merge, gold_pool
from onggi.sweep import show as sweep_show
from onggi.work.command import guarded

if TYPE_CHECKING:
    from onggi.report import Comparison

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Raw Korean documents in, a tuned, measured and reproducible retriever out (built by `dvc repro`).",
)


def _version(asked: bool) -> None:
    if asked:
        from onggi import __version__

        typer.echo(f"onggi {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
@guarded
def report(
    against: Annotated[
        str | None,
        typer.Option(help="Show the differences to a branch, a tag, HEAD~1, a hash or an experiment."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write. [default: report-against-REV.html, or standard output without --against]"),
    ] = None,
    metrics: Annotated[Path, typer.Option(help="Folder the build wrote its metrics to.")] = Path("metrics"),
) -> None:
    """Write the report page from metrics/ and dvc.yaml, with differences to another commit if asked."""
    from onggi.core.outs import write_text
    from onggi.core.params import PARAMS
    from onggi.report import load_folder, read_dag, read_decided, render

    now, dag, decided = load_folder(metrics), read_dag(Path("dvc.yaml")), read_decided(PARAMS)
    if against is None:
        page = render(now, dag, decided=decided)
        if out is None:
            sys.stdout.buffer.write(page.encode("utf-8"))
            return
    else:
        page = render(now, dag, _comparison(against, metrics), decided)
        out = out or Path(f"report-against-{_file_name(against)}.html")
    write_text(out, page)
    typer.echo(str(out), err=True)


@app.command()
@guarded
def dag(
    out: Annotated[Path | None, typer.Option(help="File to write. [default: standard output]")] = None,
) -> None:
    """Draw the stages of dvc.yaml as an SVG picture."""
    from onggi.core.errors import ParamsError
    from onggi.core.outs import write_text
    from onggi.report import read_dag
    from onggi.report.picture import standalone

    graph = read_dag(Path("dvc.yaml"))
    if graph is None:
        raise ParamsError("dvc.yaml", "no such file", "run from the folder that holds dvc.yaml")
    if out is None:
        sys.stdout.buffer.write(standalone(graph).encode("utf-8"))
    else:
        write_text(out, standalone(graph))


@app.command()
@guarded
def check(params: Annotated[Path, typer.Argument(help="The params file.")] = Path("params.yaml")) -> None:
    """Check params.yaml, dvc.lock and the names in the corpus; each problem is a line, and then the exit code is 1."""
    from onggi import settings
    from onggi.core.errors import MemoError
    from onggi.work import lockfile

    found = settings.problems(params) + settings.unhashable(params) + settings.picked_on_test(params)
    if (what := lockfile.problem(params.parent)) is not None:
        found.append(MemoError(str(params.parent / lockfile.NAME), what, lockfile.way_back(params.parent)))
    for problem in found:
        typer.echo(f"error: {problem}", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{params}: {len(settings.SECTIONS)} sections, all right")


@app.command()
@guarded
def show(
    chunk_id: Annotated[str, typer.Argument(help="A chunk, as the report and the runs name it.")],
    picture: Annotated[Path | None, typer.Option(help="PNG to write: its page of a PDF, the text marked.")] = None,
    chunks: Annotated[Path, typer.Option(help="The chunks table.")] = Path("data/chunks.parquet"),
    documents: Annotated[Path, typer.Option(help="The documents table.")] = Path("data/documents.parquet"),
) -> None:
    """Show a chunk: where in which file it stands, its heading and its text."""
    from onggi import settings
    from onggi.core.outs import replacing
    from onggi.core.params import PARAMS
    from onggi.documents import show as showing

    chunk = showing.find(chunks, chunk_id)
    typer.echo(showing.shown(chunk))
    if picture is not None:
        drawn = showing.picture(chunk, documents, *settings.corpus(PARAMS))
        with replacing(picture) as file:
            file.write_bytes(drawn)


@app.command()
@guarded
def restore_lock() -> None:
    """Put back the dvc.lock of the last stage that began, where a kill left an empty one or half of it."""
    from onggi.work import lockfile

    restored = lockfile.restore(Path())
    typer.echo(f"{lockfile.NAME}: " + ("put back; go on with `dvc repro`" if restored else "whole, left as it is"))


@app.command()
@guarded
def builds(
    build: Annotated[str | None, typer.Argument(help="A build whose stages to show.")] = None,
    stage: Annotated[str | None, typer.Option(help="Show this stage alone.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many builds to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List past builds on this machine, or the stages of one: rows, seconds, rates and memory."""
    from onggi.core.errors import MemoError
    from onggi.work import builds as past
    from onggi.work import journal

    shown = past.by_build(e for e in journal.entries() if stage is None or stage in (e.stage, e.stage.split("@")[0]))
    if build is not None:
        shown = [entries for entries in shown if entries[0].build.startswith(build)]
        if not shown:
            raise MemoError(build, "no such build in the journal", "`onggi builds` lists them")
    shown = shown[-last:]
    if as_json:
        typer.echo(json.dumps(past.as_json(shown), ensure_ascii=False, indent=2))
    elif not shown:
        typer.echo("no build yet")
    elif build is None and stage is None:
        typer.echo("\n".join(past.lines(past.build_table(shown))))
    else:
        typer.echo("\n".join(past.lines(past.stage_table([entry for entries in shown for entry in entries]))))


app.command()(guarded(plan))
app.command()(guarded(why))
app.command()(guarded(gate))

ingest = typer.Typer(no_args_is_help=True, help="What the stage ingest made of the documents.")
app.add_typer(ingest, name="ingest")
ingest.command("report")(guarded(ingest_report))

compare_answers = typer.Typer(no_args_is_help=True, help="People choose between two models' answers, blind.")
app.add_typer(compare_answers, name="compare-answers")
compare_answers.command("page")(guarded(write_page))
compare_answers.command("merge")(guarded(merge))

gold = typer.Typer(no_args_is_help=True, help="The gold labels: what systems found and nobody has judged.")
app.add_typer(gold, name="gold")
gold.command("pool")(guarded(gold_pool))
gold.command("merge")(guarded(gold_merge))

sweep = typer.Typer(no_args_is_help=True, help="Experiments of `dvc exp run`, side by side.")
app.add_typer(sweep, name="sweep")
sweep.command("show")(guarded(sweep_show))

app.add_typer(memo.app, name="memo")


def _comparison(name: str, metrics: Path) -> "Comparison":
    from onggi.core.params import PARAMS
    from onggi.report import Comparison, Revision
    from onggi.report.revision import flat_params

    revision = Revision.find(name, Path())
    now = flat_params(PARAMS.read_bytes(), str(PARAMS)) if PARAMS.exists() else {}
    return Comparison(name, revision.metrics(metrics), revision.params(PARAMS), now)


def _file_name(revision: str) -> str:
    return re.sub(r"[^\w.~^-]+", "-", revision).strip(".-") or "revision"


def main() -> None:
    """Run the console script."""
    app()
