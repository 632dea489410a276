"""`onggi memo`: what the memo holds on this machine, checked, shrunk, and handed to others."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onggi.work.command import guarded

if TYPE_CHECKING:
    from onggi.work.folders import Folders
    from onggi.work.store import Store

app = typer.Typer(no_args_is_help=True, help="The memo: what models returned, kept for the next build.")


@app.command("stats")
@guarded
def stats(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, sizes in bytes.")] = False) -> None:
    """Show where the memo is and what it holds."""
    from dataclasses import asdict

    from onggi.work import upkeep
    from onggi.work.builds import lines

    with _memo() as (store, folders):
        found = upkeep.stats(store, folders)
    if as_json:
        kinds = {kind: {"rows": rows, "bytes": size} for kind, (rows, size) in found.kinds.items()}
        checkpoints = dict(zip(("folders", "bytes"), found.checkpoints, strict=True))
        content = {**asdict(found), "kinds": kinds, "checkpoints": checkpoints}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    of_kinds = {**found.kinds, **({"checkpoints": found.checkpoints} if found.checkpoints[0] else {})}
    sizes = [(kind, f"{count:,}", upkeep.human(size)) for kind, (count, size) in of_kinds.items()]
    typer.echo(f"{found.path}: {upkeep.human(found.bytes)} on disk")
    typer.echo("\n".join(lines([("kind", "rows", "size"), *sizes])) if sizes else "no row yet")


@app.command("gc")
@guarded
def gc(max_size: Annotated[str, typer.Option(help="Bytes to keep at most: 500MB, 5GB, 1.5GiB.")]) -> None:
    """Forget the rows and checkpoints that were used longest ago."""
    from onggi.work import upkeep

    size = upkeep.parse_size(max_size)
    with _memo() as (store, folders):
        rows, checkpoints = upkeep.shrink(store, folders, size)
        left = upkeep.human(upkeep.size_on_disk(store) + folders.size())
    typer.echo(f"{rows:,} rows{_and(checkpoints)} forgotten; {left} on disk")


@app.command("verify")
@guarded
def verify() -> None:
    """Check every row and checkpoint and remove those that are damaged; the exit code is 1 where there were any."""
    from onggi.work import upkeep

    with _memo() as (store, folders):
        rows, checkpoints = upkeep.count(store), len(folders.kept())
        wrong, broken = upkeep.damaged(store, folders)
    gone = " and removed; they are computed again" if wrong or broken else ""
    typer.echo(f"{rows:,} rows{_and(checkpoints)}, {wrong:,}{_and(broken)} damaged{gone}")
    if gone:
        raise typer.Exit(1)


@app.command("export")
@guarded
def export(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write all rows and checkpoints to one file, for a teammate or for CI."""
    from onggi.work import handover, upkeep

    with _memo() as (store, folders):
        rows, checkpoints = handover.export(store, folders, file)
    typer.echo(f"{file}: {rows:,} rows{_and(checkpoints)}, {upkeep.human(file.stat().st_size)}")


@app.command("import")
@guarded
def take_over(file: Annotated[Path, typer.Argument(help="A file that `onggi memo export` wrote.")]) -> None:
    """Take over the rows and checkpoints of a file; nothing if one of them is damaged."""
    from onggi.work import handover

    with _memo() as (store, folders):
        taken = handover.take_over(store, folders, file)
    typer.echo(
        f"{taken.rows:,} rows{_and(taken.checkpoints)}, {taken.new_rows:,}{_and(taken.new_checkpoints)} of them new"
    )


@contextmanager
def _memo() -> Iterator[tuple["Store", "Folders"]]:
    """Open the memo of this user."""
    from onggi.work import folders, store

    with closing(store.Store(store.location())) as opened:
        yield opened, folders.Folders(folders.location())


def _and(checkpoints: int) -> str:
    return f" and {checkpoints:,} checkpoint{'s' * (checkpoints > 1)}" if checkpoints else ""
