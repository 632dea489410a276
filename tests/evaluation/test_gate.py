from typing import Any

import numpy as np
import pytest

from onggi.core.errors import TableError
from onggi.evaluation.gate import Compared, GateParams, verdict
from onggi.evaluation.per_query import PerQuery, read

PARAMS = GateParams(systems=["hybrid"], measures={"nDCG@10": 0.01, "R@10": 0.0}, significance=0.05)
QUERIES = [f"q{n:03}" for n in range(120)]


def table(ndcg: np.ndarray, recall: np.ndarray | None = None, queries: list[str] = QUERIES) -> PerQuery:
    values = {"nDCG@10": ndcg, "R@10": np.full(len(queries), 0.8) if recall is None else recall}
    return PerQuery(
        {query_id: f"d{n // 2}" for n, query_id in enumerate(queries)},
        {query_id: f"물음 {query_id}" for query_id in queries},
        {("hybrid", name): dict(zip(queries, column.tolist(), strict=True)) for name, column in values.items()},
    )


def gold(ndcg: np.ndarray, **more: Any) -> dict[str, PerQuery]:
    return {"gold": table(ndcg, **more)}


def noise(seed: int, mean: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.2, len(QUERIES))


BEFORE = np.random.default_rng(1).uniform(0.2, 1, len(QUERIES))


def test_a_planted_regression_fails_and_is_shown_with_its_worst_questions() -> None:
    lost = noise(2, -0.1)
    found = verdict(gold(BEFORE), gold(BEFORE + lost), PARAMS, 2000, 0)
    ndcg, recall = found.changes
    assert ndcg.fell and not recall.fell and not found.passes
    assert ndcg.now - ndcg.before == pytest.approx(lost.mean())
    low, high = ndcg.interval
    assert low < lost.mean() < high < 0
    assert [query_id for query_id, _ in ndcg.worst] == [QUERIES[n] for n in np.argsort(lost)[:10]]
    assert recall.worst == ()


def test_noise_passes_nineteen_times_in_twenty() -> None:
    fallen = sum(not verdict(gold(BEFORE), gold(BEFORE + noise(seed)), PARAMS, 500, 0).passes for seed in range(200))
    assert fallen <= 12  # no more than 3 % more than chance: the margin and Holm leave less than 5 %


def test_a_gain_and_a_loss_within_the_margin_pass() -> None:
    assert verdict(gold(BEFORE), gold(BEFORE + 0.1), PARAMS, 500, 0).passes
    assert verdict(gold(BEFORE), gold(BEFORE - 0.009), PARAMS, 500, 0).passes
    assert not verdict(gold(BEFORE), gold(BEFORE - 0.03), PARAMS, 500, 0).passes


def test_only_questions_that_both_have_are_compared() -> None:
    fewer = QUERIES[20:]
    found = verdict(gold(BEFORE), gold(BEFORE[20:], queries=fewer), PARAMS, 500, 0)
    assert found.compared == {"gold": Compared(100, 20, 0)}
    assert found.passes


def test_what_cannot_be_compared_does_not_pass() -> None:
    other = PARAMS.model_copy(update={"systems": ["reranked"]})
    found = verdict(gold(BEFORE), gold(BEFORE), other, 500, 0)
    assert not found.passes
    assert found.missing[:2] == [
        "reranked nDCG@10 is not measured by gold there",
        "reranked nDCG@10 is not measured by gold here",
    ]
    strange = verdict(gold(BEFORE), gold(BEFORE, queries=[f"x{q}" for q in QUERIES]), PARAMS, 500, 0)
    assert strange.missing == ["no question was measured by gold at both"] and not strange.passes


@pytest.mark.parametrize(
    "settings", [{"systems": ["nothing"]}, {"measures": {"MAP": 0.1}}, {"measures": {"AP": -0.1}}, {"truths": ["llm"]}]
)
def test_rules_of_nothing_are_named(settings: dict[str, object]) -> None:
    (problem,) = PARAMS.model_copy(update=settings).problems(["bm25", "hybrid"], ["gold"])
    assert "params.yaml: gate." in str(problem)


@pytest.mark.parametrize("content", [b"\xff", b"query_id,about\nq,d\n", b'query_id,about,question,a b\nq,d,"', b""])
def test_a_table_that_is_none_is_named(content: bytes) -> None:
    if content:
        with pytest.raises(TableError, match=r"main:metrics/per_query\.csv: is no table"):
            read(content, "main:metrics/per_query.csv")
    else:
        assert read(content, "empty") == {}


@pytest.mark.parametrize("targets", [{"nDCG": 0.7}, {"nDCG@10": 0.0}, {"nDCG@10": 70.0}])
def test_a_target_is_a_mean_of_a_known_measure(targets: dict[str, float]) -> None:
    (problem,) = PARAMS.model_copy(update={"targets": targets}).problems(["hybrid"], ["gold"])
    assert "gate.targets" in str(problem)
    assert not list(PARAMS.model_copy(update={"targets": {"R@2000tok": 1.0}}).problems(["hybrid"], ["gold"]))


THREE = PARAMS.model_copy(update={"truths": ["gold", "lexical", "llm"]})


def by_truth(*ndcg: np.ndarray) -> dict[str, PerQuery]:
    return dict(zip(THREE.truths, map(table, ndcg), strict=False))


def test_a_loss_by_one_truth_fails_and_names_the_truth() -> None:
    found = verdict(by_truth(BEFORE, BEFORE, BEFORE), by_truth(BEFORE, BEFORE + noise(2, -0.1), BEFORE), THREE, 2000, 0)
    assert [(c.truth, c.measure) for c in found.changes if c.fell] == [("lexical", "nDCG@10")]
    assert [len(c.worst) for c in found.changes if c.fell] == [10]
    assert len(found.changes) == 6 and list(found.compared) == THREE.truths
    alone = THREE.model_copy(update={"truths": ["gold", "llm"]})
    assert verdict(by_truth(BEFORE, BEFORE, BEFORE), by_truth(BEFORE, BEFORE - 1, BEFORE), alone, 500, 0).passes


def test_holm_is_over_all_truths() -> None:
    lost = noise(4, -0.04)
    (one, _) = verdict(gold(BEFORE), gold(BEFORE + lost), PARAMS, 5000, 0).changes
    many = verdict(by_truth(BEFORE, BEFORE, BEFORE), by_truth(BEFORE + lost, BEFORE, BEFORE), THREE, 5000, 0)
    assert one.p == pytest.approx(2 / 6 * many.changes[0].p)  # the least of 2 rules, and of 6
    assert one.p < 0.05 < many.changes[0].p


def test_a_truth_that_one_side_lacks_is_one_line() -> None:
    found = verdict(by_truth(BEFORE), by_truth(BEFORE, BEFORE), THREE, 500, 0)
    assert found.missing == ["nothing is measured by lexical there", "nothing is measured by llm there and here"]
    assert not found.passes and [c.truth for c in found.changes] == ["gold", "gold"]


def test_by_three_truths_that_agree_in_part_noise_passes_as_often() -> None:
    """Nothing has changed but by chance, also no more than the margin is lost; all that is looked at shares 5 %."""
    nothing = THREE.model_copy(update={"measures": {"nDCG@10": 0.0}})
    fallen = 0
    for seed in range(400):
        shared = noise(seed)
        here = [BEFORE + 0.5 * shared + 0.5 * noise(1000 * (n + 1) + seed) for n in range(3)]
        fallen += not verdict(by_truth(BEFORE, BEFORE, BEFORE), by_truth(*here), nothing, 200, 0).passes
    assert fallen <= 33  # 20 are expected at most; 33 is 3 standard deviations above
