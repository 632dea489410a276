"""How every command runs, of a stage or of the console script: its errors are one line."""

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from onggi.core.errors import OnggiError

Traceback = Annotated[bool, typer.Option("--traceback", help="Show where an error was raised.")]


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """Add ``--traceback`` to a command and turn its `OnggiError` into one line on stderr and exit code 1."""

    @functools.wraps(function)
    def command(*args: Any, traceback: bool = False, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except OnggiError as error:
            if traceback:
                raise
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None

    signature = inspect.signature(function, eval_str=True)
    option = inspect.Parameter("traceback", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Traceback)
    command.__signature__ = signature.replace(parameters=[*signature.parameters.values(), option])  # type: ignore[attr-defined]
    command.__annotations__ = {**function.__annotations__, "traceback": Traceback}
    return command


def run(*functions: Callable[..., None]) -> None:
    """Run one function as a command line, or several as its subcommands."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    for function in functions:
        app.command()(guarded(function))
    app()
