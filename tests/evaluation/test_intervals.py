import numpy as np
import pytest

from onggi.core.schema import Chunk, Evidence, Question
from onggi.evaluation.intervals import intervals
from onggi.evaluation.measured import Measured
from onggi.evaluation.params import EvaluateParams
from onggi.truth.relevance import ChunkIndex, targets

PARAMS = EvaluateParams(baseline="a", compare=[], failures_of="a", token_budget=12, permutations=2_000, seed=1)
DOCUMENTS, EACH = 40, 3


def measured(values: np.ndarray, **more: np.ndarray) -> Measured:
    """Return questions about documents, three about each, with the scores of systems."""
    index = ChunkIndex.of(Chunk(f"d{n}#0-10", f"d{n}", 0, 10, "가" * 10, 5, "") for n in range(DOCUMENTS))
    asked = [
        Question(f"q{n:03}", "물음", "", [], [Evidence(f"d{n // EACH}", 0, 10)], "gold", "test")
        for n in range(DOCUMENTS * EACH)
    ]
    scores = {
        name: {"nDCG@10": dict(zip([q.query_id for q in asked], column.tolist(), strict=True))}
        for name, column in {"a": values, **more}.items()
    }
    return Measured("test", asked, targets(asked, index), {}, scores, {}, {})


def test_the_interval_holds_the_true_mean_about_95_times_in_100() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        by_document = rng.uniform(0.2, 0.8, DOCUMENTS).repeat(EACH)  # questions of a document are alike
        found = intervals(measured(by_document + rng.uniform(-0.1, 0.1, by_document.size)), PARAMS)
        low, high = found["systems"]["a"]["nDCG@10"]["interval"]
        held += low <= 0.5 <= high
    assert 183 <= held <= 198


def test_it_counts_documents_and_never_leaves_0_to_1() -> None:
    rng = np.random.default_rng(1)
    mostly = (rng.uniform(size=DOCUMENTS * EACH) < 0.99).astype(float)
    found = intervals(measured(mostly), PARAMS)
    assert (found["queries"], found["documents"]) == (DOCUMENTS * EACH, DOCUMENTS)
    told = found["systems"]["a"]["nDCG@10"]
    assert told["mean"] == round(mostly.mean(), 4)
    assert told["interval"] is None or 0 <= told["interval"][0] <= told["mean"] <= told["interval"][1] <= 1


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_scores_that_are_all_alike_tell_no_interval(value: float) -> None:
    found = intervals(measured(np.full(DOCUMENTS * EACH, value)), PARAMS)
    assert found["systems"]["a"]["nDCG@10"] == {"mean": value, "interval": None}


def test_nothing_asked_is_no_interval() -> None:
    nothing = Measured("test", [], [], {}, {"a": {}}, {}, {})
    assert intervals(nothing, PARAMS) == {"queries": 0, "documents": 0, "systems": {}}
