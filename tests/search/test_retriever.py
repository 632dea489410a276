from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from onggi.core import tables
from onggi.core.schema import Hit
from onggi.index.base import IndexCard
from onggi.index.bm25 import Bm25Index
from onggi.index.dense import DenseIndex
from onggi.index.params import Bm25Params, FlatParams
from onggi.search import retriever
from onggi.search.retriever import IndexRetriever, Query, RunRetriever, SearchParams, ranked, run

CARD = IndexCard({"kind": "flat"}, "words", {}, "0")


def bm25(texts: Sequence[str], chunk_ids: Sequence[str], depth: int = 5) -> IndexRetriever:
    params = Bm25Params(encoder="words", kind="bm25")
    index = Bm25Index.of(map(str.split, texts), chunk_ids, params, CARD)
    return IndexRetriever(index, lambda asked: [text.split() for text in asked], depth)


class Compass:
    """An encoder that knows four words, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.append(list(texts))
        return np.asarray([np.eye(4)["동서남북".index(text)] for text in texts], dtype=np.float32)


def dense(vectors: Sequence[Sequence[float]], chunk_ids: Sequence[str], encode: Compass, depth: int) -> IndexRetriever:
    params = FlatParams(encoder="words", kind="flat")
    return IndexRetriever(DenseIndex.of(np.asarray(vectors, np.float32), chunk_ids, params, CARD), encode, depth)


def queries(**texts: str) -> list[Query]:
    return [Query(query_id, text) for query_id, text in texts.items()]


def test_an_index_answers_each_query_in_its_order() -> None:
    index = bm25(["독 물", "콩", "독"], ["a#0-3", "a#4-5", "b#0-1"])
    found = index.search(queries(q2="독", q1="모름", q3="콩"))
    assert [[(hit.query_id, hit.chunk_id, hit.rank, hit.sources) for hit in ranking] for ranking in found] == [
        [("q2", "b#0-1", 1, []), ("q2", "a#0-3", 2, [])],
        [],
        [("q3", "a#4-5", 1, [])],
    ]
    assert found[0][0].score > found[0][1].score > 0


def test_ties_are_ordered_by_chunk_id_not_by_row() -> None:
    ids = ["a#9-10", "a#10-11", "a#100-101"]
    (ranking,) = bm25(["독", "독", "독"], ids).search(queries(q="독"))
    assert [hit.chunk_id for hit in ranking] == ["a#10-11", "a#100-101", "a#9-10"] == sorted(ids)
    assert [hit.rank for hit in ranking] == [1, 2, 3] and len({hit.score for hit in ranking}) == 1


def test_no_deeper_than_its_depth() -> None:
    (ranking,) = bm25(["독"] * 9, [f"a#{n}-{n + 1}" for n in range(9)], depth=4).search(queries(q="독"))
    assert len(ranking) == 4


def test_a_dense_index_is_asked_in_one_batch() -> None:
    encoder = Compass()
    index = dense([[0, 1, 0, 0], [0.6, 0.8, 0, 0], [0, 0.8, 0.6, 0]], ["c", "b", "a"], encoder, depth=2)
    high = float(np.float32(0.8))
    assert index.search(queries(q1="서", q2="동")) == [
        [Hit("q1", "c", 1, 1.0), Hit("q1", "b", 2, high)],
        [Hit("q2", "b", 1, float(np.float32(0.6))), Hit("q2", "c", 2, 0.0)],
    ]
    assert encoder.asked == [["서", "동"]]


def test_nothing_to_search_and_nothing_asked() -> None:
    assert bm25([], []).search(queries(q="독")) == [[]]
    assert bm25(["독"], ["a"]).search([]) == []


def test_a_run_answers_what_it_was_made_of(tmp_path: Path) -> None:
    hits = [Hit("q1", "a", 1, 2.0), Hit("q1", "b", 2, 1.0), Hit("q3", "a", 1, 1.0)]
    tables.write(tmp_path / "run", Hit, hits)
    assert RunRetriever(tmp_path / "run").search(queries(q3="", q2="", q1="")) == [hits[2:], [], hits[:2]]


def test_a_run_is_written_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retriever, "QUERIES_PER_BLOCK", 2)
    encoder = Compass()
    index = dense([[1, 0, 0, 0], [0, 1, 0, 0]], ["a", "b"], encoder, depth=1)
    asked = queries(q1="동", q2="서", q3="동")
    assert [(hit.query_id, hit.chunk_id) for hit in run(index, iter(asked))] == [("q1", "a"), ("q2", "b"), ("q3", "a")]
    assert encoder.asked == [["동", "서"], ["동"]]


def test_ranked_cuts_after_it_has_sorted() -> None:
    assert ranked("q", [("a", 0.1), ("b", 0.9)], 1) == [Hit("q", "b", 1, 0.9)]


@pytest.mark.parametrize("depth", [0, 10_001, 1.5])
def test_impossible_depths(depth: object) -> None:
    with pytest.raises(ValidationError):
        SearchParams.model_validate({"depth": depth})
