"""Normal forms of Korean text."""

import sys
import unicodedata

import numpy as np
from numpy.typing import NDArray

_HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd; 2⁶⁴ over the golden ratio

Points = NDArray[np.uint32]

_DROPPED, _SEVERAL = 1, 2  # neither is a letter, a number or a mark
# What is known of each code point: 0 nothing yet, that it is dropped, that several stand for it without case, or which
# one does.
_KNOWN = np.zeros(sys.maxunicode + 1, np.uint32)


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
    text = unicodedata.normalize("NFKC", text)
    letters = _known(text)
    if (letters == _SEVERAL).any():
        letters = _known(text.casefold())
    return letters.compress(letters > _SEVERAL)


def _known(text: str) -> Points:
    """Return what is known of each code point of a text."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    known = _KNOWN.take(points)
    if not known.all():
        for code in np.unique(points[known == 0]).tolist():
            folded = chr(code).casefold()
            if len(folded) > 1:
                _KNOWN[code] = _SEVERAL
            else:
                _KNOWN[code] = ord(folded) if unicodedata.category(folded)[0] in "LNM" else _DROPPED
        known = _KNOWN.take(points)
    return known


def shingles(text: str, size: int = 5) -> set[str]:
    """Return the character n-grams of ``squash(text)``; a text shorter than ``size`` is one shingle."""
    squashed = squash(text)
    return {squashed[i : i + size] for i in range(max(1, len(squashed) - size + 1))}


def gram_hashes(text: str, size: int = 5) -> NDArray[np.uint64]:
    """Return the distinct `shingles` of a text as hashes of 64 bits, ascending.

    Two n-grams share a hash once in 10¹⁹ pairs.
    """
    points = _letters(text).astype(np.uint64)
    points = np.pad(points, (0, size - len(points))) if len(points) < size else points  # no squashed text holds NUL
    hashes = points[: len(points) - size + 1] * _FACTOR
    for place in range(1, size):
        hashes += points[place : place + len(hashes)]
        hashes *= _FACTOR  # the last time too: the first bits of a hash are to depend on the last letter
    hashes.sort()
    # np.unique, which hashes first, takes thrice as long.
    distinct: NDArray[np.uint64] = hashes[np.append(True, hashes[1:] != hashes[:-1])]
    return distinct


def jaccard(a: set[str], b: set[str]) -> float:
    """Return the share of shingles that two sets have in common."""
    return len(a & b) / len(a | b) if a or b else 1.0
