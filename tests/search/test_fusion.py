from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.schema import Hit, Source
from onggi.search.fusion import FusionParams, fuse, normalised

Method = Literal["weighted", "rrf", "union"]
NAMES = ("bm25", "dense")


def params(method: Method, dense_weight: float = 0.5, union_top: int = 3, top_k: int = 100) -> FusionParams:
    return FusionParams(method=method, dense_weight=dense_weight, rrf_k=60, union_top=union_top, top_k=top_k)


def run(query_id: str, *scored: tuple[str, float]) -> list[Hit]:
    return [Hit(query_id, chunk_id, rank, score) for rank, (chunk_id, score) in enumerate(scored, 1)]


def fused(lexical: Sequence[Hit], dense: Sequence[Hit], settings: FusionParams) -> list[tuple[str, float]]:
    return [(hit.chunk_id, hit.score) for hit in fuse(lexical, dense, NAMES, settings)]


LEXICAL = run("q", ("a", 12.0), ("b", 9.0), ("c", 8.0), ("d", 2.0))
DENSE = run("q", ("c", 0.9), ("e", 0.8), ("a", 0.5))


def test_rrf_sums_the_reciprocal_ranks() -> None:
    assert fused(LEXICAL, DENSE, params("rrf")) == [
        ("a", 1 / (60 + 1) + 1 / (60 + 3)),
        ("c", 1 / (60 + 3) + 1 / (60 + 1)),
        ("b", 1 / (60 + 2)),
        ("e", 1 / (60 + 2)),
        ("d", 1 / (60 + 4)),
    ]


def test_weighted_sums_scores_brought_to_0_and_1() -> None:
    assert fused(LEXICAL, DENSE, params("weighted", 0.25)) == [
        ("a", 0.75 * (12 - 2) / (12 - 2) + 0.25 * 0),
        ("c", pytest.approx(0.75 * (8 - 2) / (12 - 2) + 0.25 * (0.9 - 0.5) / (0.9 - 0.5))),
        ("b", pytest.approx(0.75 * (9 - 2) / (12 - 2))),
        ("e", pytest.approx(0.25 * (0.8 - 0.5) / (0.9 - 0.5))),
        ("d", 0.0),
    ]


def test_union_takes_the_first_of_each_and_orders_them_by_reciprocal_rank() -> None:
    assert fused(LEXICAL, DENSE, params("union", union_top=2)) == [
        ("a", 1 / (60 + 1) + 1 / (60 + 3)),
        ("c", 1 / (60 + 3) + 1 / (60 + 1)),
        ("b", 1 / (60 + 2)),
        ("e", 1 / (60 + 2)),
    ]
    assert {chunk_id for chunk_id, _ in fused(LEXICAL, DENSE, params("union", union_top=3))} == set("abce")


def test_the_constant_of_rrf() -> None:
    settings = FusionParams(method="rrf", dense_weight=0.5, rrf_k=0, union_top=3, top_k=9)
    assert fused(LEXICAL, DENSE, settings)[0] == ("a", 1 / 1 + 1 / 3)


@pytest.mark.parametrize(("weight", "own"), [(0.0, "abcd"), (1.0, "cea")])
def test_all_of_the_weight_gives_the_order_of_one_run(weight: float, own: str) -> None:
    order = [chunk_id for chunk_id, _ in fused(LEXICAL, DENSE, params("weighted", weight))]
    assert [chunk_id for chunk_id in order if chunk_id in own] == list(own)
    assert order[: len(own) - 1] == list(own)[:-1]  # the last has 0, as has what the run does not hold


def test_equal_scores_count_in_full() -> None:
    assert normalised(run("q", ("a", 0.3), ("b", 0.3))) == {"a": 1.0, "b": 1.0}
    assert normalised(run("q", ("a", -2.0))) == {"a": 1.0}
    assert normalised([]) == {}
    tied = fused(run("q", ("b", 3.0), ("a", 3.0)), run("q", ("c", 0.1)), params("weighted"))
    assert tied == [("a", 0.5), ("b", 0.5), ("c", 0.5)]


