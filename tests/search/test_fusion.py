import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.schema import Hit, Source
from onggi.search.fusion import (
    SCALES,
    FusedScores,
    as_ranking,
    by_rank,
    normalised,
    reciprocal_rank,
    standardised,
    union,
    votes,
    weighted_sum,
)
from onggi.search.retriever import Ranking

NAMES = ("bm25", "dense", "third")


def run(*scored: tuple[str, float]) -> Ranking:
    return [Hit("q", chunk_id, rank, score) for rank, (chunk_id, score) in enumerate(scored, 1)]


LEXICAL = run(("a", 12.0), ("b", 9.0), ("c", 8.0), ("d", 2.0))
DENSE = run(("c", 0.9), ("e", 0.8), ("a", 0.5))
THIRD = run(("e", 7.0), ("d", 3.0))


def test_rrf_sums_the_reciprocal_ranks() -> None:
    assert reciprocal_rank([LEXICAL, DENSE, THIRD], 60) == {
        "a": 1 / (60 + 1) + 1 / (60 + 3),
        "b": 1 / (60 + 2),
        "c": 1 / (60 + 3) + 1 / (60 + 1),
        "d": 1 / (60 + 4) + 1 / (60 + 2),
        "e": 1 / (60 + 2) + 1 / (60 + 1),
    }
    assert reciprocal_rank([LEXICAL], 0) == {"a": 1, "b": 1 / 2, "c": 1 / 3, "d": 1 / 4}


def test_weighted_sums_scores_brought_to_0_and_1() -> None:
    assert weighted_sum([LEXICAL, DENSE, THIRD], [3, 1, 0.5]) == pytest.approx({
        "a": 3 * (12 - 2) / (12 - 2) + 1 * 0,
        "b": 3 * (9 - 2) / (12 - 2),
        "c": 3 * (8 - 2) / (12 - 2) + 1 * (0.9 - 0.5) / (0.9 - 0.5),
        "d": 3 * 0 + 0.5 * 0,
        "e": 1 * (0.8 - 0.5) / (0.9 - 0.5) + 0.5 * 1,
    })  # fmt: skip


def test_scales_other_than_the_ends() -> None:
    assert by_rank(LEXICAL) == {"a": 1, "b": 3 / 4, "c": 2 / 4, "d": 1 / 4}
    mean, spread = 31 / 4, ((4.25**2 + 1.25**2 + 0.25**2 + 5.75**2) / 4) ** 0.5
    z = {chunk_id: (score - mean) / spread for chunk_id, score in (("a", 12), ("b", 9), ("c", 8), ("d", 2))}
    assert standardised(LEXICAL) == pytest.approx({chunk_id: score - z["d"] for chunk_id, score in z.items()})
    assert weighted_sum([LEXICAL, DENSE], [1, 2], "rank")["c"] == pytest.approx(2 / 4 + 2)
    for scale in SCALES.values():
        assert scale([]) == {}
        assert scale(run(("a", 0.3), ("b", 0.3))).keys() == {"a", "b"}
    assert standardised(run(("a", 0.3), ("b", 0.3))) == {"a": 1, "b": 1}


def test_votes_give_points_by_rank() -> None:
    assert votes([LEXICAL, DENSE, THIRD], [6, 3, 1]) == {"a": 6 + 1, "b": 3, "c": 1 + 6, "e": 3 + 6, "d": 3}


def test_union_takes_the_first_of_each_and_orders_them_by_reciprocal_rank() -> None:
    assert union([LEXICAL, DENSE], 2, 60) == {
        "a": 1 / (60 + 1) + 1 / (60 + 3),
        "b": 1 / (60 + 2),
        "c": 1 / (60 + 3) + 1 / (60 + 1),
        "e": 1 / (60 + 2),
    }
    assert set(union([LEXICAL, DENSE, THIRD], 1, 60)) == {"a", "c", "e"}


@pytest.mark.parametrize(("weights", "own"), [([1, 0], "abcd"), ([0, 1], "cea")])
def test_all_of_the_weight_gives_the_order_of_one_run(weights: list[float], own: str) -> None:
    rankings = [LEXICAL, DENSE]
    order = [hit.chunk_id for hit in as_ranking("q", weighted_sum(rankings, weights), rankings, NAMES[:2], 9)]
    assert [chunk_id for chunk_id in order if chunk_id in own] == list(own)
    assert order[: len(own) - 1] == list(own)[:-1]  # the last has 0, as has what the run does not hold


WHOLE = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-9, 9).map(float), min_size=1, max_size=8).map(
    lambda scores: run(*sorted(scores.items(), key=lambda item: (-item[1], item[0])))
)


