"""Packages that are installed for others, hidden from libraries that would import them here and use nothing of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(*packages: str) -> Iterator[None]:
    """Let packages that nobody has imported yet look as if they were not installed, in the block.

    Libraries that ask for a package when they are imported mostly ask once: for them it stays absent.

    Examples
    --------
    >>> with absent("this"):
    ...     import this
    Traceback (most recent call last):
    ModuleNotFoundError: import of this halted; None in sys.modules
    """
    hidden = {name: None for name in packages if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type]  # how Python has it: None for what cannot be imported
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
