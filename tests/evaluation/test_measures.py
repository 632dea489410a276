import math

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.errors import ParamsError
from onggi.core.schema import Chunk
from onggi.evaluation.measures import (
    judged_share,
    mean,
    measure_names,
    recall_by_rank,
    recall_in_budget,
    score,
    short_of_budget,
)
from onggi.evaluation.params import EvaluateParams
from onggi.truth.relevance import ChunkIndex, Target

CHUNKS = [Chunk(f"d{d}#{s}-{s + 10}", f"d{d}", s, s + 10, "", 10 + d, "") for d in range(6) for s in (0, 10)]
INDEX = ChunkIndex.of(CHUNKS)
IDS = [chunk.chunk_id for chunk in CHUNKS]
BUDGET = 25
TREC_NAMES = {
    "Success@1": "success_1",
    "R@5": "recall_5",
    "R@10": "recall_10",
    "R@100": "recall_100",
    "AP": "map",
    "nDCG@10": "ndcg_cut_10",
}


def run_of(chunk_ids):
    return [(chunk_id, float(-rank)) for rank, chunk_id in enumerate(chunk_ids)]


rankings = st.permutations(IDS).flatmap(lambda ids: st.integers(0, len(ids)).map(lambda n: ids[:n]))
parts = st.lists(st.frozensets(st.sampled_from(IDS), max_size=3), min_size=1, max_size=3).map(tuple)


def test_names_and_order():
    assert measure_names(2000) == ["Success@1", "R@5", "R@10", "R@100", "R@2000tok", "RR@10", "AP", "nDCG@10"]


def test_what_looks_deeper_than_the_run_is_left_out():
    assert measure_names(2000, 50) == ["Success@1", "R@5", "R@10", "R@2000tok", "RR@10", "AP", "nDCG@10"]
    assert measure_names(2000, 5) == ["Success@1", "R@5", "R@2000tok", "AP"]
    target = Target("q", "chunk", (frozenset({IDS[2]}),))
    shallow = score([target], {"q": run_of(IDS[:5])}, INDEX, BUDGET, depth=5)
    assert list(shallow) == ["Success@1", "R@5", "R@25tok", "AP"] and shallow["R@5"] == {"q": 1.0}


@pytest.mark.parametrize(
    ("found", "depth", "budget", "short"),
    [
        (3, 3, 32, 1),  # 31 tokens: the fourth chunk might be read
        (3, 3, 31, 0),
        (3, 4, 32, 0),  # there was no fourth chunk to return
        (3, 100, 32, 0),
        (12, 12, 10**6, 0),  # all chunks that there are
        (0, 3, 32, 0),
    ],
)
def test_a_run_that_ends_before_the_budget_says_nothing_about_it(found, depth, budget, short):
    targets = [Target(q, "chunk", (frozenset({IDS[0]}),)) for q in ("one", "two")]
    run = {"one": run_of(IDS[:found]), "two": run_of(IDS[11:])}
    assert short_of_budget(targets, run, INDEX, budget, depth) == short
    assert (f"R@{budget}tok" in score(targets, run, INDEX, budget, depth)) == (not short)


def test_pairs_are_those_named_and_each_system_with_the_baseline():
    params = EvaluateParams(
        baseline="bm25", compare=[("a", "b"), ("bm25", "a")], failures_of="b", token_budget=9, permutations=100, seed=0
    )
    assert params.pairs(["bm25", "a", "b"]) == [("a", "b"), ("bm25", "a"), ("bm25", "b")]
    assert list(params.unknown(["bm25", "a", "b"])) == []
    assert [str(problem) for problem in params.unknown(["bm25", "a"])] == [
        "params.yaml: evaluate.failures_of: got 'b'; name an index or a system: bm25, a",
        "params.yaml: evaluate.compare: got 'b'; name an index or a system: bm25, a",
    ]


def test_by_hand():
    target = Target("q", "chunk", (frozenset({IDS[2]}), frozenset({IDS[11]})))
    values = {m: v["q"] for m, v in score([target], {"q": run_of(IDS)}, INDEX, BUDGET).items()}
    assert values == pytest.approx(
        {
            "Success@1": 0.0,
            "R@5": 1 / 2,
            "R@10": 1 / 2,
            "R@100": 1.0,
            "R@25tok": 0.0,  # d0 and d0 are 20 tokens, the next chunk 11
            "RR@10": 1 / 3,
            "AP": (1 / 3 + 2 / 12) / 2,
            "nDCG@10": (1 / math.log2(4)) / (1 / math.log2(2) + 1 / math.log2(3)),
        }
    )


