"""Graded qrels: nDCG gains by the grade, all other measures ask whether it is 1 or more."""

import math

import pytest

from onggi.core.schema import Chunk, Evidence, Question
from onggi.evaluation.measures import score
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
