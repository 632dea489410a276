"""Statistics: 20,000 resamples over 5,000 questions, against SciPy and against a plain loop in NumPy."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.timing import Measure, faster
from onggi.evaluation.significance import bootstrap, clustered, holm, randomization_test

QUESTIONS = 5_000
RESAMPLES = 20_000
LOOPED = 2_000
"""Resamples against the plain loop."""

PAIRS = 32
"""Four pairs of systems by eight measures, as the demo's table tests them."""


def measure() -> Iterator[Measure]:
    """Yield the ratio to SciPy for one difference, to a loop for the bootstrap, and the seconds for a whole table."""
    table = np.random.default_rng(0).normal(0.01, 0.3, (QUESTIONS, PAIRS))
    sums, sizes = clustered(table, [f"d{n}" for n in range(QUESTIONS)])
    one = sums[:, :1]
    what = f"{RESAMPLES:,} resamples over {QUESTIONS:,} questions"

    yield faster(
        "significance.randomization",
        lambda: randomization_test(one, RESAMPLES, 0),
        lambda: _scipy(one[:, 0]),
        note=f"{what}, scipy.stats.permutation_test",
    )
    yield faster(
        "significance.bootstrap",
        lambda: bootstrap(one, sizes, LOOPED, 0),
        lambda: _loop(one[:, 0], LOOPED),
        5,
        note=f"{LOOPED:,} resamples over {QUESTIONS:,} questions, a loop in NumPy",
    )
    for name, tested in (("one", one), ("table", sums)):
        taken = sorted(_whole(tested, sizes) for _ in range(3))
        note = f"CPU seconds, {what}, {tested.shape[1]} differences: both tests, intervals, Holm"
        yield Measure(f"significance.{name}", taken[1], "s", taken[0], taken[-1], "<= 2", note)


def _whole(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> float:
    """Return the CPU seconds of all that is said of a table: a busy machine stretches them least."""
    start = time.process_time()
    holm(randomization_test(sums, RESAMPLES, 0).tolist())
    bootstrap(sums, sizes, RESAMPLES, 0)
    return time.process_time() - start


def _scipy(values: NDArray[np.float64]) -> None:
    stats.permutation_test(
        (values, np.zeros_like(values)),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=500,
        rng=np.random.default_rng(0),
    )


def _loop(values: NDArray[np.float64], resamples: int) -> None:
    rng, mean = np.random.default_rng(0), values.mean()
    drawn = []
    for _ in range(resamples):
        sample = values[rng.integers(0, len(values), len(values))]
        drawn.append((sample.mean() - mean) / (sample.std(ddof=1) / len(values) ** 0.5))
    np.quantile(drawn, [0.025, 0.975])
