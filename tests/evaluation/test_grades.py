"""Graded qrels: nDCG gains by the grade, all other measures ask whether it is enough."""

import math
from pathlib import Path

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core import tables
from onggi.core.schema import Chunk, Evidence, Question, SplitRow
from onggi.evaluation.measures import score
from onggi.truth.gold import anchor, read_gold
from onggi.truth.questions import as_questions
from onggi.truth.relevance import ChunkIndex, targets

INDEX = ChunkIndex.of([Chunk(f"{doc_id}#0-9", doc_id, 0, 9, "", 9, "") for doc_id in "abc"])
RUN = {"q": [("a#0-9", 3.0), ("b#0-9", 2.0), ("c#0-9", 1.0)]}


def scores(*evidence: Evidence) -> dict[str, float]:
    asked = Question("q", "독은 어디?", "", [], list(evidence), "gold", "test")
    return {name: values["q"] for name, values in score(targets([asked], INDEX), RUN, INDEX, 100).items()}


def test_a_better_document_further_down_costs_ndcg() -> None:
    graded = scores(Evidence("a", grade=1), Evidence("c", grade=3))
    best = 3 + 1 / math.log2(3)
    assert graded["nDCG@10"] == pytest.approx((1 + 3 / math.log2(4)) / best, abs=1e-5)
    assert graded["nDCG@10"] < scores(Evidence("a"), Evidence("c"))["nDCG@10"]


def test_no_other_measure_sees_the_grade() -> None:
    plain, graded = scores(Evidence("a"), Evidence("c")), scores(Evidence("a", grade=2), Evidence("c", grade=100))
    assert {name for name in plain if plain[name] != graded[name]} == {"nDCG@10"}


def relevant_from(least: int, *evidence: Evidence) -> dict[str, float]:
    asked = Question("q", "독은 어디?", "", [], list(evidence), "gold", "test")
    return {name: values["q"] for name, values in score(targets([asked], INDEX, least), RUN, INDEX, 20).items()}


def test_what_is_graded_too_low_counts_in_ndcg_alone() -> None:
    """Found are grades 1, 0 and 3, of which the last is relevant from 2 on."""
    found = relevant_from(2, Evidence("a", grade=1), Evidence("c", grade=3))
    assert found == pytest.approx(
        {
            "Success@1": 0.0,
            "R@5": 1.0,
            "R@10": 1.0,
            "R@100": 1.0,
            "R@20tok": 0.0,  # the third chunk of 9 tokens no longer fits
            "RR@10": 1 / 3,
            "AP": 1 / 3,
            "nDCG@10": (1 + 3 / math.log2(4)) / (3 + 1 / math.log2(3)),
        },
        abs=1e-5,
    )
    assert relevant_from(3, Evidence("a", grade=1), Evidence("c", grade=3)) == found


def test_a_question_without_anything_relevant_enough_is_left_out() -> None:
    asked = Question("q", "독은 어디?", "", [], [Evidence("a", grade=1)], "gold", "test")
    assert len(targets([asked], INDEX)) == 1 and targets([asked], INDEX, 2) == []


TREC_NAMES = {"Success@1": "success_1", "AP": "map", "nDCG@10": "ndcg_cut_10", "R@5": "recall_5", "R@10": "recall_10"}
ids = st.sampled_from([f"d{n}" for n in range(8)])


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(ids, st.integers(1, 4), min_size=1), st.lists(ids, unique=True), st.integers(1, 4))
def test_graded_measures_are_those_of_trec_eval(grades: dict[str, int], ranking: list[str], least: int) -> None:
    """trec_eval with -l LEAST, on whole documents: one chunk each, so that pieces are documents."""
    index = ChunkIndex.of([Chunk(f"d{n}#0-9", f"d{n}", 0, 9, "", 9, "") for n in range(8)])
    asked = Question("q", "", "", [], [Evidence(d, grade=g) for d, g in grades.items()], "gold", "test")
    run = {"q": [(f"{doc_id}#0-9", float(-n)) for n, doc_id in enumerate(ranking)]}
    wanted = targets([asked], index, least)
    if max(grades.values()) < least:
        assert wanted == []
        return
    ours = score(wanted, run, index, 100)
    names = {"success.1", "map", "ndcg_cut.10", "recip_rank", "recall.5,10"}
    judge = pytrec_eval.RelevanceEvaluator({"q": grades}, names, relevance_level=least)
    theirs = judge.evaluate({"q": {doc_id: 100.0 - n for n, doc_id in enumerate(ranking)}}).get("q", {})
    for measure, name in TREC_NAMES.items():
        assert ours[measure]["q"] == pytest.approx(theirs.get(name, 0.0)), measure
    assert ours["RR@10"]["q"] == pytest.approx(theirs.get("recip_rank", 0.0))


def test_a_beir_folder_keeps_its_grades_to_the_measures(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "독은 어디?"}\n', "utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\nq\tc\t3\nq\tb\t0\n", "utf-8")
    labelled = read_gold(tmp_path)
    evidence = anchor(labelled, [(doc_id, "독은 마당에 있다") for doc_id in "abc"])
    rows = as_questions(labelled, evidence, [SplitRow(doc_id, doc_id, "test") for doc_id in "abc"])
    tables.write(tmp_path / "gold.parquet", Question, rows)
    (asked,) = tables.read(tmp_path / "gold.parquet", Question)
    assert {e.doc_id: e.grade for e in asked.evidence} == {"a": 1, "c": 3}
    assert scores(*asked.evidence) == scores(Evidence("a", grade=1), Evidence("c", grade=3))