def values_of(ids, *parts, rejected=frozenset()):
    target = Target("q", "chunk", tuple(map(frozenset, parts)), rejected=frozenset(rejected))
    return {m: v["q"] for m, v in score([target], {"q": run_of(ids)}, INDEX, BUDGET).items()}


def test_a_piece_that_two_chunks_answer_is_found_by_either():
    twins = values_of([IDS[5], IDS[2], IDS[3]], {IDS[2], IDS[3]})
    assert (twins["R@5"], twins["AP"]) == (1.0, 1 / 2)  # the second twin neither gains nor is missed
    assert twins["nDCG@10"] == pytest.approx(1 / math.log2(3))
    assert twins == values_of([IDS[5], IDS[2], IDS[3]], {IDS[2]})


def test_a_chunk_that_answers_two_pieces_finds_both():
    both = values_of([IDS[4], IDS[2]], {IDS[2]}, {IDS[2], IDS[3]})
    assert (both["R@5"], both["AP"], both["RR@10"]) == (1.0, 1 / 2, 1 / 2)
    half = values_of([IDS[3], IDS[4]], {IDS[2]}, {IDS[2], IDS[3]})
    assert (half["R@5"], half["Success@1"]) == (1 / 2, 1.0)


@settings(max_examples=60, deadline=None)
@given(rankings, parts, st.sampled_from(IDS))
def test_another_span_that_answers_never_costs(ids, part, more):
    """Whoever finds it gains, and whoever does not is where they were."""
    before = values_of(ids, *part)
    after = values_of(ids, *(each | {more} for each in part))
    assert all(after[name] >= before[name] - 1e-12 for name in ("R@5", "R@10", "R@100", "RR@10", "Success@1"))
    if more not in ids:
        assert after == before


@given(parts)
def test_the_ideal_ranking_has_ndcg_one(part):
    found: list[str] = []
    for each in part:
        found += sorted(each)[:1] if each.isdisjoint(found) else []
    if all(part):
        assert values_of([*found, *(i for i in IDS if i not in found)], *part)["nDCG@10"] == pytest.approx(1)


def test_the_share_of_hits_that_somebody_judged():
    judged = Target("q", "chunk", (frozenset({IDS[0]}),), rejected=frozenset(IDS[1:3]))
    blank = Target("r", "chunk", (frozenset({IDS[11]}),))
    assert judged_share([judged], {"q": run_of(IDS)}, INDEX) == 3 / 10
    assert judged_share([judged], {"q": run_of(IDS[:4])}, INDEX) == 3 / 4
    assert judged_share([judged, blank], {"q": run_of(IDS), "r": run_of(IDS[:2])}, INDEX) == 3 / 12
    assert judged_share([judged], {}, INDEX) is None and judged_share([], {}, INDEX) is None
    document = Target("q", "document", (frozenset({"d0"}),), rejected=frozenset({"d1"}))
    assert judged_share([document], {"q": run_of(IDS)}, INDEX) == 2 / 6


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(rankings, parts), min_size=1, max_size=4))
def test_agrees_with_trec_eval(cases):
    targets = [Target(f"q{n}", "chunk", part) for n, (_, part) in enumerate(cases)]
    run = {f"q{n}": run_of(ids) for n, (ids, _) in enumerate(cases)}
    ours = score(targets, run, INDEX, BUDGET)
    judge = pytrec_eval.RelevanceEvaluator(
        {t.query_id: t.qrels([i for i, _ in run[t.query_id]]) for t in targets},
        {"success.1", "recall", "map", "ndcg_cut", "recip_rank"},
    )
    theirs = judge.evaluate({q: {i: 100.0 + s for i, s in hits} for q, hits in run.items() if hits})
    for target in targets:
        got = theirs.get(target.query_id, {})
        first = [part & {i for i, _ in run[target.query_id]} for part in target.parts]
        one_each = len(frozenset().union(*first)) == sum(map(len, first))
        for measure, name in TREC_NAMES.items():
            if one_each or not measure.startswith("R@"):  # of a chunk that answers two pieces trec_eval knows no two
                assert ours[measure][target.query_id] == pytest.approx(got.get(name, 0.0)), measure
        rr = got.get("recip_rank", 0.0)
        assert ours["RR@10"][target.query_id] == (rr if rr >= 1 / 10 else 0.0)


