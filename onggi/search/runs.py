"""Runs: what an index returns for each question, best first."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from onggi.core.params import Params
from onggi.core.schema import Hit, Question
from onggi.index.bm25 import Bm25Index
from onggi.index.dense import DenseIndex
from onggi.models.embedder import Embedder


class RetrieveParams(Params):
    """How deep a run goes."""

    key: ClassVar[str] = "retrieve"

    top_k: int = Field(ge=1, le=10_000, description="chunks a query, at most")


def bm25_run(questions: Sequence[Question], index: Bm25Index, params: RetrieveParams) -> Iterator[Hit]:
    """Yield the hits of BM25, ordered by query and rank."""
    return _hits(questions, index.chunk_ids, *index.search([question.text for question in questions], params.top_k))


def dense_run(
    questions: Sequence[Question], index: DenseIndex, embedder: Embedder, params: RetrieveParams
) -> Iterator[Hit]:
    """Yield the hits of a dense index, ordered by query and rank; queries are encoded as its passages were."""
    vectors = embedder.queries([question.text for question in questions])
    return _hits(questions, index.chunk_ids, *index.search(vectors, params.top_k))


def _hits(
    questions: Sequence[Question],
    chunk_ids: Sequence[str],
    rows: NDArray[np.int64],
    scores: NDArray[np.float32],
) -> Iterator[Hit]:
    for question, found, found_scores in zip(questions, rows.tolist(), scores.tolist(), strict=True):
        kept = [(row, score) for row, score in zip(found, found_scores, strict=True) if row >= 0]
        # Rows follow the chunks table; ties are to follow the chunk's id.
        kept.sort(key=lambda pair: (-pair[1], chunk_ids[pair[0]]))
        for rank, (row, score) in enumerate(kept, 1):
            yield Hit(question.query_id, chunk_ids[row], rank, score)
