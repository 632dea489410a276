import json
from dataclasses import replace

import numpy as np
import pytest

from onggi.core import tables
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.evaluation import causes, facts, failures, summary
from onggi.evaluation.intervals import intervals
from onggi.evaluation.measured import Measured
from onggi.evaluation.measures import mean, score, short_of_budget
from onggi.evaluation.params import EvaluateParams
from onggi.search.spec import Systems
from onggi.truth.relevance import ChunkIndex, targets

PARAMS = EvaluateParams(
    baseline="bm25",
    compare=[("dense-base", "dense-tuned")],
    failures_of="hybrid",
    token_budget=12,
    permutations=500,
    seed=1,
)
TEXT = "".join(chr(ord("가") + n) for n in range(600))
INDEX = ChunkIndex.of(Chunk(f"a#{s}-{s + 20}", "a", s, s + 20, TEXT[s : s + 20], 5, "") for s in range(0, 600, 20))
TYPES = ["정의", "절차", ""]
QUESTIONS = [
    Question(f"q{n:02}", f"물음 {n}", TYPES[n % 3], ["답"], [Evidence("a", n * 20, n * 20 + 10)], "gold", "test")
    for n in range(30)
]
NONE = Question("q99", "답이 없는 물음", "정의", [], [], "gold", "test")
TARGETS = targets([*QUESTIONS, NONE], INDEX)


def finds_at(rank_of):
    """A run that has the right chunk of question n at rank_of(n), or not at all."""
    run = {}
    for n in range(30):
        wrong = [f"a#{s}-{s + 20}" for s in range(0, 600, 20) if s != n * 20]
        rank = rank_of(n)
        ids = [*wrong[: rank - 1], f"a#{n * 20}-{n * 20 + 20}"] if rank else wrong[:5]
        run[f"q{n:02}"] = [(chunk_id, 1 / r) for r, chunk_id in enumerate(ids, 1)]
    return run


RUNS = {
    "bm25": finds_at(lambda n: 3),
    "dense-base": finds_at(lambda n: 2 if n % 2 else None),
    "dense-tuned": finds_at(lambda n: 2),
    "hybrid": finds_at(lambda n: 1 if n % 3 else n + 1 if n else None),
}


def measured(runs=RUNS, questions=(*QUESTIONS, NONE), depths=None, budget=12, judged=None):
    wanted = targets(questions, INDEX)
    depths = dict.fromkeys(runs, 100) | (depths or {})
    scores = {system: score(wanted, run, INDEX, budget, depths[system]) for system, run in runs.items()}
    short = {system: short_of_budget(wanted, run, INDEX, budget, depths[system]) for system, run in runs.items()}
    return Measured("test", questions, wanted, runs, scores, depths, short, judged or dict.fromkeys(runs, 1.0))


ALL = measured(judged={"bm25": 0.5, "dense-base": 1 / 3, "dense-tuned": 0.0})
SCORES = ALL.scores


def test_averages_are_rounded_means_in_order():
    table = summary.averages(ALL)
    assert list(table) == list(RUNS)
    assert table["bm25"] == {
        "Success@1": 0.0,
        "R@5": 1.0,
        "R@10": 1.0,
        "R@100": 1.0,
        "R@12tok": 0.0,
        "RR@10": 0.3333,
        "AP": 0.3333,
        "nDCG@10": 0.5,
        "judged@10": 0.5,
    }
    assert "judged@10" not in table["hybrid"]
    assert table["dense-tuned"]["R@12tok"] == 1.0


def test_differences_are_of_the_pairs_named_and_of_each_with_the_baseline():
    found = summary.differences(ALL, PARAMS)
    assert list(found) == ["dense-base → dense-tuned", "bm25 → dense-base", "bm25 → dense-tuned", "bm25 → hybrid"]
    pair = found["dense-base → dense-tuned"]
    assert (pair["queries"], pair["documents"]) == (30, 1)
    assert list(pair) == ["queries", "documents", *SCORES["bm25"]]