grades = st.dictionaries(st.sampled_from(IDS), st.integers(1, 4), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(rankings, grades)
def test_grades_agree_with_trec_eval(ids, graded):
    """nDCG gains by the grade, all others ask whether there is one, as trec_eval does at relevance level 1."""
    target = Target("q", "chunk", tuple(frozenset({item}) for item in graded), tuple(graded.values()))
    ours = score([target], {"q": run_of(ids)}, INDEX, BUDGET)
    judge = pytrec_eval.RelevanceEvaluator({"q": graded}, {"success.1", "recall", "map", "ndcg_cut"})
    theirs = judge.evaluate({"q": {i: 100.0 + s for i, s in run_of(ids)}}).get("q", {}) if ids else {}
    for measure, name in TREC_NAMES.items():
        assert ours[measure]["q"] == pytest.approx(theirs.get(name, 0.0)), measure


@given(grades, st.randoms())
def test_the_ideal_ranking_of_grades_has_ndcg_one_and_any_other_order_of_them_less(graded, random):
    target = Target("q", "chunk", tuple(frozenset({item}) for item in graded), tuple(graded.values()))

    def ndcg(ids):
        return score([target], {"q": run_of(ids)}, INDEX, BUDGET)["nDCG@10"]["q"]

    best = sorted(graded, key=lambda item: -graded[item])
    assert ndcg([*best, *(i for i in IDS if i not in graded)]) == pytest.approx(1)
    shuffled = random.sample(best, len(best))
    in_order = [graded[item] for item in shuffled] == [graded[item] for item in best]
    assert (ndcg(shuffled) == pytest.approx(1)) == in_order


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(rankings, parts, st.booleans()), min_size=1, max_size=4), st.permutations(range(12)))
def test_renaming_chunks_documents_and_questions_changes_nothing(cases, places):
    """Not even where scores tie: the order of a run is that of its ranks, and no name is asked for it here.

    What is searched orders ties by the chunks' ids, so there a new name may give another run, and that is measured.
    """
    called = {old: f"이름 {place}" for old, place in zip(IDS, places, strict=True)}
    documents = {f"d{n}": f"문서 {places[n]}" for n in range(6)}
    renamed = ChunkIndex.of(
        Chunk(called[c.chunk_id], documents[c.doc_id], c.start, c.end, "", c.n_tokens, "") for c in reversed(CHUNKS)
    )
    queries = {f"q{n}": f"물음 {9 - n}" for n in range(len(cases))}  # sorted, they stand the other way round
    before, after, runs = [], [], ({}, {})
    for (old, new), (ids, part, whole) in zip(queries.items(), cases, strict=True):
        unit = "document" if whole else "chunk"
        wanted = [frozenset(INDEX.doc_of[i] if whole else i for i in each) for each in part]
        before.append(Target(old, unit, tuple(wanted)))
        mapping = documents if whole else called
        after.append(Target(new, unit, tuple(frozenset(mapping[i] for i in each) for each in wanted)))
        runs[0][old], runs[1][new] = [(i, 0.5) for i in ids], [(called[i], 0.5) for i in ids]  # all tied
    ours, again = score(before, runs[0], INDEX, BUDGET), score(after, runs[1], renamed, BUDGET)
    assert {m: {queries[q]: v for q, v in of.items()} for m, of in ours.items()} == again
    assert recall_by_rank(before, runs[0], INDEX).tolist() == recall_by_rank(after, runs[1], renamed).tolist()
    assert {m: mean(of) for m, of in ours.items()} == {m: mean(of) for m, of in again.items()}


def test_the_rank_decides_where_scores_tie():
    tied = {"q": [(chunk_id, 1.0) for chunk_id in IDS]}
    for rank, chunk_id in enumerate(IDS[:10], 1):
        values = score([Target("q", "chunk", (frozenset({chunk_id}),))], tied, INDEX, BUDGET)
        assert values["RR@10"]["q"] == pytest.approx(1 / rank)
        assert values["AP"]["q"] == pytest.approx(1 / rank)


