"""A FAISS index over unit vectors, with the vectors beside it.

FAISS finds candidates; their scores are computed again from the vectors one pair at a time, because FAISS takes another
path for one query than for many and the last bits differ. So a score depends on its pair alone, and ties are ordered.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from onggi.core.errors import ModelError
from onggi.core.outs import replacing

Kind = Literal["flat", "hnsw", "ivf"]
Vectors = NDArray[np.float32]

QUERIES_PER_BLOCK = 256
SPARE = 16
"""Candidates beyond k, so that ties and last bits at the border of k seldom matter; where they do, more are taken."""

LAST_BITS = 1e-5
"""What FAISS's inner product of two unit vectors can be off, twice over."""


class DenseIndex:
    """An index over vectors, (rows, dimensions); rows are numbered in their order, and ``chunk_ids`` names them."""

    def __init__(self, index: Any, vectors: Vectors, chunk_ids: Sequence[str], settings: dict[str, Any]) -> None:
        self.index, self.vectors, self.chunk_ids, self.settings = index, vectors, chunk_ids, settings

    @classmethod
    def build(cls, vectors: Vectors, chunk_ids: Sequence[str], kind: Kind, settings: dict[str, Any]) -> Self:
        """Index unit vectors; ``settings`` say how they were made and are kept beside them.

        ``flat`` is exact. ``hnsw`` (Malkov & Yashunin, https://arxiv.org/abs/1603.09320) and ``ivf`` are approximate
        and faster from some hundred thousand rows on. One thread builds them, so that they are the same every time.
        """
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            index = cls._trained(vectors, kind)
            index.add(vectors)
        finally:
            faiss.omp_set_num_threads(threads)
        return cls(index, vectors, chunk_ids, settings)

    @staticmethod
    def _trained(vectors: Vectors, kind: Kind) -> Any:
        """Return an index for these vectors that holds none of them yet."""
        rows, dimensions = vectors.shape
        if kind == "hnsw":
            index: Any = faiss.IndexHNSWFlat(dimensions, 32, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = 200
            return index
        if kind == "ivf" and rows:
            # FAISS asks for 39 rows a list to train on.
            lists = max(1, min(int(4 * np.sqrt(rows)), rows // 39))
            index = faiss.index_factory(dimensions, f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
            index.cp.min_points_per_centroid = 1  # no warning about a small corpus
            index.train(vectors)
            index.nprobe = max(1, lists // 8)
            return index
        return faiss.IndexFlatIP(dimensions)

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
            found = self.index.search(queries, wide, params=self._depth(wide))[1]
            exact = self._exact(queries, found)
            order = np.lexsort((found, -exact), axis=1)
            found, exact = np.take_along_axis(found, order, axis=1), np.take_along_axis(exact, order, axis=1)
            whole = wide == len(self.vectors) or not isinstance(self.index, faiss.IndexFlat)
            # Of many passages with one text FAISS takes any: look on until the last candidate is clearly worse.
            if whole or (exact[:, k - 1] - exact[:, -1] > LAST_BITS).all():
                return found[:, :k], exact[:, :k]
            wide *= 4

    def _depth(self, wide: int) -> Any:
        """Return how far to search for so many candidates; None leaves it to the index."""
        if isinstance(self.index, faiss.IndexHNSWFlat):
            return faiss.SearchParametersHNSW(efSearch=max(64, 2 * wide))
        return None

    def _exact(self, queries: Vectors, found: NDArray[np.int64]) -> Vectors:
        """Return the inner product of each query with each of its candidates, (queries, candidates)."""
        products = np.empty(found.shape, dtype=np.float32)
        for i, candidates in enumerate(found):
            pairs = self.vectors[candidates].astype(np.float64) * queries[i].astype(np.float64)
            products[i] = pairs.sum(axis=1)
        products[found < 0] = -np.inf
        return products

    def save(self, folder: Path) -> None:
        """Write the index, the vectors and the settings."""
        with replacing(folder) as temporary:
            temporary.mkdir()
            # Through Python's file, so that a full disk is an OSError.
            with (temporary / "index.faiss").open("wb") as file:
                faiss.write_index(self.index, faiss.PyCallbackIOWriter(file.write))
            np.save(temporary / "vectors.npy", self.vectors, allow_pickle=False)
            manifest = {"settings": self.settings, "chunk_ids": list(self.chunk_ids)}
            text = json.dumps(manifest, ensure_ascii=False, indent=0)
            (temporary / "onggi.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an index that `save` wrote; the vectors stay on disk until they are used.

        Raises
        ------
        ModelError
            The folder is not a dense index.
        """
        try:
            manifest = json.loads((folder / "onggi.json").read_text(encoding="utf-8"))
            vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
            index = faiss.read_index(str(folder / "index.faiss"))
            chunk_ids, settings = list(manifest["chunk_ids"]), dict(manifest["settings"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError) as error:
            raise ModelError(folder, f"not a dense index ({error})", "run `dvc repro embed`") from None
        if not index.ntotal == len(vectors) == len(chunk_ids):
            sizes = f"{index.ntotal} indexed, {len(vectors)} vectors, {len(chunk_ids)} ids"
            raise ModelError(folder, f"its files do not belong together ({sizes})", "run `dvc repro embed`")
        return cls(index, vectors, chunk_ids, settings)