def test_questions_about_one_document_cannot_tell_systems_apart():
    pair = summary.differences(ALL, PARAMS)["dense-base → dense-tuned"]["RR@10"]
    assert (pair["difference"], pair["wins"], pair["ties"], pair["losses"]) == (0.25, 15, 15, 0)  # 15 of 30 gain 1/2
    assert (pair["p"], pair["p_bootstrap"], pair["interval"]) == (1.0, 1.0, None)


def test_questions_about_as_many_documents_can():
    chunks = [Chunk(f"a#{s}-{s + 20}", f"d{s}", s, s + 20, TEXT[s : s + 20], 5, "") for s in range(0, 600, 20)]
    index = ChunkIndex.of(chunks)
    asked = [
        Question(q.query_id, q.text, q.type, q.answers, [Evidence(f"d{n * 20}", n * 20, n * 20 + 10)], "gold", "test")
        for n, q in enumerate(QUESTIONS)
    ]
    # The last two ask about documents that a third question joins.
    asked[28] = replace(asked[28], evidence=[*asked[28].evidence, *asked[29].evidence])
    wanted = targets(asked, index)
    scores = {system: score(wanted, run, index, 12, 100) for system, run in RUNS.items()}
    found = Measured("test", asked, wanted, RUNS, scores, dict.fromkeys(RUNS, 100), dict.fromkeys(RUNS, 0))
    assert len(set(found.clusters.values())) == 29
    assert found.clusters["q28"] == found.clusters["q29"]
    pairs = summary.differences(found, PARAMS)
    pair = pairs["dense-base → dense-tuned"]
    assert (pair["queries"], pair["documents"]) == (30, 29)
    told = pair["RR@10"]
    low, high = told["interval"]
    assert 0 < low < told["difference"] < high < 0.5
    assert told["p"] == pytest.approx(1 / 501, rel=1e-3)
    assert told["p"] <= told["p_holm"] <= 1
    assert 0 < told["detectable"] < 0.25
    assert pairs["bm25 → dense-base"]["Success@1"] == {
        "difference": 0.0, "interval": None, "p": 1.0, "p_bootstrap": 1.0, "p_holm": 1.0,
        "wins": 0, "ties": 30, "losses": 0, "detectable": 0.0,
    }  # fmt: skip


def test_a_pair_is_compared_by_what_both_have():
    shallow = measured(depths={"hybrid": 5}, judged=dict.fromkeys(["bm25", "dense-base", "dense-tuned"], 1.0))
    found = summary.differences(shallow, PARAMS)
    assert list(found["bm25 → hybrid"]) == ["queries", "documents", "Success@1", "R@5", "R@12tok", "AP"]
    assert summary.averages(shallow)["hybrid"].keys() == {"Success@1", "R@5", "R@12tok", "AP"}
    assert summary.coverage(shallow, PARAMS)["not_computed"] == {
        "hybrid": dict.fromkeys(["R@10", "R@100", "RR@10", "nDCG@10", "judged@10"], "the system returns 5 chunks")
    }
    assert len([row for row in summary.curves(shallow, INDEX, PARAMS) if row[0] == "hybrid"]) == 5


def test_a_run_too_shallow_for_the_token_budget_has_no_recall_within_it():
    shallow = measured(depths={"hybrid": 5}, budget=200)
    assert "R@200tok" not in shallow.scores["hybrid"] and "R@200tok" in shallow.scores["bm25"]
    params = PARAMS.model_copy(update={"token_budget": 200})
    left_out = summary.coverage(shallow, params)["not_computed"]
    # 20 questions get one chunk and one gets four: that is all that was found for them.
    reason = "the system returns 5 chunks, for 9 of 30 questions fewer than 200 tokens"
    assert left_out["hybrid"]["R@200tok"] == reason
    assert list(left_out) == ["hybrid"]
    assert "R@200tok" not in summary.differences(shallow, params)["bm25 → hybrid"]


