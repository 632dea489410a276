"""How often the tests call a difference one where there is none, on what a real build measured by question.

Two systems that do not differ are made of two that do, 2,000 times: ``signs`` swaps them on all questions of a document
at random, and ``documents`` takes their mean difference off and draws as many documents anew, so that what is skewed
stays so. A test that keeps its word says p < 0.05 of one in twenty. ``questions`` is that of one which takes questions
for independent, on the same swaps.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.data import Absent
from benchmarks.timing import Measure
from onggi.evaluation.per_query import NAME, read
from onggi.evaluation.significance import Floats, bootstrap, clustered, randomization_test
from onggi.truth.truths import GOLD

TABLE = Path(__file__).parents[1] / "metrics" / NAME
DRAWS, RESAMPLES, LEVEL, MEASURE = 2000, 1000, 0.05, "nDCG@10"


def measure() -> Iterator[Measure]:
    """Yield the share of p < 0.05 of both tests, for each system with the first one of the table."""
    if not TABLE.exists():
        raise Absent(f"no {TABLE}: build first")
    table = read(TABLE.read_bytes(), str(TABLE))[GOLD]
    about = list(table.about.values())
    first, *others = [system for system, name in table.columns if name == MEASURE]
    for other in others:
        values = (table.values(system, MEASURE, list(table.about)) for system in (other, first))
        differences: Floats = np.subtract(*values)[:, None]
        for name, share in shares(differences, about).items():
            yield Measure(f"nulls.{first}~{other}.{name}", share, "", note=f"{len(about)} questions")


def shares(differences: Floats, about: list[str]) -> dict[str, float]:
    """Return, by null and test, the share of draws that are called a difference.

    Parameters
    ----------
    differences : NDArray, shape (queries, 1)
        What one system scored above another.
    about
        The document that each question is about.
    """
    rng = np.random.default_rng(0)
    sums, sizes = clustered(differences, about)  # (documents, 1), (documents,)
    swapped = sums * rng.choice((-1.0, 1.0), (len(sums), DRAWS))  # (documents, draws)
    drawn = [_documents(sums[:, 0] - differences.mean() * sizes, sizes, rng) for _ in range(DRAWS)]
    each = differences * rng.choice((-1.0, 1.0), (len(sums), DRAWS))[np.unique(about, return_inverse=True)[1]]
    p = {
        "signs.randomization": randomization_test(swapped, RESAMPLES, 1),
        "signs.bootstrap": bootstrap(swapped, sizes, RESAMPLES, 1).p,
        "documents.randomization": randomization_test(np.column_stack([s for s, _ in drawn]), RESAMPLES, 1),
        "documents.bootstrap": np.array([bootstrap(s[:, None], n, RESAMPLES, 1).p[0] for s, n in drawn]),
        "questions.randomization": randomization_test(each, RESAMPLES, 1),
    }
    return {name: float(np.mean(values < LEVEL)) for name, values in p.items()}


def _documents(sums: Floats, sizes: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the sums and sizes of as many documents, drawn with replacement."""
    rows = rng.integers(len(sums), size=len(sums))
    return sums[rows], sizes[rows]
