"""Texts to unit vectors, from the memo where it holds them; the encoder is loaded when a vector is first missing."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from onggi.models.identity import encoder_identity
from onggi.models.layout import read_layout
from onggi.models.params import EmbedParams
from onggi.work import memo

if TYPE_CHECKING:
    from onggi.models.encoder import Encoder

Vectors = NDArray[np.float32]


class Embedder:
    """An encoder folder as it is used: queries and passages with their prefixes and longest lengths.

    Raises
    ------
    ModelError
        The folder is incomplete, or (when the first vector is computed) the model cannot be loaded from it.
    """

    def __init__(self, folder: Path, params: EmbedParams) -> None:
        self.folder, self.params = folder, params
        self.layout = read_layout(folder)

    @cached_property
    def encoder(self) -> "Encoder":
        """The encoder itself."""
        from onggi.models.encoder import Encoder

        return Encoder.load(self.folder, self.params)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, (texts, dimensions)."""
        return self._vectors([self.params.query_prefix + text for text in texts], self.params.query_max_length)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages, (texts, dimensions)."""
        return self._vectors([self.params.passage_prefix + text for text in texts], self.params.passage_max_length)

    def passage_blocks(self, texts: Iterable[str]) -> Iterator[Vectors]:
        """Yield the unit vectors of passages in their order, block by block, (rows, dimensions) each."""
        waiting = iter(texts)
        while block := list(islice(waiting, memo.ITEMS_PER_BLOCK)):
            yield self.passages(block)

    def _vectors(self, texts: Sequence[str], max_length: int) -> Vectors:
        decided_by = encoder_identity(self.folder, self.params) | {
            "pooling": self.layout.pooling, "max_length": min(max_length, self.layout.max_length),
            "row": memo.code_digest("onggi.models.embedder"),
        }  # fmt: skip
        space = memo.space("embeddings", decided_by, "much")

        def compute(missing: list[str]) -> Iterator[tuple[int, bytes]]:
            for places, vectors in self.encoder.batches(missing, max_length):
                yield from zip(places, map(bytes, vectors), strict=True)

        joined = bytearray()
        for row in memo.active().rows(space, texts, compute):
            joined += row
        return np.frombuffer(joined, np.float32).reshape(len(texts), -1) if texts else np.zeros((0, 0), np.float32)