def test_where_nothing_was_found_nothing_is_said_of_the_labels():
    silent = measured(judged=dict.fromkeys(["bm25", "dense-base", "dense-tuned"], 1.0))
    reason = "the system found nothing for any question"
    assert summary.coverage(silent, PARAMS)["not_computed"] == {"hybrid": {"judged@10": reason}}


def test_a_second_span_is_no_second_piece():
    again = replace(QUESTIONS[0], evidence=[*QUESTIONS[0].evidence, Evidence("z", 0, 5, part=0)])
    told = measured(questions=[again])
    assert told.clusters == {"q00": "a"}
    assert summary.coverage(told, PARAMS)["evidence"] == 1


def test_the_baseline_alone_is_no_pair():
    alone = EvaluateParams(baseline="bm25", compare=[], failures_of="bm25", token_budget=12, permutations=500, seed=1)
    assert summary.differences(measured({"bm25": RUNS["bm25"]}), alone) == {}


def test_coverage_counts_what_the_measures_rest_on():
    cut = Question("q50", "잘린 물음", "정의", ["답"], [Evidence("a", 590, 700)], "gold", "test")
    asked = [*QUESTIONS, NONE, cut]
    runs = {"bm25": {q: hits for q, hits in RUNS["bm25"].items() if q != "q07"}}
    assert summary.coverage(measured(runs, asked), PARAMS) == {
        "truth": "gold",
        "queries": 31,
        "pairs": 30,
        "questions": 32,
        "answerable": 31,
        "unanswerable_left_out": 1,
        "without_answering_chunk": 1,
        "evidence": 31,
        "evidence_without_answering_chunk": 1,
        "unit": {"chunk": 31, "document": 0},
        "nothing_retrieved": {"bm25": 2},
    }


def test_without_test_questions_values_are_absent_with_the_reason():
    empty = replace(measured({"bm25": {}, "hybrid": {}}, []), judged={})
    assert summary.averages(empty) == {"bm25": {}, "hybrid": {}}
    assert summary.differences(empty, PARAMS) == {}
    assert list(summary.per_type(empty)) == list(summary.curves(empty, INDEX, PARAMS)) == []
    assert "no test question" in summary.coverage(empty, PARAMS)["not_computed"]["retrieval"]


def test_per_type_is_long_form_in_the_order_of_the_types():
    rows = list(summary.per_type(ALL))
    assert len(rows) == 4 * 3 * 8
    assert list(dict.fromkeys(kind for _, kind, *_ in rows)) == ["정의", "절차", "untyped"]
    assert ("dense-base", "절차", 10, "R@5", 0.5) in rows
    total = sum(count * value for system, _, count, measure, value in rows if (system, measure) == ("hybrid", "AP"))
    assert total / 30 == pytest.approx(mean(SCORES["hybrid"]["AP"]), abs=1e-4)


def test_curves_have_a_line_per_system_and_k():
    rows = list(summary.curves(ALL, INDEX, PARAMS))
    assert len(rows) == 4 * 100
    assert rows[:3] == [("bm25", 1, 0.0, None, None), ("bm25", 2, 0.0, None, None), ("bm25", 3, 1.0, None, None)]


def of_documents(rng, documents=25, each=4):
    """Return a measured run over questions of several documents: those of one are found at like ranks."""
    index = ChunkIndex.of(
        Chunk(f"d{d:02}#{n}-{n + 1}", f"d{d:02}", n, n + 1, "가", 1, "") for d in range(documents) for n in range(each)
    )
    asked = [
        Question(f"d{d:02}-{n}", "물음", "", ["답"], [Evidence(f"d{d:02}", n, n + 1)], "gold", "test")
        for d in range(documents)
        for n in range(each)
    ]
    every = list(index.n_tokens)
    run = {}
    for question in asked:
        (evidence,) = question.evidence
        right = f"{evidence.doc_id}#{evidence.start}-{evidence.end}"
        others = [chunk_id for chunk_id in every if chunk_id != right]
        place = min(int(rng.geometric(0.1 + 0.8 * (int(evidence.doc_id[1:]) % 5) / 5)) - 1, 99)
        ids = [*others[:place], right, *others[place:]][:100]
        run[question.query_id] = [(chunk_id, float(-rank)) for rank, chunk_id in enumerate(ids)]
    wanted = targets(asked, index)
    return Measured(
        "test", asked, wanted, {"a": run}, {"a": score(wanted, run, index, 12)}, {"a": 100}, {"a": 0}
    ), index


