"""Normal forms of Korean text."""

import sys
import unicodedata

import numpy as np
from numpy.typing import NDArray

_HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

Points = NDArray[np.uint32]

# What is known of each code point: 0 nothing yet, 1 it is dropped, 2 it is a letter, a number or a mark.
_KNOWN = np.zeros(sys.maxunicode + 1, np.uint8)


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
    return _letters(text).tobytes().decode("utf-32-le")


def _letters(text: str) -> Points:
    """Return the code points of `squash`; by NumPy, as a table of Python's takes five times as long."""
    for char in _HIDDEN:
        text = text.replace(char, "")
    folded = unicodedata.normalize("NFKC", text).casefold()
    points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), "<u4")
    known = _KNOWN[points]
    if not known.all():
        for code in np.unique(points[known == 0]).tolist():
            _KNOWN[code] = 2 if unicodedata.category(chr(code))[0] in "LNM" else 1
        known = _KNOWN[points]
    letters: Points = points[known == 2]
    return letters


def shingles(text: str, size: int = 5) -> set[str]:
    """Return the character n-grams of ``squash(text)``; a text shorter than ``size`` is one shingle."""
    squashed = squash(text)
    return {squashed[i : i + size] for i in range(max(1, len(squashed) - size + 1))}


def gram_hashes(text: str, size: int = 5) -> NDArray[np.uint64]:
    """Return the distinct `shingles` of a text as hashes of 64 bits, ascending.

    Two n-grams share a hash once in 10¹⁹ pairs.
    """
    points = _letters(text).astype(np.uint64)
    points = np.pad(points, (0, max(0, size - len(points))))  # no text holds NUL once squashed
    hashes = np.zeros(len(points) - size + 1, np.uint64)
    for place in range(size):
        hashes = _mixed(hashes + points[place : place + len(hashes)])
    hashes.sort()
    # np.unique, which hashes first, takes thrice as long.
    distinct: NDArray[np.uint64] = hashes[np.append(True, hashes[1:] != hashes[:-1])]
    return distinct


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all 64, each value to one of its own (the finaliser of SplitMix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def jaccard(a: set[str], b: set[str]) -> float:
    """Return the share of shingles that two sets have in common."""
    return len(a & b) / len(a | b) if a or b else 1.0
