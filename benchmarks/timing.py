"""Timing two ways of doing the same work by turns, and what a benchmark reports."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report.

    ``value`` is in ``unit`` (``x``: how many times as fast as the peer); ``low`` and ``high`` are the extremes of the
    repeats; ``target`` is what is wanted of it, such as ``>= 20``; ``note`` says what was compared.
    """

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    target: str = ""
    note: str = ""

    def line(self) -> str:
        """Return the measure as a line of text."""
        spread = "" if self.low is None else f" ({self.low:.4g} to {self.high:.4g})"
        target = f", target {self.target}" if self.target else ""
        return f"{self.name:<26} {self.value:>9.4g} {self.unit:<2}{spread}{target}  {self.note}"

    def row(self) -> dict[str, Any]:
        """Return the measure as a row of results.json, rounded to four digits."""
        return {
            key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in asdict(self).items()
        }


def seconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def faster(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    repeats: int = 3,
    target: str = "",
    note: str = "",
) -> Measure:
    """Return how many times as fast ``ours`` is as ``peer``: the median over repeats in the order A B A B."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(repeats)]
    ratios = [theirs / own for own, theirs in pairs]
    own, theirs = median(own for own, _ in pairs), median(theirs for _, theirs in pairs)
    note = f"{note}: {own:.3g} s against {theirs:.3g} s"
    return Measure(name, median(ratios), "x", min(ratios), max(ratios), target, note)
