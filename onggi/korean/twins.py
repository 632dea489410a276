"""Which texts may be near-duplicates by Jaccard: a join of short prefixes, exact in that it misses none.

Two texts A and B of Jaccard t or more share at least t · max(|A|, |B|) grams. So A lacks at most n - a of its n grams
in B, with a = ⌈t · n⌉, and sizes differ by a factor of t at most. In any order of all grams, the first n - a + m grams
of both texts then have m in common (prefix filtering: Xiao et al. 2008, https://doi.org/10.1145/1367497.1367516; more
than one common gram: Wang et al. 2012, https://doi.org/10.1145/2213836.2213847).

The order here: grams whose hash is below a bound come first, the rarest of them before others, and then all others by
their hash. Only what is below the bound is counted, a quarter of all grams at t = 0.9.
"""

import tempfile
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from onggi.korean.postings import Hashes, Index, Rows, Spill, slots

COUNTER_BITS = 22
"""Bits of a gram's hash that the counters of how many texts hold it go by (16 MiB); grams that share a counter only
look commoner than they are."""

BLOCK = 1 << 19
"""Grams of prefixes that are indexed at once: texts of nearly one size, which few others can match (about 30 MiB)."""

NEEDED = 1.0
"""Of how many grams a text may lack, so many more are in its prefix, and must be found (m is n - a times this). Of
4,000 texts made of the same sentences a half gave 8,053 pairs to compare, this 1,156."""

COUNTED = 2.5
"""Of how many grams a text may lack, so many are counted; the rarest 1 + `NEEDED` of these make the prefix."""

Counts = NDArray[np.uint32]


def pairs(spill: Spill, threshold: float) -> Iterator[tuple[int, int]]:
    """Yield rows (shorter, longer) of all pairs of texts whose Jaccard is ``threshold`` or more, and of few others."""
    sizes = spill.sizes
    order = np.argsort(sizes, kind="stable")
    sizes = sizes[order]
    at_least: Rows = np.ceil(threshold * sizes - 1e-9).astype(np.int64)  # a hair less: 0.7 * 10 is above 7
    needed: Rows = np.clip((NEEDED * (sizes - at_least)).astype(np.int64), 1, np.maximum(at_least, 1))
    bound = np.uint64(min(1.0, max(1 / 16, COUNTED * (1 - threshold))) * (2**64 - 2**12))
    counts = _counts(spill, bound)
    with tempfile.TemporaryFile() as file:
        prefixes = Spill(file)
        for row, length in zip(order.tolist(), (sizes - at_least + needed).tolist(), strict=True):
            prefixes.add("", _prefix(spill[row], length, bound, counts))
        for first, last in _blocks(prefixes.ends):
            index = Index.of(first, [prefixes[place] for place in range(first, last)], sizes, needed)
            longest = int(np.searchsorted(sizes, sizes[last - 1] / threshold + 1e-6, "right"))
            for place in range(first, longest):
                least = threshold * sizes[place] - 1e-6
                for other in index.candidates(place, prefixes[place]):
                    if sizes[other] >= least:
                        yield int(order[other]), int(order[place])


def _counts(spill: Spill, bound: np.uint64) -> Counts:
    """Return how many texts hold a gram below the bound, by the first bits of its hash; never too few."""
    counts = np.zeros(1 << COUNTER_BITS, np.uint32)
    for row in range(len(spill)):
        hashes = spill[row]
        counts[slots(hashes[: np.searchsorted(hashes, bound)], COUNTER_BITS)] += 1
    return counts


def _prefix(hashes: Hashes, length: int, bound: np.uint64, counts: Counts) -> Hashes:
    """Return the first grams of a text in the order of all grams, but for those that no other text holds."""
    counted = int(np.searchsorted(hashes, bound))
    held = counts[slots(hashes[:counted], COUNTER_BITS)]
    rarest = np.argsort(held, kind="stable")[:length]
    rarest = rarest[held[rarest] > 1]
    return np.concatenate([hashes[rarest], hashes[counted : max(counted, length)]])


def _blocks(ends: list[int]) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows that have about `BLOCK` grams together."""
    first = 0
    while first < len(ends) - 1:
        last = max(first + 1, int(np.searchsorted(ends, ends[first] + BLOCK, "right")) - 1)
        yield first, last
        first = last