def test_the_rank_decides_where_scores_rise():
    values = score([Target("q", "chunk", (frozenset({IDS[0]}),))], {"q": [(IDS[0], 0.1), (IDS[1], 0.9)]}, INDEX, BUDGET)
    assert values["Success@1"]["q"] == 1.0


def test_a_question_that_nothing_was_found_for_counts_as_zero():
    targets = [Target(q, "chunk", (frozenset({IDS[0]}),)) for q in ("found", "missing")]
    values = score(targets, {"found": run_of(IDS[:1]), "unasked": run_of(IDS)}, INDEX, BUDGET)
    for measure, by_query in values.items():
        assert by_query == {"found": 1.0, "missing": 0.0}, measure
        assert mean(by_query) == 0.5


def test_a_question_that_no_chunk_answers_counts_as_zero():
    values = score([Target("q", "chunk", (frozenset(),))], {"q": run_of(IDS)}, INDEX, 10**6)
    assert {v["q"] for v in values.values()} == {0.0}


def test_documents_are_measured_by_their_best_chunk():
    target = Target("q", "document", (frozenset({"d2"}), frozenset({"d0"})))
    run = {"q": run_of([IDS[2], IDS[3], IDS[4], IDS[5], IDS[0]])}  # d1 d1 d2 d2 d0
    values = score([target], run, INDEX, 11 + 11 + 12)
    assert values["RR@10"]["q"] == 1 / 2
    assert values["AP"]["q"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert values["R@34tok"]["q"] == 1 / 2


def test_no_targets_no_values():
    assert score([], {}, INDEX, BUDGET) == {name: {} for name in measure_names(BUDGET)}


@pytest.mark.parametrize(("budget", "value"), [(9, 0.0), (10, 1 / 3), (30, 1 / 3), (31, 2 / 3), (10**6, 2 / 3)])
def test_budget_by_hand(budget, value):
    target = Target("q", "chunk", (frozenset({IDS[0]}), frozenset({IDS[2], IDS[3]}), frozenset()))
    assert recall_in_budget(target, IDS, INDEX, budget) == value  # 10, 10, 11, ... tokens


def test_the_first_chunk_that_does_not_fit_ends_the_walk():
    target = Target("q", "chunk", (frozenset({IDS[0]}),))
    assert recall_in_budget(target, [IDS[10], IDS[0]], INDEX, 14) == 0.0  # 15 tokens, then 10


@given(rankings, parts, st.integers(1, 150), st.integers(0, 50))
def test_a_larger_budget_never_finds_less(ids, part, budget, more):
    target = Target("q", "chunk", part)
    small, large = (recall_in_budget(target, ids, INDEX, b) for b in (budget, budget + more))
    assert 0 <= small <= large <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(rankings, parts), min_size=1, max_size=4))
def test_the_curve_rises_and_agrees_with_recall(cases):
    targets = [Target(f"q{n}", "chunk", part) for n, (_, part) in enumerate(cases)]
    run = {f"q{n}": run_of(ids) for n, (ids, _) in enumerate(cases)}
    gained = recall_by_rank(targets, run, INDEX)
    assert gained.shape == (len(targets), 100)
    assert (gained >= 0).all()
    values = score(targets, run, INDEX, BUDGET)
    for k in (5, 10, 100):
        assert gained[:, :k].sum(axis=1) == pytest.approx(list(values[f"R@{k}"].values()))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"token_budget": 0}, "evaluate.token_budget"),
        ({"permutations": 1}, "evaluate.permutations"),
        ({"seed": -1}, "evaluate.seed"),
        ({"seed": "one"}, "evaluate.seed"),
        ({"budget": 1}, "evaluate.budget"),
        ({"baseline": "a b"}, "evaluate.baseline"),
        ({"compare": [["a", "b", "c"]]}, "evaluate.compare.0"),
    ],
)
def test_impossible_settings_are_named(change, named):
    good = {"baseline": "bm25", "compare": [["a", "b"]], "failures_of": "b", "token_budget": 2000, "permutations": 1000}
    good |= {"seed": 7}
    assert EvaluateParams.parse({"evaluate": good}).token_budget == 2000
    with pytest.raises(ParamsError, match=named):
        EvaluateParams.parse({"evaluate": good | change})
