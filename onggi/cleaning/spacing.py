"""Broken spacing of Korean, as PDFs have it: every syllable on its own ("장 독 대 를"), or words run together.

Korean words have 2.4 to 4 syllables on nearly every page (98 % of 1,500 real ones). A page is split where at least
half of its words are single syllables, and glued where at least half of its syllables stand in runs of ten and more;
a document without pages is one, and so is a line as long as a paragraph. Of a broken page only the lines that are
broken themselves are repaired, by Kiwi, and only between two syllables. Rows of tables are neither counted nor
touched, since single syllables are cells there; syllables that no Korean text has (outside of KS X 1001: 줮 is a full
stop in a font without a map) make no word.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

from onggi.cleaning.edits import Edit, edited, renamed
from onggi.cleaning.lines import lines
from onggi.core.schema import Document
from onggi.korean.spacing import spaced
from onggi.korean.syllables import COMMON

_FEWEST = 60  # syllables of a page, below which its shares say nothing
_FEWEST_IN_LINE = 4
_SHARE = 0.5
_SHARE_IN_LINE = 0.6
_LONG = 10  # syllables; the longest usual compounds of offices have nine
_CELLS = " | "
_FEW_SPACES, _MANY_SPACES = 0.12, 0.28  # of all characters; sound pages have 0.2 to 0.26


_SYLLABLE = f"[{COMMON}]"
_SYLLABLES = re.compile(_SYLLABLE)
_WORD = re.compile(rf"\S*{_SYLLABLE}\S*")
_RUN = re.compile(rf"{_SYLLABLE}{{{_LONG},}}")

PAGES = ("page", "slide")
"""Units of `onggi.core.schema.Origin` that are spaced by one hand."""

Fault = Literal["split", "glued"]


def fault(text: str, fewest: int = _FEWEST, share: float = _SHARE) -> Fault | None:
    """Return what is wrong with the spacing of a text, None where nothing is or it has too few syllables to say."""
    syllables = len(_SYLLABLES.findall(text))
    if syllables < fewest:
        return None
    words = _WORD.findall(text)
    if sum(len(word.rstrip(".,")) == 1 for word in words) >= share * len(words):
        return "split"
    return "glued" if sum(map(len, _RUN.findall(text))) >= share * syllables else None


def repairs(document: Document) -> list[Edit]:
    """Return the edits that mend the spacing of a document, in order; none of them is of two lines."""
    return [edit for start, end, found in _broken_lines(document) for edit in _mended(document.text, start, end, found)]


def respaced(document: Document, edits: Sequence[Edit]) -> tuple[Document, int]:
    """Return a document with `repairs` made, in its headings too, and the number of its lines that needed them."""
    if not edits:
        return document, 0
    text = document.text
    changed: dict[str, str] = {}
    for start, of_line in groupby(edits, lambda edit: text.rfind("\n", 0, edit.start) + 1):
        stop = text.find("\n", start)
        line = text[start:] if stop < 0 else text[start:stop]
        changed[line.strip()] = _made(line, start, list(of_line)).strip()
    return renamed(edited(document, edits), lambda name: changed.get(name, name)), len(changed)


def _broken_lines(document: Document) -> Iterator[tuple[int, int, Fault]]:
    """Yield the lines of broken pages, and broken lines as long as a paragraph."""
    text = document.text
    pages = [(origin.start, origin.end) for origin in document.origins if origin.unit in PAGES]
    faults = [
        (start, end, found) for start, end in pages or [(0, len(text))] if (found := _of_page(document, start, end))
    ]
    for start, end in lines(text, 0, len(text)) if faults or len(text) >= _FEWEST else ():
        if not faults and (end - start < _FEWEST or not _suspicious(text[start:end])):
            continue
        found = next((found for first, last, found in faults if start < last and first < end), fault(text[start:end]))
        if found and not _is_row(document, start, end):
            yield start, end, found


def _of_page(document: Document, start: int, end: int) -> Fault | None:
    if not _suspicious(document.text[start:end]):
        return None
    prose = [line for line in lines(document.text, start, end) if not _is_row(document, *line)]
    return fault("\n".join(document.text[slice(*line)] for line in prose))


def _suspicious(text: str) -> bool:
    """Tell whether a text has so many or so few spaces that it is worth a closer look, in a tenth of its time."""
    spaces = text.count(" ") + text.count("\n")
    return len(text) >= _FEWEST and not _FEW_SPACES * len(text) < spaces < _MANY_SPACES * len(text)


def _is_row(document: Document, start: int, end: int) -> bool:
    return _CELLS in document.text[start:end] or any(t.start < end and start < t.end for t in document.tables)


def _mended(text: str, start: int, end: int, page: Fault) -> Iterator[Edit]:
    """Yield the edits of one line, if it has the fault of its page."""
    line = text[start:end]
    if fault(line, _FEWEST_IN_LINE, _SHARE_IN_LINE) != page:
        return
    old, new = _gaps(line), _gaps(spaced(line, reset=page == "split"))
    if [character for character, _ in old] != [character for character, _ in new]:
        return  # Kiwi made more than spaces
    place = start
    for index, ((left, gap), (_, wanted)) in enumerate(zip(old, new, strict=True)):
        place += 1
        right = old[index + 1][0] if index + 1 < len(old) else ""
        changed = bool(gap) == (page == "split") and bool(wanted) != bool(
            gap
        )  # of split lines spaces go, else they come
        if changed and _SYLLABLES.match(left) and _SYLLABLES.match(right):
            yield Edit(place, place + len(gap), wanted and " ")
        place += len(gap)


def _gaps(line: str) -> list[tuple[str, str]]:
    """Return every character that is no white space, with the white space after it."""
    return [(match[1], match[2]) for match in re.finditer(r"(\S)(\s*)", line)]


def _made(line: str, offset: int, edits: list[Edit]) -> str:
    """Return a line that starts at an offset with its edits made."""
    for edit in reversed(edits):
        line = line[: edit.start - offset] + edit.text + line[edit.end - offset :]
    return line
