"""Documents that are nearly the same, and documents that lie in others: an exact join, not a sketch.

Two documents overlap where at least a share t of the character 5-grams of the shorter stand in the longer. At most
n - a of the n grams of the shorter are then missing from the longer, with a = ⌈t · n⌉; so of any n - a + m of them, at
least m are there. The n - a + m rarest grams of each text are indexed, every text is looked up in full, and what has m
of them is compared: no pair is missed, and few are compared for nothing (prefix filtering: Bayardo et al. 2007,
https://doi.org/10.1145/1242572.1242591; Xiao et al. 2008, https://doi.org/10.1145/1367497.1367516). Pairs that are near
duplicates by Jaccard at t are among them, because |A ∩ B| ≥ t · |A ∪ B| ≥ t · min(|A|, |B|); where they alone are
looked for, a narrower join suffices (`onggi.korean.twins`).
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from onggi.korean.normalize import gram_hashes
from onggi.korean.postings import Hashes, Index, Rows, Spill, shared, slots
from onggi.korean.twins import Twins

CONTAINED_GRAMS = 100
"""Distinct grams a document needs to count as contained: below, it is a title, a form field or a notice's last line,
which stands in many documents that have nothing else in common."""

SLOT_BITS = 26
"""Bits of a gram's hash that the counters of how many documents hold it go by (64 MiB); grams that share a counter only
look commoner than they are."""

BLOCK = 1 << 23
"""Indexed grams that are in memory at once (about 250 MiB with what ordering them takes)."""

NEEDED = 4
"""One in so many of the grams that two texts must share is to be found among the indexed ones (m is a over this). With
one in ten 17,000 texts made of the same sentences gave 275,000 pairs to compare, with one in four 25,000."""

Pair = tuple[str, str]


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


def near_duplicates(texts: Mapping[str, str], threshold: float, size: int = 5) -> list[Pair]:
    """Return the pairs of ids whose texts share at least ``threshold`` of their character n-grams, in order."""
    with closing(Twins(threshold, size)) as twins:
        for doc_id, text in texts.items():
            twins.add(doc_id, text, len(gram_hashes(text, size)))
        return sorted(((one, other) for one, other, _ in twins.found()), key=lambda pair: pair[::-1])


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
        spill = Spill(file)
        for doc_id, text in texts:
            spill.add(doc_id, gram_hashes(text))
        for index in _indexes(spill, threshold):
            for row in range(len(spill)):
                hashes = spill[row]
                for other in index.candidates(row, hashes):
                    found = _overlap(spill, int(other), row, hashes)
                    if found.contained >= threshold:
                        yield found


def _indexes(spill: Spill, threshold: float) -> Iterator[Index]:
    """Yield indexes over all texts, block by block."""
    sizes, frequency = spill.sizes, np.zeros(1 << SLOT_BITS, np.uint8)
    for row in range(len(spill)):
        found = slots(spill[row], SLOT_BITS)
        frequency[found] += frequency[found] < 255
    at_least: Rows = np.ceil(threshold * sizes - 1e-9).astype(np.int64)  # a hair less: 0.7 * 10 is above 7
    needed: Rows = np.maximum(1, at_least // NEEDED)
    block: list[Hashes] = []
    first = waiting = 0
    for row in range(len(spill)):
        hashes = spill[row]
        counts = frequency[slots(hashes, SLOT_BITS)]
        rarest = np.argsort(counts, kind="stable")[: sizes[row] - at_least[row] + needed[row]]
        rarest = rarest[counts[rarest] > 1]  # what no other text has, none can be found by
        block.append(hashes[rarest])
        waiting += len(rarest)
        if waiting >= BLOCK or row == len(spill) - 1:
            yield Index.of(first, block, sizes, needed)
            block, first, waiting = [], row + 1, 0


def _overlap(spill: Spill, shorter: int, longer: int, hashes: Hashes) -> Overlap:
    """Return what two texts share, given the grams of the longer."""
    grams = spill[shorter]
    common = shared(grams, hashes)
    first, second = sorted((spill.doc_ids[shorter], spill.doc_ids[longer]))
    union = len(grams) + len(hashes) - common
    return Overlap(first, second, common / union, common / len(grams), len(grams))
