"""Normal forms of Korean text."""

import unicodedata

import numpy as np
from numpy.typing import NDArray

_HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class _Letters(dict[int, int | None]):
    """A table for `str.translate` that drops all but letters, numbers and marks; filled as characters come."""

    def __missing__(self, code: int) -> int | None:
        self[code] = code if unicodedata.category(chr(code))[0] in "LNM" else None
        return self[code]


_LETTERS = _Letters()


def nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC, so that Hangul typed or stored as letters equals Hangul as syllables."""
    return unicodedata.normalize("NFC", text)


def squash(text: str) -> str:
    """Return ``text`` without case, white space, punctuation and symbols, for finding duplicates.

    Examples
    --------
    >>> squash("장독대, 어디에 있나요?") == squash("장독대어디에있나요")
    True
    """
    return unicodedata.normalize("NFKC", text.translate(_HIDDEN)).casefold().translate(_LETTERS)


def shingles(text: str, size: int = 5) -> set[str]:
    """Return the character n-grams of ``squash(text)``; a text shorter than ``size`` is one shingle."""
    squashed = squash(text)
    return {squashed[i : i + size] for i in range(max(1, len(squashed) - size + 1))}


def gram_hashes(text: str, size: int = 5) -> NDArray[np.uint64]:
    """Return the distinct `shingles` of a text as hashes of 64 bits, ascending.

    Two n-grams share a hash once in 10¹⁹ pairs.
    """
    points = np.frombuffer(squash(text).encode("utf-32-le"), np.uint32).astype(np.uint64)
    points = np.pad(points, (0, max(0, size - len(points))))  # no text holds NUL once squashed
    hashes = np.zeros(len(points) - size + 1, np.uint64)
    for place in range(size):
        hashes = _mixed(hashes + points[place : place + len(hashes)])
    return np.unique(hashes)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all 64, each value to one of its own (the finaliser of SplitMix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def jaccard(a: set[str], b: set[str]) -> float:
    """Return the share of shingles that two sets have in common."""
    return len(a & b) / len(a | b) if a or b else 1.0
