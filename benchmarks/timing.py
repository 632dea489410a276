"""Paired timing: two ways of doing the same work take turns, so that a machine that slows down slows both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long the peer took as we did: median, smallest and largest over the repeats."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} times ({self.low:.2f} to {self.high:.2f})"


def compare(ours: Callable[[], object], peer: Callable[[], object], repeats: int = 5) -> Ratio:
    """Run both once to warm up and then in turn, and return the ratio of their times."""
    ours(), peer()
    ratios = sorted(_seconds(peer) / _seconds(ours) for _ in range(repeats))
    return Ratio(median(ratios), ratios[0], ratios[-1])


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
