"""Tables of several truths, and how far truths agree, against counts by hand and scikit-learn."""

import random
from dataclasses import replace

import pytest
from sklearn.metrics import cohen_kappa_score

from onggi.core.schema import Chunk, Evidence, Question
from onggi.evaluation.intervals import intervals
from onggi.evaluation.measured import Measured
from onggi.evaluation.params import EvaluateParams
from onggi.evaluation.truths import agreement, kappa, truths
from onggi.truth.relevance import ChunkIndex, Target, targets
from onggi.truth.truths import Truth

PARAMS = EvaluateParams(baseline="bm25", compare=[], failures_of="bm25", token_budget=9, permutations=1_000, seed=1)
INDEX = ChunkIndex.of([Chunk(f"{d}#{s}-{s + 10}", d, s, s + 10, "", 9, "") for d in "abc" for s in (0, 10, 20)])
IDS = sorted(INDEX.doc_of)


def knows(*of: tuple[str, set[str], set[str]], complete: bool = False) -> dict[str, tuple[Target, bool]]:
    return {
        q: (Target(q, "chunk", tuple(frozenset({r}) for r in sorted(right)), rejected=frozenset(wrong)), complete)
        for q, right, wrong in of
    }


def test_kappa_is_over_what_both_have_judged() -> None:
    ours = knows(("q1", {"a#0-10", "b#0-10"}, {"c#0-10", "c#10-20"}), ("q2", {"a#0-10"}, set()))
    theirs = knows(("q1", {"a#0-10", "b#10-20"}, {"b#0-10", "c#0-10"}), ("q3", {"a#0-10"}, set()))
    told = agreement(ours, theirs, INDEX)
    # both judged a#0-10 (yes, yes), b#0-10 (yes, no) and c#0-10 (no, no)
    assert told == {
        "queries": 1, "pairs_first": 2, "pairs_second": 2, "pairs_both": 1, "overlap": round(1 / 3, 4),
        "pairs_judged": 3, "kappa": round(cohen_kappa_score([1, 1, 0], [1, 0, 0]), 4),
    }  # fmt: skip


def test_a_complete_truth_has_judged_every_pair() -> None:
    ours = knows(("q1", {"a#0-10"}, {"b#0-10"}))
    complete = knows(("q1", {"a#0-10", "a#20-30"}, set()), complete=True)
    assert agreement(ours, complete, INDEX)["pairs_judged"] == 2 and agreement(ours, complete, INDEX)["kappa"] == 1.0
    told = agreement(complete, knows(("q1", {"a#0-10"}, set()), complete=True), INDEX)
    labels = [[int(i in right) for i in IDS] for right in ({"a#0-10", "a#20-30"}, {"a#0-10"})]
    assert (told["pairs_judged"], told["kappa"]) == (9, round(cohen_kappa_score(*labels), 4))


def test_where_one_names_documents_both_are_compared_by_documents() -> None:
    documents = {"q1": (Target("q1", "document", (frozenset({"a"}),), rejected=frozenset({"b"})), False)}
    told = agreement(documents, knows(("q1", {"a#0-10", "a#10-20"}, {"b#0-10"})), INDEX)
    assert (told["pairs_first"], told["pairs_second"], told["pairs_both"], told["kappa"]) == (1, 1, 1, 1.0)


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        (knows(("q2", {"a#0-10"}, set())), "no question is known to both"),
        (knows(("q1", {"b#0-10"}, set())), "no pair was judged by both"),
        (knows(("q1", {"a#0-10"}, set())), "one of the two gives all pairs that both have judged one verdict"),
        (
            knows(("q1", {"b#0-10"}, {"a#10-20"}), complete=True),
            "one of the two gives all pairs that both have judged one verdict",
        ),
    ],
)
def test_what_cannot_be_told_is_absent_with_the_reason(theirs: dict[str, tuple[Target, bool]], reason: str) -> None:
    told = agreement(knows(("q1", {"a#0-10"}, set())), theirs, INDEX)
    assert told["reason"] == reason and "kappa" not in told
    assert ("overlap" in told) == (reason != "no question is known to both")


@pytest.mark.parametrize("seed", range(20))
def test_kappa_is_sklearns(seed: int) -> None:
    draw = random.Random(seed)
    pairs = [(int(draw.random() < 0.3), int(draw.random() < 0.4)) for _ in range(draw.randrange(20, 60))]
    one, other = zip(*pairs, strict=True)
    found = kappa(len(pairs), sum(one), sum(other), sum(a and b for a, b in pairs))
    assert found == pytest.approx(cohen_kappa_score(one, other))


def measured(truth: str, *questions: Question, least: int = 1) -> Measured:
    wanted = targets(questions, INDEX, least)
    scores = {"bm25": {"RR@10": {t.query_id: 0.5 for t in wanted}}}
    return Measured(
        "test", questions, wanted, {}, scores, {"bm25": 9}, {"bm25": 0}, {"bm25": 0.5}, truth=truth, least=least
    )


def asked(query_id: str, *evidence: Evidence) -> Question:
    return Question(query_id, "물음", "정의", [], list(evidence), "gold", "test")


def test_a_table_names_truth_queries_pairs_grades_and_unit() -> None:
    gold = measured("gold", asked("q1", Evidence("a", 0, 10), Evidence("b", 0, 10, part=0)), asked("q2"))
    graded = measured("qrels", asked("q1", Evidence("a", grade=3), Evidence("b")), asked("q2", Evidence("c")), least=2)
    lexical = measured("lexical")
    beside = [
        Truth("qrels", graded.questions, False, {"lines": 3}),
        Truth("lexical", [], complete=True),
    ]
    found = truths([gold, graded, lexical], beside, INDEX, PARAMS)
    assert found["truths"] == {
        "gold": {
            "queries": 1, "pairs": 2, "graded": False, "min_relevance": 1, "unit": "chunk",
            "systems": {"bm25": {"RR@10": 0.5, "judged@10": 0.5}},
        },
        "qrels": {
            "queries": 1, "pairs": 1, "graded": True, "min_relevance": 2, "unit": "document",
            "systems": {"bm25": {"RR@10": 0.5, "judged@10": 0.5}}, "intervals": {"bm25": {"RR@10": None}},
            "made": {"lines": 3},
        },
        "lexical": {
            "queries": 0, "pairs": 0, "graded": False, "min_relevance": 1, "unit": "", "systems": {"bm25": {}},
            "reason": "no test question has anything that is relevant by lexical",
        },
    }  # fmt: skip
    assert list(found["agreement"]) == ["gold ~ qrels", "gold ~ lexical", "qrels ~ lexical"]
    assert found["agreement"]["gold ~ qrels"]["queries"] == 1


def test_a_truth_beside_the_labels_has_the_intervals_of_its_means() -> None:
    asked_of = [asked(f"q{place}", Evidence("abc"[place % 3])) for place in range(12)]
    graded = replace(measured("qrels", *asked_of), about={q.query_id: q.query_id for q in asked_of})
    for place, query_id in enumerate(graded.scores["bm25"]["RR@10"]):
        graded.scores["bm25"]["RR@10"][query_id] = (0.2, 0.5, 1.0)[place % 3]
    found = truths([measured("gold"), graded], [Truth("qrels", graded.questions, False, {})], INDEX, PARAMS)
    ends = intervals(graded, PARAMS)["systems"]["bm25"]["RR@10"]["interval"]
    assert ends and ends[0] < 0.5667 < ends[1]
    assert found["truths"]["qrels"]["intervals"] == {"bm25": {"RR@10": ends}}
    assert "intervals" not in found["truths"]["gold"]
