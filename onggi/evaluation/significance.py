"""Is one system better than another, or were the questions kind to it?

Questions about one document rise and fall together, so what is drawn is always the document with all its questions.
Which draw meets which document is decided by what the documents score, test by test: neither a document's name nor
what else is tested changes a p or an interval, nor which of two systems is called the first.

- The paired randomization test: Smucker, Allan and Carterette, "A Comparison of Statistical Significance Tests for
  Information Retrieval Evaluation", CIKM 2007; signs are those of clusters.
- The bootstrap-t interval over clusters: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, 12.5; with
  Poisson weights (Hanley and MacGibbon 2006), which need no draw without end.
- Holm's correction: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT_UP_TO = 14
"""Nonzero differences up to which all sign patterns (2^14) are counted instead of drawn."""

CONFIDENCE = 0.95
POWER = 0.8
_SIGNS_PER_BLOCK = 2**22
_POISSON = np.searchsorted(
    np.cumsum([math.exp(-1) / math.factorial(k) for k in range(16)]), (np.arange(1 << 16) + 0.5) / (1 << 16)
).astype(np.int8)
"""Draws of a Poisson distribution of mean 1 by 16 random bits; small, so that it stays in the processor's cache."""


def clustered(differences: Floats, clusters: Sequence[str]) -> tuple[Floats, Floats]:
    """Return the sums of the differences in each cluster, shape (clusters, tests), and its size, shape (clusters,)."""
    names, places = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.zeros((len(names), differences.shape[1]))
    np.add.at(sums, places, differences)
    return sums, np.bincount(places, minlength=len(names)).astype(np.float64)


def randomization_test(differences: Floats, permutations: int, seed: int) -> Floats:
    """Return the two-sided p of each column: how often random signs give a mean as far from 0 as the observed.

    Parameters
    ----------
    differences : NDArray, shape (queries, tests)
        What the second system scored above the first, per question, or the sums per cluster of questions. All tests
        see the same signs, each its differences in the order of their size.
    permutations : int
        Sign patterns to draw. A column with at most 14 nonzero differences is enumerated instead, which is exact.
    seed : int
        Seed of the signs.

    Returns
    -------
    NDArray, shape (tests,)
        ``(hits + 1) / (permutations + 1)`` where drawn; 1.0 where two systems agree on every question.
    """
    nonzero = np.count_nonzero(differences, axis=0)
    p = np.ones(differences.shape[1])
    for column in np.flatnonzero((nonzero > 0) & (nonzero <= EXACT_UP_TO)):
        values = differences[:, column]
        p[column] = _exact(values[values != 0])
    drawn = np.flatnonzero(nonzero > EXACT_UP_TO)
    if drawn.size:
        p[drawn] = _drawn(differences[:, drawn], permutations, seed)
    return p


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """What resampled clusters say of the mean of each test; arrays of shape (tests,).

    Parameters
    ----------
    low, high
        The 95 % interval of the mean difference; NaN where the clusters are too few, or too much alike, to tell.
    p
        The two-sided p.
    error
        The standard error of the mean difference.
    """

    low: Floats
    high: Floats
    p: Floats
    error: Floats

    @property
    def detectable(self) -> Floats:
        """The smallest true difference that so many questions show at p < 0.05 in four of five samples."""
        from scipy.stats import norm

        return self.error * (norm.ppf((1 + CONFIDENCE) / 2) + norm.ppf(POWER))  # type: ignore[no-any-return]


