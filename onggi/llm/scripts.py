"""Scripts of writing: which characters a reply may hold, and which a sequence of bytes can still become.

A character is free where it is no letter (digits, signs, spaces, pictures), and where its script is *Common* or
*Inherited* in Unicode (a prolonged sound mark, an accent); what Unicode has not assigned is
forbidden. Bytes are UTF-8's.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import regex
from numpy.typing import NDArray

SCRIPTS = {"hangul": ("Hangul",), "latin": ("Latin",), "hanja": ("Han",), "kana": ("Hiragana", "Katakana")}
"""Scripts of Unicode by their names in params.yaml."""

LOST = 0.9
"""Where this share of the characters that bytes can become is forbidden, and none is a letter of the scripts, the bytes
are: else ``E4``, of which 64 hexagrams begin beside 4,000 Chinese letters, would be written and could not be ended."""

POINTS = 0x110000
_FIRST, _LAST = 0xD800, 0xDFFF


@cache
def _sums(pattern: str) -> NDArray[np.int64]:
    """Return, for each code point, how many before it match."""
    sums = np.zeros(POINTS + 1, np.int64)
    for first, end in ((0, _FIRST), (_LAST + 1, POINTS)):
        for found in regex.finditer(f"(?V1){pattern}+", "".join(map(chr, range(first, end)))):
            sums[first + found.start() + 1 : first + found.end() + 1] = 1
    return sums.cumsum()


class Writing:
    """What may be written: letters of some scripts, and whatever is no letter.

    Parameters
    ----------
    scripts : Iterable[str]
        Names of `SCRIPTS`.
    """

    def __init__(self, scripts: Iterable[str]) -> None:
        own = "".join(rf"\p{{Script={name}}}" for key in scripts for name in SCRIPTS[key]) or r"\p{Cs}"
        others = rf"[[\p{{L}}\p{{M}}\p{{Cn}}\p{{Co}}]--[\p{{Script=Common}}\p{{Script=Inherited}}{own}]]"
        self._others = regex.compile(f"(?V1){others}")
        self._sums = _sums(others), _sums(rf"[\p{{L}}&&[{own}]]")

    def allows(self, text: str) -> bool:
        """Tell whether a text holds no letter of another script.

        Examples
        --------
        >>> korean = Writing(("hangul", "latin"))
        >>> [korean.allows(text) for text in ("장독 3개 (jar) ①★", "醬독", "μ")]
        [True, False, False]
        """
        return not self._others.search(text)

    def can_become(self, begun: bytes) -> bool:
        """Tell whether the first bytes of a character can become one that may be written.

        Examples
        --------
        >>> korean = Writing(("hangul", "latin"))
        >>> [korean.can_become(begun) for begun in (b"\\xea", b"\\xea\\xb0", b"\\xea\\x80", b"\\xe4", b"\\xf0\\x9f")]
        [True, True, False, False, True]
        """
        found = span(begun)
        if found is None:
            return False
        forbidden, own = (int(sums[found[1]] - sums[found[0]]) for sums in self._sums)
        return own > 0 or forbidden < LOST * (found[1] - found[0])


def length(lead: int) -> int:
    """Return how many bytes a character takes that begins with ``lead``; 0 where none does."""
    if lead < 0x80:
        return 1
    return 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 0


def span(begun: bytes) -> tuple[int, int] | None:
    """Return the first and the end of the code points whose UTF-8 begins with some bytes; None where there are none.

    Examples
    --------
    >>> [hex(point) for point in span(b"\\xea\\xb0")]
    ['0xac00', '0xac40']
    >>> span(b"\\xe0\\x80") is None
    True
    """
    size = length(begun[0])
    if not size or len(begun) > size or not all(map(continues, begun[1:])):
        return None
    first = begun[0] if size == 1 else begun[0] & (0x7F >> size)
    for byte in begun[1:]:
        first = first << 6 | byte & 0x3F
    bits = 6 * (size - len(begun))
    first, end = first << bits, (first + 1) << bits
    first, end = max(first, (0, 0x80, 0x800, 0x10000)[size - 1]), min(end, POINTS)
    return (first, end) if first < end and not (first >= _FIRST and end <= _LAST + 1) else None


def continues(byte: int) -> bool:
    """Tell whether a byte stands within a character and begins none."""
    return 0x80 <= byte <= 0xBF


def split(piece: bytes) -> tuple[bytes, bytes, bytes]:
    """Cut bytes into those that end a character begun before, whole characters, and those that begin one.

    Examples
    --------
    >>> split("장".encode()[1:] + b"a" + "독".encode()[:2])
    (b'\\x9e\\xa5', b'a', b'\\xeb\\x8f')
    """
    start = next((place for place, byte in enumerate(piece) if not continues(byte)), len(piece))
    for place in range(max(start, len(piece) - 3), len(piece)):
        if length(piece[place]) > len(piece) - place and all(map(continues, piece[place + 1 :])):
            return piece[:start], piece[start:place], piece[place:]
    return piece[:start], piece[start:], b""
