"""How many rows of which tables a process has read and written; apart from `onggi.core.tables`, which loads Arrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by the path of their table."""

    read: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)


_active: ContextVar[Counts | None] = ContextVar("counts", default=None)


def current() -> Counts:
    """Return where tables note their rows, else counts that nobody reads."""
    return _active.get() or Counts()


@contextmanager
def counting(counts: Counts) -> Iterator[None]:
    """Note the rows of the tables that the block reads and writes."""
    token = _active.set(counts)
    try:
        yield
    finally:
        _active.reset(token)
