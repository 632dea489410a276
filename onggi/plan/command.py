"""The commands ``onggi plan`` and ``onggi why``."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with stable keys.")]


def plan(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="[TARGET]...", help="Stages to build. [default: all]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what `dvc repro` would do, row by row, and how long it would take; nothing is changed."""
    from pathlib import Path
    from shutil import get_terminal_size

    from onggi.plan import screen
    from onggi.plan.estimate import Rates
    from onggi.plan.project import opened
    from onggi.plan.simulate import simulated
    from onggi.work import journal

    with opened(Path()) as project, _watched() as show, simulated(project, targets or (), show) as (steps, _):
        pass
    rates = Rates(journal.entries())
    seconds = [rates.seconds(step) for step in steps]
    if as_json:
        typer.echo(json.dumps(screen.as_json(steps, seconds), ensure_ascii=False, indent=2))
        return
    width = get_terminal_size().columns if sys.stdout.isatty() else 120
    for line in screen.as_text(steps, seconds, width):
        typer.echo(line)


def why(
    stage: Annotated[str, typer.Argument(help="A stage as DVC writes it: encode@base; encode: all of a foreach.")],
    as_json: AsJson = False,
) -> None:
    """Show what made a stage stale: the parameter, the file and the rows in it, or the module."""
    from pathlib import Path

    from onggi.plan.project import opened
    from onggi.plan.simulate import simulated
    from onggi.plan.why import as_text, explain

    with opened(Path()) as project:
        named = [found.name for found in project.named(stage)]
        with _watched() as show, simulated(project, [stage], show) as (steps, simulation):
            reasons = [explain(name, steps, simulation) for name in named]
    if as_json:
        typer.echo(json.dumps({"stages": reasons}, ensure_ascii=False, indent=2))
        return
    for line in as_text(reasons):
        typer.echo(line)


@contextmanager
def _watched() -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage is looked at."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    with Console(stderr=True).status("planning") as status:
        yield lambda stage: status.update(f"planning: {stage}")
