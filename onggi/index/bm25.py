"""A BM25 index that scores by sparse look-up (bm25s, https://arxiv.org/abs/2407.03618).

The variants are those of Kamphuis et al. 2020 (https://doi.org/10.1007/978-3-030-45442-5_4), as bm25s names them.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Self

import bm25s
import numpy as np
from bm25s import scoring
from numpy.typing import NDArray
from scipy import sparse

from onggi.core.outs import replacing
from onggi.index.base import IndexCard, Rows, Scores, unreadable
from onggi.index.encoded import CodedTerms, Encoded
from onggi.index.params import Bm25Params

SCORES_PER_BLOCK = 1 << 20
"""Queries times rows that are scored at once: 4 MB of float32."""

LOW_BITS = np.int64((1 << 32) - 1)


class Bm25Index:
    """An index over the terms of chunks (see `onggi.index.base.Index`)."""

    def __init__(self, engine: bm25s.BM25, chunk_ids: Sequence[str], card: IndexCard) -> None:
        self.engine, self.chunk_ids, self.card = engine, chunk_ids, card
        self.size = len(chunk_ids)
        self.vocabulary: dict[str, int] = getattr(engine, "vocab_dict", {})
        self.weights = _weights(engine, self.size, len(self.vocabulary))

    @classmethod
    def build(cls, encoded: Encoded, params: Bm25Params) -> Self:
        """Index the terms of encoded chunks."""
        return cls._of(encoded.coded_terms(), encoded.chunk_ids, params, IndexCard.of(encoded, params.model_dump()))

    @classmethod
    def of(cls, terms: Iterable[Sequence[str]], chunk_ids: Sequence[str], params: Bm25Params, card: IndexCard) -> Self:
        """Index the terms of each chunk, one for each of ``chunk_ids``."""
        number_of: dict[str, int] = {}
        rows = [[number_of.setdefault(term, len(number_of)) for term in of_chunk] for of_chunk in terms]
        codes = np.fromiter(chain.from_iterable(rows), np.int32)
        return cls._of(CodedTerms(codes, np.array([*map(len, rows)], np.int64), number_of), chunk_ids, params, card)

    @classmethod
    def _of(cls, terms: CodedTerms, chunk_ids: Sequence[str], params: Bm25Params, card: IndexCard) -> Self:
        engine = bm25s.BM25(method=params.method, k1=params.k1, b=params.b, dtype="float32")
        if terms.number_of:
            engine.vocab_dict = terms.number_of
            engine.nonoccurrence_array = None  # of two variants that are not offered here
            engine.scores = _postings(terms, engine)
        return cls(engine, chunk_ids, card)

    def search(self, queries: Sequence[Sequence[str]], top_k: int) -> tuple[Rows, Scores]:
        """Return the ``top_k`` rows of each query, given as its terms, and their scores, both (queries, k).

        Best first, ties by row. A row that scores 0 is no result, and its place holds row -1: it shares no term with
        the query, or only terms without weight (by ``atire`` what all rows hold, by ``robertson`` what half of them
        hold).
        """
        k = min(top_k, self.size)
        rows = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.zeros((len(queries), k), dtype=np.float32)
        if not self.vocabulary or k == 0:
            return rows, scores
        step = max(1, SCORES_PER_BLOCK // self.size)
        for start in range(0, len(queries), step):
            block = self._counts(queries[start : start + step]) @ self.weights
            best, best_scores = _best(block.toarray(), k)
            rows[start : start + step], scores[start : start + step] = best, best_scores
        return rows, scores

    def _counts(self, queries: Sequence[Sequence[str]]) -> sparse.csr_array:
        """Return how often each query holds each term, (queries, terms)."""
        known = [[self.vocabulary[term] for term in query if term in self.vocabulary] for query in queries]
        columns = np.fromiter(chain.from_iterable(known), dtype=np.int32)
        starts = np.cumsum([0, *map(len, known)], dtype=np.int32)
        ones = np.ones(len(columns), dtype=np.float32)
        return sparse.csr_array((ones, columns, starts), shape=(len(queries), len(self.vocabulary)))

    def save(self, folder: Path) -> None:
        """Write the index as arrays and JSON; nothing is pickled."""
        with replacing(folder) as temporary:
            temporary.mkdir()
            if self.vocabulary:
                self.engine.save(str(temporary), show_progress=False)
            self.card.write(temporary, self.chunk_ids)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an index that `save` wrote.

        Raises
        ------
        ModelError
            The folder is not a BM25 index.
        """
        card, chunk_ids = IndexCard.read(folder)
        try:
            saved = any(folder.glob("*.index.*"))
            engine = bm25s.BM25.load(str(folder), show_progress=False) if saved else bm25s.BM25()
            if saved and engine.scores["num_docs"] != len(chunk_ids):
                raise ValueError(f"{engine.scores['num_docs']} rows, {len(chunk_ids)} ids")
            return cls(engine, chunk_ids, card)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise unreadable(folder, error) from None


def _postings(terms: CodedTerms, engine: bm25s.BM25) -> dict[str, Any]:
    """Return what ``engine.index`` makes of the terms, bit for bit, without its loops over rows and terms.

    The formulas are those of bm25s, given all postings at once instead of those of one row.
    """
    shape = (len(terms.sizes), len(terms.number_of))
    ones, ends = np.ones(len(terms.codes), np.float32), np.append(0, np.cumsum(terms.sizes))
    counts = sparse.csr_array((ones, terms.codes, ends), shape=shape).tocsc()
    counts.sum_duplicates()  # equal terms of a row stand side by side now
    frequencies = np.diff(counts.indptr)
    idf_of = scoring._select_idf_scorer(engine.idf_method)
    distinct, places = np.unique(frequencies, return_inverse=True)
    idf = np.array([idf_of(int(frequency), N=shape[0]) for frequency in distinct], np.float32)[places]
    tfc = scoring._select_tfc_scorer(engine.method)(
        tf_array=counts.data, l_d=terms.sizes[counts.indices], l_avg=terms.sizes.mean(),
        k1=engine.k1, b=engine.b, delta=engine.delta,
    )  # fmt: skip
    data = (np.repeat(idf, frequencies) * tfc).astype(np.float32)
    rows, starts = counts.indices.astype(np.int32, copy=False), counts.indptr.astype(np.int64)
    return {"data": data, "indices": rows, "indptr": starts, "num_docs": shape[0]}


def _weights(engine: bm25s.BM25, rows: int, terms: int) -> sparse.csr_array:
    """Return the weight of every term in every row, (terms, rows): each row of it is a term's posting list."""
    if not terms:
        return sparse.csr_array((0, rows), dtype=np.float32)
    postings = engine.scores
    return sparse.csr_array((postings["data"], postings["indices"], postings["indptr"]), shape=(terms, rows))


def _best(scores: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the k best columns of each row, best first, ties by column; -1 where the score is 0.

    The bits of a positive float32 order as the number does, so score and column go into one integer, and one
    integer sort gives the total order.
    """
    columns = np.arange(scores.shape[1], dtype=np.int64)
    keys = (np.maximum(scores, 0).view(np.int32).astype(np.int64) << 32) | (LOW_BITS - columns)
    if scores.shape[1] > 4 * k:
        keys = np.partition(keys, scores.shape[1] - k, axis=1)[:, -k:]
    keys = np.sort(keys, axis=1)[:, : -k - 1 : -1]
    best = (keys >> 32).astype(np.int32).view(np.float32)
    return np.where(best > 0, LOW_BITS - (keys & LOW_BITS), -1), best
