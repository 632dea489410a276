"""How far a figure of so few questions may be from that of all: 95 % intervals.

- Means: the bootstrap-t over documents of `onggi.evaluation.significance`; where questions are too few or too much
  alike for it, and each is right or wrong, Wilson's interval (Wilson, "Probable inference", JASA 1927).
- Quantiles: the percentile bootstrap over calls (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, 13.3).
"""

import math
from collections.abc import Sequence

import numpy as np

from onggi.evaluation.significance import CONFIDENCE, bootstrap, clustered

Figure = dict[str, float | int | None]
"""``value`` with its interval from ``low`` to ``high``, each None where there is none, and ``of`` how many."""

Z = 1.959964
PLACES = 4


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the interval of a share.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def mean(values: Sequence[float], clusters: Sequence[str], resamples: int, seed: int) -> Figure:
    """Return a mean of values from 0 to 1; those of one cluster, such as a document, rise and fall together."""
    if not values:
        return _figure(None, None, None, 0)
    sums, sizes = clustered(np.array(values, np.float64)[:, None], clusters)
    found = bootstrap(sums, sizes, resamples, seed)
    low, high = float(found.low[0]), float(found.high[0])
    if math.isnan(low) or math.isnan(high):
        if set(values) - {0.0, 1.0}:
            return _figure(sum(values) / len(values), None, None, len(values))
        low, high = wilson(round(sum(values)), len(values))
    return _figure(sum(values) / len(values), max(0.0, low), min(1.0, high), len(values))


def quantile(values: Sequence[float], share: float, resamples: int, seed: int) -> Figure:
    """Return the smallest value that ``share`` of the values do not pass (the nearest rank)."""
    if not values:
        return _figure(None, None, None, 0)
    ordered = np.sort(np.array(values, np.float64))
    place = max(0, math.ceil(share * len(ordered)) - 1)
    draws = np.random.default_rng(seed).integers(len(ordered), size=(resamples, len(ordered)), dtype=np.int32)
    drawn = np.sort(ordered[np.partition(draws, place, axis=1)[:, place]])
    outer = round((1 - CONFIDENCE) / 2 * (resamples - 1))
    return _figure(float(ordered[place]), float(drawn[outer]), float(drawn[resamples - 1 - outer]), len(ordered))


def _figure(value: float | None, low: float | None, high: float | None, of: int) -> Figure:
    value, low, high = (None if number is None else round(number, PLACES) for number in (value, low, high))
    return {"value": value, "low": low, "high": high, "of": of}
