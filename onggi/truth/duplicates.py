"""Documents that are nearly the same, and documents that lie in others: an exact join, not a sketch.

Two documents overlap where at least a share t of the character 5-grams of the shorter stand in the longer. At most
n - a of the n grams of the shorter are then missing from the longer, with a = ⌈t · n⌉; so of any n - a + m of them, at
least m are there. The n - a + m rarest grams of each text are indexed, every text is looked up in full, and what has m
of them is compared: no pair is missed, and few are compared for nothing (prefix filtering: Bayardo et al. 2007,
https://doi.org/10.1145/1242572.1242591; Xiao et al. 2008, https://doi.org/10.1145/1367497.1367516). Pairs that are near
duplicates by Jaccard at t are among them, because |A ∩ B| ≥ t · |A ∪ B| ≥ t · min(|A|, |B|).
"""

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from onggi.korean.normalize import gram_hashes

CONTAINED_GRAMS = 100
"""Distinct grams a document needs to count as contained: below, it is a title, a form field or a notice's last line,
which stands in many documents that have nothing else in common."""

SLOTS = 1 << 26
"""Counters of how many documents hold a gram; grams that share one only look commoner than they are (64 MiB)."""

BLOCK = 1 << 22
"""Indexed grams that are in memory at once (about 150 MiB with what sorting them takes)."""

Pair = tuple[str, str]
Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two documents, ``first`` before ``second`` in the order of ids, and what they share.

    ``jaccard`` is the share of all their grams that both hold, ``contained`` the share of the shorter one's grams that
    the longer holds, ``grams`` the size of the shorter.
    """

    first: str
    second: str
    jaccard: float
    contained: float
    grams: int


def near_duplicates(texts: Mapping[str, str], threshold: float) -> list[Pair]:
    """Return the pairs of ids whose texts share at least ``threshold`` of their character 5-grams, in order."""
    pairs = [(o.first, o.second) for o in overlaps(texts.items(), threshold) if o.jaccard >= threshold]
    return sorted(pairs, key=lambda pair: pair[::-1])


def inseparable(texts: Iterable[tuple[str, str]], threshold: float) -> tuple[list[Pair], list[Pair]]:
    """Return the near-duplicate pairs, and those of which one document, of some size, is contained in the other.

    ``texts`` are ids and texts, read once. A pair of near-duplicates is not counted as contained.
    """
    twins: list[Pair] = []
    contained: list[Pair] = []
    for overlap in overlaps(texts, threshold):
        if overlap.jaccard >= threshold:
            twins.append((overlap.first, overlap.second))
        elif overlap.grams >= CONTAINED_GRAMS:
            contained.append((overlap.first, overlap.second))
    return twins, contained


def overlaps(texts: Iterable[tuple[str, str]], threshold: float) -> Iterator[Overlap]:
    """Yield every pair of texts of which one holds at least ``threshold`` of the other's character 5-grams.

    ``texts`` are ids and texts, read once; their grams wait in a temporary file (8 bytes each). Memory grows with the
    number of texts, by some hundred bytes each, but not with their length.
    """
    with tempfile.TemporaryFile() as file:
        spill = _Spill(file)
        frequency = np.zeros(SLOTS, np.uint8)
        for doc_id, text in texts:
            slots = _slots(spill.add(doc_id, gram_hashes(text)))
            frequency[slots] += frequency[slots] < 255
        for index in _indexes(spill, frequency, threshold):
            for row in range(len(spill)):
                hashes = spill[row]
                for other in index.candidates(row, hashes):
                    if found := _overlap(spill, int(other), row, hashes, threshold):
                        yield found


class _Spill:
    """The distinct grams of every text, in a file, and their number in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.doc_ids: list[str] = []
        self.ends = [0]

    def add(self, doc_id: str, hashes: Hashes) -> Hashes:
        self.file.write(hashes.tobytes())
        self.doc_ids.append(doc_id)
        self.ends.append(self.ends[-1] + len(hashes))
        return hashes

    def __len__(self) -> int:
        return len(self.doc_ids)

    def __getitem__(self, row: int) -> Hashes:
        """Return the grams of a text, ascending."""
        self.file.seek(8 * self.ends[row])
        return np.frombuffer(self.file.read(8 * (self.ends[row + 1] - self.ends[row])), np.uint64)


