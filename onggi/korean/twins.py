"""Which texts are near-duplicates by Jaccard: a join of short prefixes, exact in that it misses none.

Two texts A and B of Jaccard t or more share at least t · max(|A|, |B|) grams. So A lacks at most n - a of its n grams
in B, with a = ⌈t · n⌉, and sizes differ by a factor of t at most. In any order of all grams, the first n - a + m grams
of both texts then have m in common (prefix filtering: Xiao et al. 2008, https://doi.org/10.1145/1367497.1367516; more
than one common gram: Wang et al. 2012, https://doi.org/10.1145/2213836.2213847).

The order here: grams whose hash is below a bound come first, the rarest of them before others, and then all others by
their hash. Only what is below the bound is counted, a quarter of all grams at t = 0.9.

Texts are joined class by class of sizes. Classes are so wide that two near-duplicates lie in one or in neighbours, and
the memo holds what was found in a class under the texts of both, so that with one text more two classes of dozens are
joined again.
"""

import math
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from onggi.core.digests import program_digest
from onggi.korean.normalize import gram_hashes
from onggi.korean.postings import Hashes, Index, Rows, Spill, shared, slots
from onggi.work import memo
from onggi.work.keys import space

COUNTER_BITS = 22
"""Bits of a gram's hash that the counters of how many texts hold it go by (16 MiB); grams that share a counter only
look commoner than they are."""

BLOCK = 1 << 19
"""Grams of prefixes that are indexed at once: texts of nearly one size, which few others can match (about 30 MiB)."""

NEEDED = 1.0
"""Of how many grams a text may lack, so many more are in its prefix, and must be found (m is n - a times this). Of
4,000 texts made of the same sentences a half gave 8,053 pairs to compare, this 1,156."""

A_HAIR = 0.99
"""Of the threshold: classes are wider by this than they need to be, so that no rounding parts near-duplicates."""

COUNTED = 2.5
"""Of how many grams a text may lack, so many are counted; the rarest 1 + `NEEDED` of these make the prefix."""

Counts = NDArray[np.uint32]


class Twins:
    """Texts that come one by one, and the near-duplicates among them; they wait in a temporary file until it is closed.

    Memory grows with the number of texts, by some hundred bytes each, but not with their length. ``size`` is the number
    of characters of a gram.
    """

    def __init__(self, threshold: float, size: int = 5) -> None:
        self.threshold, self.size = threshold, size
        self.doc_ids: list[str] = []
        self._sizes: list[int] = []
        self._digests: list[bytes] = []
        self._ends = [0]
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)

    def add(self, doc_id: str, text: str, grams: int) -> None:
        """Take a text, of so many distinct grams."""
        data = text.encode("utf-8", "surrogatepass")
        self._file.write(data)
        self.doc_ids.append(doc_id)
        self._sizes.append(grams)
        self._digests.append(blake2b(data, digest_size=16).digest())
        self._ends.append(self._ends[-1] + len(data))

    def found(self) -> Iterator[tuple[str, str, float]]:
        """Yield the ids of each two texts that share at least the threshold of all their grams, and what they share."""
        decided_by = {
            "threshold": self.threshold, "size": self.size, "code": program_digest(__name__), "numpy": version("numpy"),
        }  # fmt: skip
        twins = space("twins", decided_by, "little")
        classes = self._classes()
        for number, rows in classes.items():
            longer = classes.get(number + 1, [])
            item = f"{self._digest(rows)} {self._digest(longer)}"
            both = [*rows, *longer]
            row = memo.active().held(twins, [item]).get(item)
            if row is None or not _is_of(row, len(both)):
                row = self._joined(both, len(rows)).tobytes()
                memo.active().put(twins, item, row)
            for one, other, common in np.frombuffer(row, np.uint32).reshape(-1, 3).tolist():
                first, second = sorted((both[one], both[other]), key=self.doc_ids.__getitem__)
                yield self.doc_ids[first], self.doc_ids[second], self._share(first, second, common)

    def jaccard(self, first: int, second: int) -> float:
        """Return the share of all their grams that two texts hold, which are counted from 0 as they were taken."""
        return self._share(first, second, shared(self._grams(first), self._grams(second)))

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def _share(self, first: int, second: int, common: int) -> float:
        return common / (self._sizes[first] + self._sizes[second] - common)

    def _classes(self) -> dict[int, list[int]]:
        """Return the rows of each class of sizes, ordered by their texts."""
        width = -math.log(self.threshold * A_HAIR)
        classes: dict[int, list[int]] = {}
        for row, size in enumerate(self._sizes):
            classes.setdefault(int(math.log(size) / width), []).append(row)
        return {number: sorted(rows, key=self._digests.__getitem__) for number, rows in classes.items()}

    def _digest(self, rows: Sequence[int]) -> str:
        total = blake2b(digest_size=16)
        for row in rows:
            total.update(self._digests[row])
        return total.hexdigest()

    def _joined(self, rows: Sequence[int], indexed: int) -> NDArray[np.uint32]:
        """Return the places among ``rows`` of near-duplicates, and how many grams they share; see `pairs`. (n, 3)"""
        found = []
        with tempfile.TemporaryFile() as file:
            spill = Spill(file)
            for row in rows:
                spill.add("", self._grams(row))
            for one, other in pairs(spill, self.threshold, indexed):
                common = shared(spill[one], spill[other])
                if self._share(rows[one], rows[other], common) >= self.threshold:
                    found.append((*sorted((one, other)), common))
        return np.array(sorted(found), np.uint32).reshape(-1, 3)

    def _grams(self, row: int) -> Hashes:
        self._file.seek(self._ends[row])
        data = self._file.read(self._ends[row + 1] - self._ends[row])
        return gram_hashes(data.decode("utf-8", "surrogatepass"), self.size)


def _is_of(row: bytes, texts: int) -> bool:
    """Tell whether the memo holds pairs of so many texts."""
    numbers = np.frombuffer(row[: len(row) // 12 * 12], np.uint32).reshape(-1, 3)
    return len(row) == numbers.nbytes and bool((numbers[:, :2] < texts).all())


def pairs(spill: Spill, threshold: float, indexed: int) -> Iterator[tuple[int, int]]:
    """Yield rows (shorter, longer) of all pairs of texts whose Jaccard is ``threshold`` or more, and of few others.

    One of them is among the ``indexed`` first, than which no other text is shorter.
    """
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
        for first, last in _blocks(prefixes.ends[: indexed + 1]):
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
