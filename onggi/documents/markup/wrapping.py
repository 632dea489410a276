"""Whether a line break in a paragraph is one, or where an editor wrapped a long line.

CommonMark shows both as a space. In Markdown of Korean offices nearly all are meant: a note (※) below what it is about,
an answer below its question, a value below its name (docs/log.md).
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_NARROWEST, _WIDEST = 60, 170
_FEWEST = 6
_SHARE = 0.6
_MARKED = re.compile(
    r"\s*([※*·•∙‣▪▶○●□■◦☞→\[-]|[①-⑳㉠-㉻]|(\d{1,2}|[가-하])[.)]\s|\(\d|([QA문답]|질문|답변)\s?[.:)])", re.IGNORECASE
)
_QUESTION = re.compile(r"[?？:：][*_\s\"'”’)]*\Z")
_GOES_ON = re.compile(r"(을|를|는|은|와|및|으로|하여|하고|하며|에서|,)[*_]*\Z")


def wrapped(paragraphs: Iterable[str]) -> bool:
    """Tell whether the lines of a text were filled up to a width: most could not have held the next word too."""
    breaks = [pair for paragraph in paragraphs for pair in pairwise(paragraph.split("\n"))]
    if len(breaks) < _FEWEST:
        return False
    widest = max(_columns(line) for pair in breaks for line in pair)
    if not _NARROWEST <= widest <= _WIDEST:
        return False
    filled = sum(
        _columns(line) + 1 + _columns(below.split(maxsplit=1)[0]) > widest for line, below in breaks if below.strip()
    )
    return filled >= _SHARE * len(breaks)


def goes_on(above: str, below: str, is_wrapped: bool) -> bool:
    """Tell whether a sentence runs from one line to the next.

    Examples
    --------
    >>> goes_on("신청서를", "양식 1로 냅니다.", False), goes_on("Q. 서류가 겹치나요?", "겹치지 않습니다.", True)
    (True, False)
    """
    if _MARKED.match(below) or _QUESTION.search(above):
        return False
    return is_wrapped or _GOES_ON.search(above) is not None


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line.strip())
