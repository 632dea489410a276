"""The address space of a process that reads files, and its limits."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_kept = [0]


def address_space() -> int:
    """Return the bytes of address space that this process has; 0 where the system does not say."""
    state = Path("/proc/self/statm")
    return int(state.read_text().split()[0]) * resource.getpagesize() if state.exists() else 0


def set_soft(limit: int, value: int) -> None:
    """Set a limit of this process, as far as its hard limit lets it."""
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


@contextmanager
def kept() -> Iterator[None]:
    """Load what a process keeps for all its files, such as a model: at no file's cost."""
    before = address_space()
    yield
    grown = max(0, address_space() - before)
    _kept[0] += grown
    if (soft := resource.getrlimit(resource.RLIMIT_AS)[0]) != resource.RLIM_INFINITY:
        set_soft(resource.RLIMIT_AS, soft + grown)


def kept_bytes() -> int:
    """Return how much was loaded to be kept."""
    return _kept[0]
