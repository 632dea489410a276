"""The distinct grams of texts in a file, and an index of which texts hold a gram."""

from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

INDEX_BITS = 24
"""Bits of a gram's hash that an index of a full block goes by, so that a look-up is one step (64 MiB)."""

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]


class Spill:
    """The distinct grams of every text, in a file, and their number in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.doc_ids: list[str] = []
        self.ends = [0]

    def add(self, doc_id: str, hashes: Hashes) -> None:
        """Take the grams of a text, ascending."""
        self.file.write(hashes.tobytes())
        self.doc_ids.append(doc_id)
        self.ends.append(self.ends[-1] + len(hashes))

    @property
    def sizes(self) -> Rows:
        """How many grams each text has."""
        ends = np.array(self.ends, np.int64)
        return ends[1:] - ends[:-1]

    def __len__(self) -> int:
        return len(self.doc_ids)

    def __getitem__(self, row: int) -> Hashes:
        """Return the grams of a text, ascending."""
        self.file.seek(8 * self.ends[row])
        return np.frombuffer(self.file.read(8 * (self.ends[row + 1] - self.ends[row])), np.uint64)


@dataclass(frozen=True, slots=True)
class Index:
    """The rarest grams of a block of texts: ``rows[starts[i]:starts[i + 1]]`` hold a gram whose hash begins with i.

    Grams that share their first ``bits`` are taken for one, which adds candidates and loses none. Rows are counted from
    the ``first`` of the block. ``sizes`` and ``needed`` say for every text how many grams it has, and how many of its
    indexed ones a text that holds it must have.
    """

    first: int
    bits: int
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    sizes: Rows
    needed: Rows

    @classmethod
    def of(cls, first: int, rarest: list[Hashes], sizes: Rows, needed: Rows) -> "Index":
        """Index the rarest grams of each text of a block."""
        ends = np.cumsum([0, *map(len, rarest)])
        bits = min(INDEX_BITS, int(ends[-1]).bit_length() + 2)
        found = slots(np.concatenate(rarest), bits).astype(np.int32)
        ones = np.ones(len(found), np.int8)
        postings = sparse.csr_array((ones, found, ends), shape=(len(rarest), 1 << bits)).tocsc()
        return cls(first, bits, postings.indptr, postings.indices, sizes, needed)

    def candidates(self, row: int, hashes: Hashes) -> Rows:
        """Return the texts of the block, no longer than this one, that have enough of these grams of it."""
        found = slots(hashes, self.bits).astype(np.int64)
        starts = self.starts[found]
        lengths = self.starts[found + 1] - starts
        # Where each run of rows starts, repeated for its length, plus 0, 1, 2, … within the run.
        runs = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
        runs += np.arange(len(runs))
        found = np.bincount(self.rows[runs])
        others = np.flatnonzero(found >= self.needed[self.first : self.first + len(found)]) + self.first
        size = self.sizes[row]
        shorter: Rows = others[(self.sizes[others] < size) | ((self.sizes[others] == size) & (others < row))]
        return shorter


def shared(some: Hashes, others: Hashes) -> int:
    """Return how many grams two texts have in common; both ascend, so a stable sort is one merge."""
    both = np.concatenate([some, others])
    both.sort(kind="stable")
    return int(np.count_nonzero(both[1:] == both[:-1]))


def slots(hashes: Hashes, bits: int) -> Hashes:
    """Return the first bits of each hash."""
    return hashes >> np.uint64(64 - bits)
