"""One thin command per stage of dvc.yaml: read params and paths, call the library, write the outs."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from onggi.core import arithmetic
from onggi.work import command
from onggi.work.session import session

arithmetic.pin()

T = TypeVar("T")
Opt = Annotated[T, typer.Option()]
"""A named option of a stage."""


def run(*functions: Callable[..., None]) -> None:
    """Run the function of a stage, or one of several, as a command at work (see `onggi.work.session`)."""
    command.run(*map(session, functions))
