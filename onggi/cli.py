"""The console script ``onggi``: what an engineer asks outside the DAG."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onggi.core.command import guarded

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
        str | None, typer.Option(help="Git revision to show the differences to: a branch, a tag, HEAD~1, a hash.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write. [default: report-against-REV.html, or standard output without --against]"),
    ] = None,
    metrics: Annotated[Path, typer.Option(help="Folder the build wrote its metrics to.")] = Path("metrics"),
) -> None:
    """Write the report page from metrics/ and dvc.yaml, with differences to another commit if asked."""
    from onggi.core.outs import write_text
    from onggi.report import load_folder, read_dag, render

    now, dag = load_folder(metrics), read_dag(Path("dvc.yaml"))
    if against is None:
        page = render(now, dag)
        if out is None:
            sys.stdout.buffer.write(page.encode("utf-8"))
            return
    else:
        page = render(now, dag, _comparison(against, metrics))
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
    """Check every section of params.yaml; each problem is a line on stderr, and then the exit code is 1."""
    from onggi import settings

    found = settings.problems(params)
    for problem in found:
        typer.echo(f"error: {problem}", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{params}: {len(settings.SECTIONS)} sections, all right")


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
