"""Is one system better than another, or were the questions kind to it?

The paired randomization test over questions: Smucker, Allan and Carterette, "A Comparison of Statistical Significance
Tests for Information Retrieval Evaluation", CIKM 2007.
"""

import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 14
"""Nonzero differences up to which all sign patterns (2^14) are counted instead of drawn."""

_SIGNS_PER_BLOCK = 2**22


def randomization_test(differences: NDArray[np.float64], permutations: int, seed: int) -> NDArray[np.float64]:
    """Return the two-sided p of each column: how often random signs give a mean as far from 0 as the observed.

    Parameters
    ----------
    differences : NDArray, shape (queries, tests)
        What the second system scored above the first, per question. All tests see the same signs.
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


def _exact(values: NDArray[np.float64]) -> float:
    patterns = np.arange(2**values.size)[:, None] >> np.arange(values.size) & 1  # (2^n, n)
    return float(np.mean(_as_far(patterns, values[:, None])))


def _drawn(differences: NDArray[np.float64], permutations: int, seed: int) -> NDArray[np.float64]:
    queries = len(differences)
    rng = np.random.default_rng(seed)
    hits = np.zeros(differences.shape[1])
    block = max(1, _SIGNS_PER_BLOCK // queries)
    for start in range(0, permutations, block):
        rows = min(block, permutations - start)
        # Whole bytes per pattern: what is drawn must not depend on the size of the blocks.
        drawn = np.frombuffer(rng.bytes(rows * (-(-queries // 32) * 4)), dtype=np.uint8).reshape(rows, -1)
        hits += _as_far(np.unpackbits(drawn, axis=1, count=queries), differences).sum(axis=0)
    return (hits + 1) / (permutations + 1)


def _as_far(patterns: NDArray[np.integer], differences: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return, for each pattern of bits (1 keeps a sign, 0 flips it) and test, whether its sum reaches the observed."""
    observed = differences.sum(axis=0)
    sums = 2 * (patterns.astype(np.float64) @ differences) - observed  # (patterns, tests)
    # Sums of the same numbers in another order differ in the last bits; without slack a tie would be lost.
    slack = 1e-12 * np.abs(differences).sum(axis=0)
    return np.abs(sums) >= np.abs(observed) - slack  # type: ignore[no-any-return]
