"""A FAISS index over unit vectors, with the vectors beside it.

FAISS finds candidates; their scores are computed again from the vectors one pair at a time, because FAISS takes another
path for one query than for many and the last bits differ. So a score depends on its pair alone, and ties are ordered.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from onggi.core.outs import replacing
from onggi.index.base import IndexCard, unreadable
from onggi.index.encoded import VECTORS, Encoded, Vectors
from onggi.index.params import DenseParams, HnswParams, IvfParams

GRAPH = "index.faiss"

QUERIES_PER_BLOCK = 256
ROWS_PER_BLOCK = 16_384
SPARE = 16
"""Candidates beyond k, so that ties and last bits at the border of k seldom matter; where they do, more are taken."""

LAST_BITS = 1e-5
"""What FAISS's inner product of two unit vectors can be off, twice over."""


class DenseIndex:
    """An index over the vectors of chunks, (rows, dimensions) (see `onggi.index.base.Index`)."""

    def __init__(self, index: Any, vectors: Vectors, chunk_ids: Sequence[str], card: IndexCard) -> None:
        self.index, self.vectors, self.chunk_ids, self.card = index, vectors, chunk_ids, card
        self._effort = int(card.params.get("search_effort", 0))

    @classmethod
    def build(cls, encoded: Encoded, params: DenseParams) -> Self:
        """Index the vectors of encoded chunks."""
        return cls.of(encoded.vectors(), encoded.chunk_ids, params, IndexCard.of(encoded, params.model_dump()))

    @classmethod
    def of(cls, vectors: Vectors, chunk_ids: Sequence[str], params: DenseParams, card: IndexCard) -> Self:
        """Index unit vectors, one for each of ``chunk_ids``.

        ``flat`` is exact. ``hnsw`` and ``ivf`` are approximate and faster from some hundred thousand rows on. One
        thread builds them, so that they are the same every time.
        """
        with _one_thread():
            index = _trained(vectors, params)
            _add(index, vectors)
        return cls(index, vectors, chunk_ids, card)

    def search(self, queries: Vectors, top_k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return the ``top_k`` rows of each query and their inner products, both (queries, k).

        Best first, ties by row; row -1 where an approximate index found fewer.
        """
        k = min(top_k, len(self.vectors))
        rows = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.zeros((len(queries), k), dtype=np.float32)
        for start in range(0, len(queries) if k else 0, QUERIES_PER_BLOCK):
            block = np.ascontiguousarray(queries[start : start + QUERIES_PER_BLOCK])
            rows[start : start + len(block)], scores[start : start + len(block)] = self._best(block, k)
        scores[rows < 0] = 0
        return rows, scores

    def _best(self, queries: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return the k best rows of each query and their scores, (queries, k), in a total order."""
        wide = k
        while True:
            wide = min(wide + SPARE, len(self.vectors))
            rows = self.index.search(queries, wide, params=self._depth(wide))[1]
            exact = self._exact(queries, rows)
            order = np.lexsort((rows, -exact), axis=1)
            rows, exact = np.take_along_axis(rows, order, axis=1), np.take_along_axis(exact, order, axis=1)
            whole = wide == len(self.vectors) or not isinstance(self.index, faiss.IndexFlat)
            # Of many passages with one text FAISS takes any: look on until the last candidate is clearly worse.
            if whole or (exact[:, k - 1] - exact[:, -1] > LAST_BITS).all():
                return rows[:, :k], exact[:, :k]
            wide *= 4

    def _depth(self, wide: int) -> Any:
        """Return how far to search for so many candidates; None leaves it to the index."""
        if isinstance(self.index, faiss.IndexHNSWFlat):
            return faiss.SearchParametersHNSW(efSearch=max(self._effort, 2 * wide))
        return None

    def _exact(self, queries: Vectors, rows: NDArray[np.int64]) -> Vectors:
        """Return the inner product of each query with each of its candidates, (queries, candidates)."""
        products = np.empty(rows.shape, dtype=np.float32)
        for i, candidates in enumerate(rows):
            pairs = self.vectors[candidates].astype(np.float64) * queries[i].astype(np.float64)
            products[i] = pairs.sum(axis=1)
        products[rows < 0] = -np.inf
        return products

    def save(self, folder: Path) -> None:
        """Write the index, the vectors and the card; a flat index is its vectors."""
        with replacing(folder) as temporary:
            temporary.mkdir()
            if not isinstance(self.index, faiss.IndexFlat):
                # Through Python's file, so that a full disk is an OSError.
                with (temporary / GRAPH).open("wb") as file:
                    faiss.write_index(self.index, faiss.PyCallbackIOWriter(file.write))
            with (temporary / VECTORS).open("wb") as file:
                np.save(file, self.vectors, allow_pickle=False)
            self.card.write(temporary, self.chunk_ids)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an index that `save` wrote; the vectors stay on disk until they are used.

        Raises
        ------
        ModelError
            The folder is not a dense index.
        """
        card, chunk_ids = IndexCard.read(folder)
        try:
            vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
            if card.params["kind"] == "flat" or not len(vectors):
                index = faiss.IndexFlatIP(vectors.shape[1])
                _add(index, vectors)
            else:
                index = faiss.read_index(str(folder / GRAPH))
        except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, IndexError) as error:
            raise unreadable(folder, error) from None
        if not index.ntotal == len(vectors) == len(chunk_ids):
            sizes = f"{index.ntotal} indexed, {len(vectors)} vectors, {len(chunk_ids)} ids"
            raise unreadable(folder, f"its files do not belong together: {sizes}")
        return cls(index, vectors, chunk_ids, card)


def _trained(vectors: Vectors, params: DenseParams) -> Any:
    """Return an index for these vectors that holds none of them yet."""
    rows, dimensions = vectors.shape
    if isinstance(params, HnswParams):
        index: Any = faiss.IndexHNSWFlat(dimensions, params.neighbours, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = params.build_effort
        return index
    if isinstance(params, IvfParams) and rows:
        # FAISS asks for 39 rows a list to train on.
        lists = min(params.lists or int(4 * np.sqrt(rows)), max(1, rows // 39))
        index = faiss.index_factory(dimensions, f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
        index.cp.min_points_per_centroid = 1  # no warning about a small corpus
        index.train(np.asarray(vectors))
        index.nprobe = min(lists, params.probes or max(1, lists // 8))
        return index
    return faiss.IndexFlatIP(dimensions)


def _add(index: Any, vectors: Vectors) -> None:
    """Add vectors block by block: those on disk are read as they are needed."""
    for start in range(0, len(vectors), ROWS_PER_BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + ROWS_PER_BLOCK]))


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