@settings(deadline=None)
@given(WHOLE, WHOLE, st.sampled_from(["min_max", "z_score", "rank"]), st.integers(0, 1))
def test_a_weight_of_one_is_that_run_whatever_the_other_found(
    one: Ranking, other: Ranking, scale: str, place: int
) -> None:
    """In the order of that run; what it does not hold has 0, and stands with or behind its last."""
    rankings = [one, other] if place == 0 else [other, one]
    weights = [1 - place, place]
    fused = as_ranking("q", weighted_sum(rankings, weights, scale), rankings, NAMES[:2], 99)  # type: ignore[arg-type]
    own = [hit.chunk_id for hit in one]
    order = [hit.chunk_id for hit in fused]
    assert [chunk_id for chunk_id in order if chunk_id in own] == own
    last = {hit.chunk_id for hit in one if hit.score == one[-1].score}
    sure = [chunk_id for chunk_id in own if chunk_id not in last]
    assert order[: len(sure)] == sure


def test_equal_scores_count_in_full() -> None:
    assert normalised(run(("a", 0.3), ("b", 0.3))) == {"a": 1.0, "b": 1.0}
    assert normalised(run(("a", -2.0))) == {"a": 1.0}
    assert normalised([]) == {}
    assert weighted_sum([run(("b", 3.0), ("a", 3.0)), run(("c", 0.1))], [0.5, 0.5]) == {"a": 0.5, "b": 0.5, "c": 0.5}


def test_each_hit_says_where_it_came_from() -> None:
    rankings = [LEXICAL, DENSE, THIRD]
    hits = {hit.chunk_id: hit.sources for hit in as_ranking("q", reciprocal_rank(rankings, 60), rankings, NAMES, 9)}
    assert hits["a"] == [Source("bm25", 1, 12.0), Source("dense", 3, 0.5)]
    assert hits["b"] == [Source("bm25", 2, 9.0)]
    assert hits["e"] == [Source("dense", 2, 0.8), Source("third", 1, 7.0)]


SCORES = st.one_of(st.integers(-3, 3).map(float), st.floats(-100, 100))
RUNS = st.dictionaries(st.sampled_from("abcdefgh"), SCORES, max_size=8).map(
    lambda scores: run(*sorted(scores.items(), key=lambda item: (-item[1], item[0])))
)
METHODS = {
    "z_score": lambda rankings: weighted_sum(rankings, [0.5] * len(rankings), "z_score"),
    "rank": lambda rankings: weighted_sum(rankings, [0.5] * len(rankings), "rank"),
    "weighted": lambda rankings: weighted_sum(rankings, [0.5] * len(rankings)),
    "rrf": lambda rankings: reciprocal_rank(rankings, 60),
    "vote": lambda rankings: votes(rankings, [6, 3, 1]),
    "union": lambda rankings: union(rankings, 2, 60),
}
MANY = st.lists(RUNS, min_size=1, max_size=3)


@settings(deadline=None)
@given(MANY, st.sampled_from(sorted(METHODS)), st.integers(1, 12))
def test_what_holds_of_every_fused_ranking(rankings: list[Ranking], method: str, depth: int) -> None:
    scores: FusedScores = METHODS[method](rankings)
    hits = as_ranking("q", scores, rankings, NAMES[: len(rankings)], depth)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    order = [(-hit.score, hit.chunk_id) for hit in hits]
    assert order == sorted(order)
    for hit in hits:
        expected = [
            Source(name, each.rank, each.score)
            for name, ranking in zip(NAMES, rankings, strict=False)
            for each in ranking
            if each.chunk_id == hit.chunk_id
        ]
        assert hit.sources == expected and expected
    top = {"union": 2, "vote": 3}.get(method, 99)
    taken = {hit.chunk_id for ranking in rankings for hit in ranking[:top]}
    assert len(hits) == len({hit.chunk_id for hit in hits}) == min(depth, len(taken))


@settings(deadline=None)
@given(st.permutations(range(3)), st.lists(RUNS, min_size=3, max_size=3), st.sampled_from(sorted(METHODS)))
def test_the_order_of_equal_parts_is_no_matter(order: list[int], rankings: list[Ranking], method: str) -> None:
    assert METHODS[method]([rankings[n] for n in order]) == pytest.approx(METHODS[method](rankings))


@settings(deadline=None)
@given(RUNS)
def test_one_part_with_all_the_weight_is_that_ranking(ranking: Ranking) -> None:
    fused = as_ranking("q", reciprocal_rank([ranking], 60), [ranking], ["bm25"], 99)
    assert [hit.chunk_id for hit in fused] == [hit.chunk_id for hit in ranking]
