"""A small corpus, questions and a teacher whose scores are given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from onggi.core.schema import Chunk, Evidence, Question, Source, Split
from onggi.negatives.corpus import Corpus
from onggi.negatives.params import MineParams


class Teacher:
    """A reranker whose scores are given by passage; it notes what it was asked."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores = scores
        self.asked: list[tuple[str, str]] = []

    def score(self, pairs: Iterable[tuple[str, str]]) -> Iterator[float]:
        for query, passage in pairs:
            self.asked.append((query, passage))
            yield float(np.float32(self.scores[passage]))


def params(**changed: object) -> MineParams:
    settings = {
        "candidates": {"bm25": 50, "dense": 50},
        "max_ratio": 0.95,
        "min_score": 0.0,
        "near_duplicate": 0.8,
        "negatives": 7,
        "per_document": 7,
    }
    return MineParams.model_validate({**settings, **changed})


def question(
    query_id: str = "q1",
    text: str = "메주는 며칠 띄우나요",
    *evidence: Evidence,
    split: Split = "train",
    answer: str = "닷새",
) -> Question:
    return Question(query_id, text, "규정", [answer], list(evidence or [Evidence("d0", 0, 5)]), "gold", split)


def chunk(chunk_id: str, doc_id: str, text: str, heading: str = "") -> Chunk:
    return Chunk(chunk_id, doc_id, 0, len(text), text, 1, heading)


def corpus(*texts: str, held_out: Sequence[int] = (), documents: Sequence[str] = ()) -> Corpus:
    """Return chunks c00, c01, … of the documents d0, d1, …, or of ``documents``."""
    doc_ids = list(documents) or [f"d{row}" for row in range(len(texts))]
    chunks = [chunk(f"c{row:02}", doc_ids[row], text) for row, text in enumerate(texts)]
    return Corpus(chunks, {doc_id for row, doc_id in enumerate(doc_ids) if row not in held_out})


def found(*chunk_ids: str) -> dict[str, list[Source]]:
    """Return candidates that BM25 found in this order."""
    return {chunk_id: [Source("bm25", rank, 1 / rank)] for rank, chunk_id in enumerate(chunk_ids, 1)}