def test_an_interval_of_the_curve_is_that_of_the_measure():
    """The same draws of documents: at 5, 10 and 100 the curve says what metrics/intervals.json says."""
    found, index = of_documents(np.random.default_rng(3))
    rows = list(summary.curves(found, index, PARAMS))
    told = intervals(found, PARAMS)["systems"]["a"]
    for k in (5, 10):
        _, at, recall, low, high = rows[k - 1]
        assert (at, recall, [low, high]) == (
            k,
            told[f"R@{k}"]["mean"],
            pytest.approx(told[f"R@{k}"]["interval"], abs=1e-4),
        )
    assert all(0 <= low <= recall <= high <= 1 for _, _, recall, low, high in rows if low is not None)
    assert rows[0][3] < rows[0][2] < rows[0][4]
    wide = rows[0][4] - rows[0][3]
    alone = replace(
        found, questions=[replace(q, evidence=[replace(q.evidence[0], doc_id=q.query_id)]) for q in found.questions]
    )
    narrow = next(summary.curves(alone, index, PARAMS))
    assert narrow[4] - narrow[3] < wide  # questions of one document rise and fall together


def test_failing_are_never_found_then_latest_then_by_id():
    def failing(run):
        found = causes.failing(measured({"hybrid": run}), "hybrid", INDEX)
        return [(target.query_id, rank) for target, rank in found]

    assert failing(RUNS["hybrid"]) == [("q00", None), *((f"q{n:02}", n + 1) for n in range(27, 9, -3) if n >= 10)]
    assert failing(finds_at(lambda n: 10)) == []
    assert [query_id for query_id, _ in failing({})] == [f"q{n:02}" for n in range(30)]


def told(asked, chunks):
    documents = {"a": Document("a", "a", "", "md", TEXT)}
    known = facts.words(asked.questions, documents)
    return failures.failures(asked, "hybrid", Systems.model_validate({}), INDEX, known, documents, chunks)


def shown_rule(page):
    return page["causes"][page["failures"][0]["cause"]]["rule"]


def test_failures_show_expected_and_found_in_bounded_text(tmp_path):
    long = Question("q00", "물" * 900, "정의", ["답"], [Evidence("a")] * 9, "gold", "test")
    rows = [Chunk(i, "a", int(i[2:].split("-")[0]), 0, "가" * 900, 5, "") for i in INDEX.doc_of]
    tables.write(tmp_path / "chunks", Chunk, sorted(rows, key=lambda row: row.start))
    asked = measured({"hybrid": {"q00": []}, "bm25": {}}, [long])
    page = told(asked, tmp_path / "chunks")
    assert (page["system"], page["split"], page["questions"], page["failed"]) == ("hybrid", "test", 1, 1)
    assert page["causes"]["not retrieved"]["count"] == 1 and shown_rule(page) == causes.CAUSES["not retrieved"]
    (shown,) = page["failures"]
    assert shown["question"] == "물" * 200 + "…" and shown["found"] == []
    assert shown["expected"] == [{"doc_id": "a", "quote": TEXT[:200] + "…"}] * 5
    assert (shown["first_relevant_rank"], shown["answered_by_a_chunk"]) == (None, True)
    span = Question("q00", "물음", "정의", ["답"], [Evidence("a", 0, 10)], "gold", "test")
    asked = measured({"hybrid": {"q00": RUNS["hybrid"]["q00"]}}, [span])
    (shown,) = told(asked, tmp_path / "chunks")["failures"]
    assert [hit["chunk_id"] for hit in shown["found"]] == ["a#20-40", "a#40-60", "a#60-80"]
    assert {len(hit["text"]) for hit in shown["found"]} == {201}
    json.dumps(page, allow_nan=False)
