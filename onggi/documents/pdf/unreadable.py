"""Characters of fonts that do not tell which characters they hold.

A font without a map to Unicode (ISO 32000-1, 9.10) shows the right glyphs, and the codes behind them are taken for
characters: ``⸬G䑄ᷤ㉐``, ``줮쥔쥅쥘``. Such fonts are known by what they are said to write: Hangul syllables beyond the
2,350 of KS X 1001 and letters of writings that do not occur in Korean documents.
"""

import re
from functools import cache

import numpy as np

_MIN_LETTERS = 4
_MOST_STRANGE = 0.3  # share of a font's characters on a page
_MARKS = 3  # different characters that a font of bullets may have
_BYTES = 2  # of a syllable of KS X 1001 in EUC-KR; others are spelled out in eight
_REPLACED = 0xFFFD

_USUAL = re.compile(
    "["
    "\u0020-\u024f"  # Latin
    "\u02b0-\u03ff"  # marks, Greek
    "\u0400-\u04ff"  # Cyrillic
    "\u1100-\u11ff\u3130-\u318f"  # Hangul letters
    "\u2000-\u2bff"  # punctuation, currency, arrows, mathematics, boxes, dingbats
    "\u3000-\u30ff\u3200-\u33ff"  # CJK punctuation, kana, circled letters, units
    "\u4e00-\u9fff\uf900-\ufaff"  # Chinese characters
    "\ufb00-\ufb06\ufe10-\ufe4f\uff00-\uffef"  # ligatures, other widths
    "\U0001f000-\U0001faff\U0001d400-\U0001d7ff"
    "]"
)


def unreadable(codes: np.ndarray, fonts: np.ndarray) -> np.ndarray:
    """Tell which characters of a page are of a font that writes nonsense.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The code points.
    fonts : ndarray of int, shape (n,)
        The font of each.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    found, which = np.unique(codes, return_inverse=True)
    strange = np.array([_strange(chr(code)) for code in found.tolist()], bool)[which]
    blind: np.ndarray = codes == _REPLACED
    if strange.any():
        for font in np.unique(fonts[strange]):
            its = fonts == font
            kinds = len(np.unique(codes[its]))
            if its.sum() >= _MIN_LETTERS and kinds > _MARKS and strange[its].mean() > _MOST_STRANGE:
                blind |= its
    return blind


@cache
def _strange(character: str) -> bool:
    if "가" <= character <= "힣":
        return len(character.encode("euc_kr")) > _BYTES
    return not _USUAL.match(character)
