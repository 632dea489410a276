"""The language of a section, by its letters.

Korean has Hangul: a fifth of the letters suffices, since names of products and laws are written in Latin and Chinese
letters within Korean sentences, and one Hangul syllable says as much as two or three Latin letters. Japanese mixes
kana with Chinese letters, so kana decide from a tenth on. Chinese letters alone are Chinese (Old Korean offices'
texts too), Latin letters alone are Latin: which language they write is not asked.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from onggi.core.schema import Document

LANGUAGES = ("korean", "japanese", "chinese", "latin", "other", "none")
"""The last two: letters of other scripts, and no letters at all."""

_HANGUL, _KANA, _HANJA, _LATIN, _OTHER = range(1, 6)
_RANGES = (
    (0x1100, 0x11FF, _HANGUL), (0x3131, 0x318E, _HANGUL), (0xA960, 0xA97C, _HANGUL), (0xAC00, 0xD7FB, _HANGUL),
    (0x3041, 0x3096, _KANA), (0x30A1, 0x30FA, _KANA), (0x31F0, 0x31FF, _KANA), (0xFF66, 0xFF9D, _KANA),
    (0x3400, 0x4DBF, _HANJA), (0x4E00, 0x9FFF, _HANJA), (0xF900, 0xFAFF, _HANJA), (0x20000, 0x323AF, _HANJA),
    (0x41, 0x5A, _LATIN), (0x61, 0x7A, _LATIN), (0xC0, 0x24F, _LATIN), (0x1E00, 0x1EFF, _LATIN),
    (0xFF21, 0xFF5A, _LATIN),
    (0x370, 0x10FF, _OTHER), (0x1200, 0x1DFF, _OTHER),
)  # fmt: skip


def _table() -> NDArray[np.uint8]:
    table = np.zeros(0x110000, np.uint8)
    for first, last, script in _RANGES:
        table[first : last + 1] = script
    return table


_SCRIPTS = _table()


def languages(document: Document) -> Counter[str]:
    """Return how many sections of a document are in which language."""
    points = np.frombuffer(document.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    scripts = _SCRIPTS[points]
    found: Counter[str] = Counter()
    for section in document.sections:
        found[_language(np.bincount(scripts[section.start : section.end], minlength=6))] += 1
    return found


def _language(counts: NDArray[np.int64]) -> str:
    """Return the language of a text with so many letters of each script."""
    letters = int(counts[1:].sum())
    if not letters:
        return "none"
    if counts[_HANGUL] * 5 >= letters:
        return "korean"
    if counts[_KANA] * 10 >= letters:
        return "japanese"
    most = int(counts[1:].argmax()) + 1
    return {_HANGUL: "korean", _HANJA: "chinese", _LATIN: "latin"}.get(most, "other")