def bootstrap(sums: Floats, sizes: Floats, resamples: int, seed: int) -> Bootstrap:
    """Resample clusters, and compare each mean with the observed in units of its own standard error (bootstrap-t).

    Parameters
    ----------
    sums : NDArray, shape (clusters, tests)
        Differences summed up in each cluster.
    sizes : NDArray, shape (clusters,)
        Questions of each cluster.
    resamples : int
        How many are drawn.
    seed : int
        Seed of the draws.
    """
    turned = np.where(sums.sum(axis=0) < 0, -1.0, 1.0)
    sums, sizes = _ordered(sums * turned, sizes)
    mean, error = (part[0] for part in _means(np.ones((1, len(sums))), sums, sizes))
    tilted = np.concatenate([_t(weights, sums, sizes, mean) for weights in _weights(len(sums), resamples, seed)])
    observed = np.divide(np.abs(mean), error, out=np.zeros_like(mean), where=error > 0)
    p = ((np.abs(tilted) >= observed * (1 - 1e-9)).sum(axis=0) + 1) / (resamples + 1)
    tilted.sort(axis=0)
    outer = round((1 - CONFIDENCE) / 2 * (resamples - 1))
    ends = tilted[[resamples - 1 - outer, outer]]
    ends[:, (error == 0) | ~np.isfinite(ends).all(axis=0)] = np.nan
    low, high = np.sort((mean - ends * error) * turned, axis=0)
    return Bootstrap(low, high, np.where(error > 0, p, 1.0), error)


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values corrected for how many there are: none is below its own, and their order is kept.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.04]
    """
    corrected, largest = [0.0] * len(p), 0.0
    for passed, place in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        largest = max(largest, min(1.0, (len(p) - passed) * p[place]))
        corrected[place] = largest
    return corrected


def _ordered(sums: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return the clusters of each test in the order of their sums, equal ones by size; shapes (clusters, tests).

    Sums of the same numbers in another order differ in the last bits, so that what is compared is rounded.
    """
    sizes = np.broadcast_to(sizes[:, None], sums.shape)
    order = np.lexsort((sizes, sums.round(9)), axis=0)
    return np.take_along_axis(sums, order, axis=0), np.take_along_axis(sizes, order, axis=0)


def _means(weights: Floats, sums: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return the mean of each test under weights of the clusters, and its standard error; shapes (draws, tests).

    The mean is a ratio of sums over clusters; its error is that of the linearised ratio.
    """
    tests = sums.shape[1]
    total = weights @ np.column_stack([sums, sums**2, sums * sizes, sizes, sizes**2])
    s, ss, sn, n, nn = (total[:, tests * part : tests * (part + 1)] for part in range(5))
    count = weights.sum(axis=1)[:, None]
    safe = np.maximum(n, 1)
    mean = s / safe
    spread = np.maximum(ss - 2 * mean * sn + mean**2 * nn, 0)
    spread[spread <= 1e-12 * ss] = 0  # what rounding leaves of nothing
    return mean, np.sqrt(spread * count / np.maximum(count - 1, 1)) / safe


def _t(weights: Floats, sums: Floats, sizes: Floats, mean: Floats) -> Floats:
    """Return how far each resampled mean is from the observed, in its own standard errors."""
    means, errors = _means(weights, sums, sizes)
    apart = means - mean
    apart[np.abs(apart) <= 1e-12] = 0
    without_error = np.where(apart == 0, 0.0, np.copysign(np.inf, apart))
    return np.divide(apart, errors, out=without_error, where=errors > 0)


def _weights(clusters: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield how often each cluster is drawn, shape (draws, clusters), block by block."""
    rng = np.random.default_rng(seed)
    block = max(1, _SIGNS_PER_BLOCK // clusters)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = np.frombuffer(rng.bytes(2 * rows * clusters), np.uint16).reshape(rows, clusters)
        yield _POISSON[drawn].astype(np.float64)


def _exact(values: Floats) -> float:
    patterns = np.arange(2**values.size)[:, None] >> np.arange(values.size) & 1  # (2^n, n)
    return float(np.mean(_as_far(patterns, np.abs(values[:, None]), values[:, None].sum(axis=0))))


def _drawn(differences: Floats, permutations: int, seed: int) -> Floats:
    queries, observed = len(differences), differences.sum(axis=0)
    sizes = np.sort(np.abs(differences), axis=0)
    rng = np.random.default_rng(seed)
    hits = np.zeros(differences.shape[1])
    block = max(1, _SIGNS_PER_BLOCK // queries)
    for start in range(0, permutations, block):
        rows = min(block, permutations - start)
        # Whole bytes per pattern: what is drawn must not depend on the size of the blocks.
        drawn = np.frombuffer(rng.bytes(rows * (-(-queries // 32) * 4)), dtype=np.uint8).reshape(rows, -1)
        hits += _as_far(np.unpackbits(drawn, axis=1, count=queries), sizes, observed).sum(axis=0)
    return (hits + 1) / (permutations + 1)


def _as_far(patterns: NDArray[np.integer], sizes: Floats, observed: Floats) -> NDArray[np.bool_]:
    """Return, for each pattern of bits (1 for plus, 0 for minus) and test, whether its sum reaches the observed."""
    whole = sizes.sum(axis=0)
    sums = 2 * (patterns.astype(np.float64) @ sizes) - whole  # (patterns, tests)
    # Sums of the same numbers in another order differ in the last bits; without slack a tie would be lost.
    slack = 1e-12 * whole
    return np.abs(sums) >= np.abs(observed) - slack  # type: ignore[no-any-return]
