"""Texts to unit vectors, from the memo where it holds them; the encoder is loaded when a vector is first missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from onggi.models.config import dimensions, read_encoder_config
from onggi.models.identity import encoder_identity
from onggi.models.params import EmbedParams
from onggi.work import memo

if TYPE_CHECKING:
    from onggi.models.encoder import Encoder

Vectors = NDArray[np.float32]

ROWS_A_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class _Counted:
    """Texts with a prefix, read one by one; their number is known before."""

    texts: Iterable[str]
    prefix: str
    rows: int

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[str]:
        return (self.prefix + text for text in self.texts)


class Embedder:
    """An encoder folder as it is used: queries and passages with their prefixes and longest lengths.

    Raises
    ------
    ModelError
        The folder is incomplete, or (when the first vector is computed) the model cannot be loaded from it, or its
        vectors are not finite.
    """

    def __init__(self, folder: Path, params: EmbedParams) -> None:
        self.folder, self.params = folder, params
        self.config = read_encoder_config(folder)

    @cached_property
    def encoder(self) -> "Encoder":
        """The encoder itself."""
        from onggi.models.encoder import Encoder

        return Encoder.load(self.folder, self.params)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, (texts, dimensions)."""
        asked = _Counted(texts, self.params.query_prefix, len(texts))
        return _joined(self._blocks(asked, self.params.query_max_length))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages, (texts, dimensions)."""
        return _joined(self.passage_blocks(texts, len(texts)))

    def passage_blocks(self, texts: Iterable[str], rows: int | None = None) -> Iterator[Vectors]:
        """Yield the unit vectors of passages in order, (some, dimensions) at a time.

        However many passages there are, some thousands are in memory.

        Parameters
        ----------
        texts
            The passages, read as they are encoded.
        rows
            How many there are, if that is known, for who waits and wants to know the time left.
        """
        prefix = self.params.passage_prefix
        asked = (prefix + text for text in texts) if rows is None else _Counted(texts, prefix, rows)
        return self._blocks(asked, self.params.passage_max_length)

    def _blocks(self, texts: Iterable[str], max_length: int) -> Iterator[Vectors]:
        decided_by = encoder_identity(self.folder, self.params) | {
            "pooling": self.config.pooling, "max_length": min(max_length, self.config.max_length),
            "row": memo.code_digest("onggi.models.embedder"),
        }  # fmt: skip
        # A model's own code may give vectors of another size than its configuration says.
        size = None if self.params.trust_remote_code else dimensions(self.folder)
        space = memo.space("embeddings", decided_by, "much", width=size and 4 * size)

        def compute(missing: list[str]) -> Iterator[tuple[int, bytes]]:
            for places, vectors in self.encoder.batches(missing, max_length):
                yield from zip(places, map(bytes, vectors), strict=True)

        rows = memo.active().rows(space, texts, compute)
        while block := list(islice(rows, ROWS_A_BLOCK)):
            yield np.frombuffer(bytearray().join(block), np.float32).reshape(len(block), -1)


def _joined(blocks: Iterator[Vectors]) -> Vectors:
    return np.concatenate(list(blocks) or [np.zeros((0, 0), np.float32)])