@dataclass(frozen=True, slots=True)
class _Index:
    """The rarest grams of a block of texts: ``rows[starts[i]:starts[i + 1]]`` hold the gram ``keys[i]``.

    Rows are counted from the ``first`` of the block. ``sizes`` and ``needed`` say for every text how many grams it has,
    and how many of its indexed ones a text that holds it must have.
    """

    first: int
    keys: Hashes
    starts: Rows
    rows: NDArray[np.int32]
    sizes: Rows
    needed: Rows

    def candidates(self, row: int, hashes: Hashes) -> Rows:
        """Return the texts of the block, no longer than this one, that this one may hold."""
        places = _places(hashes, self.keys)
        lengths = self.starts[places + 1] - self.starts[places]
        # Where each run of rows starts, repeated for its length, plus 0, 1, 2, … within the run.
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        shared = np.bincount(self.rows[np.repeat(self.starts[places], lengths) + within])
        others = np.flatnonzero(shared)
        others = others[shared[others] >= self.needed[self.first + others]] + self.first
        size = len(hashes)
        shorter: Rows = others[(self.sizes[others] < size) | ((self.sizes[others] == size) & (others < row))]
        return shorter


def _indexes(spill: _Spill, frequency: NDArray[np.uint8], threshold: float) -> Iterator[_Index]:
    """Yield indexes over all texts, block by block."""
    ends = np.array(spill.ends, np.int64)
    sizes = ends[1:] - ends[:-1]
    at_least: Rows = np.ceil(threshold * sizes - 1e-9).astype(np.int64)  # a hair less: 0.7 * 10 is above 7
    needed: Rows = np.maximum(1, at_least // 10)
    keys: list[Hashes] = []
    rows: list[NDArray[np.int32]] = []
    first = waiting = 0
    for row in range(len(spill)):
        hashes = spill[row]
        counts = frequency[_slots(hashes)]
        rarest = np.argsort(counts, kind="stable")[: sizes[row] - at_least[row] + needed[row]]
        rarest = rarest[counts[rarest] > 1]  # what no other text has, none can be found by
        keys.append(hashes[rarest])
        rows.append(np.full(len(rarest), row - first, np.int32))
        waiting += len(rarest)
        if waiting >= BLOCK or row == len(spill) - 1:
            hashes = np.concatenate(keys)
            order = np.argsort(hashes, kind="stable")
            distinct, starts = np.unique(hashes[order], return_index=True)
            starts = np.append(starts, len(hashes))
            yield _Index(first, distinct, starts, np.concatenate(rows)[order], sizes, needed)
            keys, rows, first, waiting = [], [], row + 1, 0


def _overlap(spill: _Spill, shorter: int, longer: int, hashes: Hashes, threshold: float) -> Overlap | None:
    """Return what two texts share, given the grams of the longer; None below the threshold."""
    grams = spill[shorter]
    shared = len(_places(grams, hashes))
    if shared / len(grams) < threshold:
        return None
    first, second = sorted((spill.doc_ids[shorter], spill.doc_ids[longer]))
    union = len(grams) + len(hashes) - shared
    return Overlap(first, second, shared / union, shared / len(grams), len(grams))


def _places(some: Hashes, all_of: Hashes) -> Rows:
    """Return where those of ``some`` that are in ``all_of`` stand in it; both ascend."""
    if not len(all_of):
        return np.empty(0, np.int64)
    nearest = np.minimum(np.searchsorted(all_of, some), len(all_of) - 1)
    places: Rows = nearest[all_of[nearest] == some]
    return places


def _slots(hashes: Hashes) -> Hashes:
    return hashes >> np.uint64(64 - int(math.log2(SLOTS)))