def test_each_hit_says_where_it_came_from() -> None:
    hits = {hit.chunk_id: hit.sources for hit in fuse(LEXICAL, DENSE, NAMES, params("rrf"))}
    assert hits["a"] == [Source("bm25", 1, 12.0), Source("dense", 3, 0.5)]
    assert hits["b"] == [Source("bm25", 2, 9.0)]
    assert hits["e"] == [Source("dense", 2, 0.8)]


@pytest.mark.parametrize("method", ["weighted", "rrf", "union"])
def test_a_run_may_be_empty(method: Method) -> None:
    assert fused([], [], params(method)) == []
    assert [chunk_id for chunk_id, _ in fused(LEXICAL, [], params(method))][:3] == ["a", "b", "c"]
    assert [chunk_id for chunk_id, _ in fused([], DENSE, params(method))] == ["c", "e", "a"]


def test_queries_of_either_run_are_ordered_by_id() -> None:
    lexical, dense = run("q2", ("a", 1.0)) + run("q3", ("a", 1.0)), run("q1", ("b", 1.0)) + run("q3", ("b", 1.0))
    hits = [(hit.query_id, hit.chunk_id, hit.rank) for hit in fuse(lexical, dense, NAMES, params("rrf"))]
    assert hits == [("q1", "b", 1), ("q2", "a", 1), ("q3", "a", 1), ("q3", "b", 2)]


SCORES = st.one_of(st.integers(-3, 3).map(float), st.floats(-100, 100))
RUNS = st.dictionaries(st.sampled_from("abcdefgh"), SCORES, max_size=8).map(
    lambda scores: run("q", *sorted(scores.items(), key=lambda item: (-item[1], item[0])))
)
SETTINGS = st.builds(
    params,
    st.sampled_from(["weighted", "rrf", "union"]),
    st.floats(0, 1),
    st.integers(1, 4),
    st.integers(1, 12),
)


@settings(deadline=None)
@given(RUNS, RUNS, SETTINGS)
def test_what_holds_of_every_fused_run(lexical: list[Hit], dense: list[Hit], settings: FusionParams) -> None:
    hits = list(fuse(lexical, dense, NAMES, settings))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    order = [(-hit.score, hit.chunk_id) for hit in hits]
    assert order == sorted(order)
    ranks = [{hit.chunk_id: hit for hit in each} for each in (lexical, dense)]
    for hit in hits:
        expected = [
            Source(name, each[hit.chunk_id].rank, each[hit.chunk_id].score)
            for name, each in zip(NAMES, ranks, strict=True)
            if hit.chunk_id in each
        ]
        assert hit.sources == expected and expected
    top = settings.union_top if settings.method == "union" else 99
    taken = {hit.chunk_id for each in (lexical, dense) for hit in each[:top]}
    assert len(hits) == len({hit.chunk_id for hit in hits}) == min(settings.top_k, len(taken))
    if settings.method == "weighted":
        assert all(0 <= hit.score <= 1 + 1e-12 for hit in hits)


@settings(deadline=None)
@given(RUNS, RUNS, RUNS, RUNS, SETTINGS)
def test_a_query_does_not_see_the_others(
    lexical: list[Hit], dense: list[Hit], other: list[Hit], another: list[Hit], settings: FusionParams
) -> None:
    def named(query_id: str, hits: list[Hit]) -> list[Hit]:
        return [Hit(query_id, hit.chunk_id, hit.rank, hit.score) for hit in hits]

    together = fuse(
        named("p", other) + lexical + named("r", another),
        named("p", another) + dense + named("r", other),
        NAMES,
        settings,
    )
    assert [hit for hit in together if hit.query_id == "q"] == list(fuse(lexical, dense, NAMES, settings))


@settings(deadline=None)
@given(RUNS, RUNS, st.sampled_from(["weighted", "rrf", "union"]))
def test_the_two_runs_count_alike(lexical: list[Hit], dense: list[Hit], method: Method) -> None:
    assert fused(lexical, dense, params(method, 0.5)) == fused(dense, lexical, params(method, 0.5))
