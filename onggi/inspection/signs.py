"""How well a document was read, judged by its text: signs that something went wrong, each worth points.

==========================  ==========================================================================================
sign                        points
==========================  ==========================================================================================
not read                    100
replacement characters      25 where 1 % of the characters are U+FFFD, in proportion below
private-use characters      25 where 1 % are, in proportion below: glyphs of a font without a map
rare Hangul                 25 where 5 % of the syllables are outside of KS X 1001 (줮쥔쥅: a font without a map too)
few characters a page       25 where pages have none, in proportion up to 100 a page: scanned, or drawn
pages without text          25 where all pages are, in proportion
bars outside of tables      15 where a tenth of the words are, in proportion: columns taken for cells
long lines                  10 where a line has over 2,000 characters: paragraphs or cells run together
no headings                 10 in over 5,000 characters
little Hangul               5 where under a tenth of the letters are
==========================  ==========================================================================================

The score of a file is the sum. It says where to look first, not how much of a file is right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onggi.core.schema import Document
from onggi.korean.syllables import COMMON

_SYLLABLES = re.compile("[가-힣]+")
_RARE = re.compile(f"[^{COMMON}]")
_LETTERS = re.compile(r"[^\W\d_]+")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LONG_LINE, _LONG_TEXT, _FULL_PAGE = 2_000, 5_000, 100
PAGES_WITHOUT_TEXT = "pages without text"
"""The reason in `Document.removed` that readers of pages give."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What is suspicious, how much of it there is, and the points for it."""

    name: str
    amount: float
    points: float


@dataclass(frozen=True, slots=True)
class Inspected:
    """What became of one file; ``why`` it is not among the documents, empty where it is."""

    source: str
    format: str
    characters: int
    sections: int
    hangul: float | None  # share of its letters
    removed: dict[str, int]
    signs: tuple[Sign, ...]
    why: str = ""

    @property
    def score(self) -> float:
        """The points of all signs."""
        return round(sum(sign.points for sign in self.signs), 1)


def inspected(document: Document) -> Inspected:
    """Return what a document's text says of how it was read."""
    letters = sum(map(len, _LETTERS.findall(document.text)))
    syllables = "".join(_SYLLABLES.findall(document.text))
    hangul = len(syllables) / letters if letters else None
    signs = tuple(sign for sign in _signs(document, syllables, hangul) if sign.points >= 0.1)
    length, sections = len(document.text), sum(bool(section.heading) for section in document.sections)
    return Inspected(document.source, document.format, length, sections, hangul, document.removed, signs)


def unread(source: str, why: str) -> Inspected:
    """Return what became of a file that could not be read."""
    return Inspected(source, "", 0, 0, None, {}, (Sign("not read", 1, 100),), why)


def dropped(source: str, why: str) -> Inspected:
    """Return what became of a document that cleaning dropped."""
    return Inspected(source, "", 0, 0, None, {}, (), why)


def _signs(document: Document, syllables: str, hangul: float | None) -> Iterator[Sign]:
    text, length = document.text, max(1, len(document.text))
    pages = len({origin.number for origin in document.origins if origin.unit == "page"})
    blank = document.removed.get(PAGES_WITHOUT_TEXT, 0)
    rare = len(_RARE.findall(syllables))
    words = text.split()
    in_tables = sum(text.count(" | ", table.start, table.end) for table in document.tables)
    bars = text.count(" | ") - in_tables
    yield _proportional("replacement characters", text.count("\ufffd"), 0.01 * length, 25)
    yield _proportional("private-use characters", len(_PRIVATE.findall(text)), 0.01 * length, 25)
    yield _proportional("rare Hangul", rare, 0.05 * len(syllables), 25)
    if pages and length / pages < _FULL_PAGE:
        yield Sign("few characters a page", round(length / pages, 1), round(25 * (1 - length / pages / _FULL_PAGE), 1))
    yield _proportional(PAGES_WITHOUT_TEXT, blank, pages + blank, 25)
    yield _proportional("bars outside of tables", bars, 0.1 * len(words), 15)
    longest = max(map(len, text.split("\n")))
    yield Sign("long lines", longest, 10 if longest > _LONG_LINE else 0)
    headed = any(section.heading for section in document.sections)
    yield Sign("no headings", length, 10 if length > _LONG_TEXT and not headed else 0)
    yield Sign("little Hangul", round(hangul or 0, 3), 5 if hangul is not None and hangul < 0.1 else 0)


def _proportional(name: str, amount: int, full: float, points: int) -> Sign:
    return Sign(name, amount, round(points * min(1.0, amount / full), 1) if amount else 0)
