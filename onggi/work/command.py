"""How every command runs, of a stage or of the console script: its errors are one line."""

import errno
import functools
import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any

import typer

from onggi.core.errors import OnggiError

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
TERMINATED = 143  # 128 + SIGTERM
AGAIN = "run `dvc repro` again; what was finished is kept"
FIXES = {
    errno.ENOSPC: f"free space and {AGAIN}",
    errno.EDQUOT: f"free space or raise the quota, and {AGAIN}",
    errno.EFBIG: f"raise the limit on file sizes (`ulimit -f`) and {AGAIN}",
    errno.EACCES: f"allow it (`ls -l` shows who may) and {AGAIN}",
    errno.EROFS: f"write elsewhere and {AGAIN}",
}
"""What to do about what the system refused."""


class Terminated(KeyboardInterrupt):
    """SIGTERM (`kill PID`, a scheduler, a shutdown): what an interrupt leaves whole, this does."""


Traceback = Annotated[bool, typer.Option("--traceback", help="Show where an error was raised.")]


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """Add ``--traceback`` to a command and turn its errors into one line on stderr.

    An `OnggiError`, and what the system refused of a named file or for want of space, exits with 1; an interrupt with
    130, and a SIGTERM, which ends a command as an interrupt does, with 143. Everything else is a bug and keeps its
    traceback.
    """

    @functools.wraps(function)
    def command(*args: Any, traceback: bool = False, **kwargs: Any) -> None:
        try:
            with _terminable():
                function(*args, **kwargs)
        except KeyboardInterrupt as interrupt:
            if traceback:
                raise
            kept = "".join(f": {note}" for note in getattr(interrupt, "__notes__", ()))
            print(f"interrupted{kept}; no half-written file is left; run `dvc repro` to go on", file=sys.stderr)
            raise typer.Exit(TERMINATED if isinstance(interrupt, Terminated) else INTERRUPTED) from None
        except (OnggiError, OSError) as error:
            known = _explained(error) if isinstance(error, OSError) else error
            if traceback or known is None:
                raise
            print(f"error: {known}", file=sys.stderr)
            raise typer.Exit(1) from None

    signature = inspect.signature(function, eval_str=True)
    option = inspect.Parameter("traceback", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Traceback)
    command.__signature__ = signature.replace(parameters=[*signature.parameters.values(), option])  # type: ignore[attr-defined]
    command.__annotations__ = {**function.__annotations__, "traceback": Traceback}
    return command


@contextmanager
def _terminable() -> Iterator[None]:
    """Raise `Terminated` at a SIGTERM in the block, unless somebody else sees to it."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    own = os.getpid()

    def terminate(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # a second one ends what the first could not
        if os.getpid() != own:  # a fork of this process has nothing to put in order
            os.kill(os.getpid(), number)
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _explained(error: OSError) -> OnggiError | None:
    """Return what the system refused as an error of ours; None where it names no file that a user could mend."""
    if error.filename is None and error.errno not in FIXES:
        return None
    what = error.strerror or str(error)
    fix = FIXES.get(error.errno or 0, f"mend it and {AGAIN}")
    return OnggiError(error.filename or "disk", what[0].lower() + what[1:], fix)


def run(*functions: Callable[..., None]) -> None:
    """Run one function as a command line, or several as its subcommands."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    for function in functions:
        app.command()(guarded(function))
    app()
