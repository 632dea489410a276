"""The title of a PDF: what its metadata say, if that is one, else the largest text of its first page."""

import re
import unicodedata
from collections.abc import Sequence

from onggi.documents.blocks import one_line
from onggi.documents.pdf.reading import Item, Line
from onggi.documents.titles import names_nothing, names_organisation

_MAX_CHARACTERS = 120
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{12}")
_MISREAD = re.compile("[\u0080-\u00ff][\u0080-\u024f]")  # bytes of CP949 taken for Latin-1
_MIN_KNOWN = 0.6  # share of the pairs of letters of a title that occur in the text
_MIN_LARGER = 1.1  # times the size of most lines
_SAME_SIZE = 0.06
_MAX_LINES = 3
_FIRST_PAGES = 3
_OF_PROGRAMS = re.compile(
    r"(microsoft|powerpoint|adobe|hwp|word)\b.*|.*(프레젠테이션|presentation\d*)|슬라이드 ?\d*|문서 ?\d*|document ?\d*"
    r"|.*\.(hwpx?|docx?|pptx?|xlsx?|pdf|indd|ai|dvi|tex|html?)|.*_.*_.*|untitled.*|제목 ?없음|무제|문 ?내용|본문|내용",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[가-힣]{2}|[가-힣] [가-힣]|[A-Za-z]{4}")


def title(told: str, pages: Sequence[list[Item]]) -> str:
    """Return the title of a document, or an empty string.

    Parameters
    ----------
    told : str
        What its metadata say: kept if it stands on one of the first pages, or its words in the text.
    pages : sequence of list of Line or Table
    """
    told = one_line(told)
    if _is_plausible(told):
        key = _key(told)
        text = [_key(" ".join(map(_text, items))) for items in pages]
        if key in "".join(text[:2]):
            return told
        whole, letters = "".join(text), "".join(filter(str.isalpha, key))
        pairs = [letters[at : at + 2] for at in range(len(letters) - 1)]
        if sum(pair in whole for pair in pairs) >= _MIN_KNOWN * len(pairs):
            return told
    lines = [_lines(items) for items in pages]
    usual = _usual_size([line for found in lines for line in found])
    largest = next((found for one in lines[:_FIRST_PAGES] if (found := _largest(one, usual))), "")
    return largest or (told if _is_plausible(told) else "")


def _is_plausible(told: str) -> bool:
    """Tell whether what the metadata say reads like a title: words, and neither a program's nor a misread code's."""
    if not _WORDS.search(told) or _OF_PROGRAMS.fullmatch(told) or _HEXADECIMAL.search(told):
        return False
    return not _MISREAD.search(told)


def _text(item: Item) -> str:
    if isinstance(item, Line):
        return item.text
    return " ".join(run.text for row in item.rows for cell in row for line in cell.lines for run in line)


def _lines(items: Sequence[Item]) -> list[Line]:
    """Return the lines of a page, those in cells among them."""
    found: list[Line] = []
    for item in items:
        if isinstance(item, Line):
            found.append(item)
        else:
            found += [Line(line, joined=True) for row in item.rows for cell in row for line in cell.lines]
    return found


def _largest(lines: Sequence[Line], usual: float) -> str:
    """Return the largest text of a page that is larger than most of the document: lines of one size in a row."""
    lines = [line for line in lines if not line.runs[0].turn]
    candidates = [line for line in lines if _WORDS.search(line.text) and not names_nothing(line.text)]
    largest = max((line.size for line in candidates), default=0.0)
    if not candidates or largest < _MIN_LARGER * usual:
        return ""
    first = next(line for line in candidates if line.size == largest)
    at = lines.index(first)
    if at and names_organisation(lines[at - 1].text) and lines[at - 1].size == largest:
        first, at = lines[at - 1], at - 1  # as the court above its judgment
    words = []
    for line in lines[at : at + _MAX_LINES]:
        if abs(line.size - largest) > _SAME_SIZE * largest:
            break
        words.append(line.text)
    text = one_line(" ".join(words))
    return text if len(text) <= _MAX_CHARACTERS else one_line(first.text)[:_MAX_CHARACTERS]


def _usual_size(lines: Sequence[Line]) -> float:
    """Return the size of most characters, in points."""
    counts: dict[float, int] = {}
    for line in lines:
        counts[line.size] = counts.get(line.size, 0) + len(line.text)
    return max(counts, key=lambda size: (counts[size], size), default=0.0)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
