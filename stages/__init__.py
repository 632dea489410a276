"""One thin command per stage of dvc.yaml: read params and paths, call the library, write the outs."""

import re
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from onggi.core import arithmetic
from onggi.work import command, process
from onggi.work.session import session

arithmetic.pin()

T = TypeVar("T")
Opt = Annotated[T, typer.Option()]
"""A named option of a stage."""


def _name(given: str) -> str:
    """Return the name that was given, or of DVC's name of a stage (``index@bm25``) what stands behind the @."""
    from onggi.core.errors import ParamsError
    from onggi.core.params import NAME, PARAMS

    name = given.rpartition("@")[2]
    if not re.match(NAME, name):
        fix = "make names of letters, digits, _ and -, beginning with none of the last"
        typer.echo(f"error: {ParamsError(PARAMS, f'{name!r} is no name', fix)}", err=True)
        raise typer.Exit(1)
    return name


Name = Annotated[str, typer.Option("--name", envvar="DVC_STAGE", callback=_name)]
"""The name of what a stage makes, which is its own behind the @. DVC tells it by a variable, so that no name of
params.yaml gets into a command: a shell would run what stands in it."""


def run(*functions: Callable[..., None]) -> None:
    """Run the function of a stage, or one of several, as a command at work (see `onggi.work.session`)."""
    with process.of_one_task():
        command.run(*map(session, functions))
