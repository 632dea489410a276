from collections.abc import Sequence

import numpy as np
import pytest
from pydantic import ValidationError

from onggi.core.schema import Hit, Question
from onggi.index.bm25 import Bm25Index, Bm25Params
from onggi.index.dense import DenseIndex
from onggi.search.runs import RetrieveParams, bm25_run, dense_run


def question(query_id: str, text: str) -> Question:
    return Question(query_id, text, "정의", [], [], "gold", "test")


def bm25(texts: Sequence[str], chunk_ids: Sequence[str]) -> Bm25Index:
    tokenizer = {"name": "whitespace", "pos": "content", "user_dictionary": "-"}
    params = Bm25Params.model_validate({"tokenizer": tokenizer, "method": "lucene", "k1": 1.5, "b": 0.75})
    return Bm25Index.build(texts, chunk_ids, params)


class Compass:
    """An embedder that knows four words, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.append(list(texts))
        return np.asarray([np.eye(4)["동서남북".index(text)] for text in texts], dtype=np.float32)


def dense(vectors: Sequence[Sequence[float]], chunk_ids: Sequence[str]) -> DenseIndex:
    return DenseIndex.build(np.asarray(vectors, np.float32), chunk_ids, "flat", {})


def test_hits_of_bm25_by_query_and_rank() -> None:
    index = bm25(["독 물", "콩", "독"], ["a#0-3", "a#4-5", "b#0-1"])
    hits = list(
        bm25_run([question("q1", "독"), question("q2", "모름"), question("q3", "콩")], index, RetrieveParams(top_k=5))
    )
    assert [(hit.query_id, hit.chunk_id, hit.rank, hit.sources) for hit in hits] == [
        ("q1", "b#0-1", 1, []),
        ("q1", "a#0-3", 2, []),
        ("q3", "a#4-5", 1, []),
    ]
    assert hits[0].score > hits[1].score > 0


def test_ties_are_ordered_by_chunk_id_not_by_row() -> None:
    ids = ["a#9-10", "a#10-11", "a#100-101"]
    hits = list(bm25_run([question("q", "독")], bm25(["독", "독", "독"], ids), RetrieveParams(top_k=5)))
    assert [hit.chunk_id for hit in hits] == ["a#10-11", "a#100-101", "a#9-10"] == sorted(ids)
    assert [hit.rank for hit in hits] == [1, 2, 3] and len({hit.score for hit in hits}) == 1


def test_no_deeper_than_top_k() -> None:
    index = bm25(["독"] * 9, [f"a#{n}-{n + 1}" for n in range(9)])
    assert len(list(bm25_run([question("q", "독")], index, RetrieveParams(top_k=4)))) == 4


def test_hits_of_a_dense_index() -> None:
    index = dense([[0, 1, 0, 0], [0.6, 0.8, 0, 0], [0, 0.8, 0.6, 0]], ["c", "b", "a"])
    encoder = Compass()
    hits = list(dense_run([question("q1", "서"), question("q2", "동")], index, encoder, RetrieveParams(top_k=2)))  # type: ignore[arg-type]
    high = float(np.float32(0.8))
    assert hits == [
        Hit("q1", "c", 1, 1.0),
        Hit("q1", "b", 2, high),
        Hit("q2", "b", 1, float(np.float32(0.6))),
        Hit("q2", "c", 2, 0.0),
    ]
    assert encoder.asked == [["서", "동"]]


def test_ties_of_a_dense_index_are_ordered_by_chunk_id() -> None:
    index = dense([[1, 0, 0, 0]] * 3, ["나", "다", "가"])
    hits = list(dense_run([question("q", "동")], index, Compass(), RetrieveParams(top_k=3)))  # type: ignore[arg-type]
    assert [(hit.chunk_id, hit.rank) for hit in hits] == [("가", 1), ("나", 2), ("다", 3)]


def test_nothing_to_search_and_nothing_asked() -> None:
    assert list(bm25_run([question("q", "독")], bm25([], []), RetrieveParams(top_k=3))) == []
    assert list(bm25_run([], bm25(["독"], ["a"]), RetrieveParams(top_k=3))) == []


@pytest.mark.parametrize("top_k", [0, 10_001, 1.5])
def test_impossible_depths(top_k: object) -> None:
    with pytest.raises(ValidationError):
        RetrieveParams.model_validate({"top_k": top_k})
