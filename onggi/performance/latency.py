"""Times to figures."""

from collections.abc import Sequence

PERCENTILES = (50, 95, 99)


def percentile(values: Sequence[float], of: float) -> float:
    """Return the value that ``of`` percent of the values do not pass, between two of them by their distance.

    Definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50(4), 1996.

    Raises
    ------
    ValueError
        There is no value.

    Examples
    --------
    >>> percentile([40.0, 10.0, 20.0, 30.0], 50), percentile([10.0, 20.0], 95)
    (25.0, 19.5)
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no value has no percentile")
    place = (len(ordered) - 1) * of / 100
    below = min(int(place), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Return P50, P95 and P99 in milliseconds.

    Examples
    --------
    >>> latencies([0.002, 0.004])
    {'p50': 3.0, 'p95': 3.9, 'p99': 3.98}
    """
    return {f"p{of}": round(percentile(seconds, of) * 1000, 3) for of in PERCENTILES}
