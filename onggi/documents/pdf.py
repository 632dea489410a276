"""PDF: lines with their places on the page, put together again to paragraphs."""

import ctypes
import re
import statistics
import unicodedata
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from onggi.core.errors import DocumentError
from onggi.documents import pdf_fonts
from onggi.documents.blocks import Content, clean
from onggi.documents.pdf_layout import Layout, Line, Segment

_PAGE_NUMBER = re.compile(
    r"(?:page|p\.?)?[\s\-–—(\[]*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*/\s*\d{1,4})?[\s\-–—)\]]*(?:쪽|면)?", re.IGNORECASE
)
_CELL_GAP = 1.2  # em between two cells of a row; justified spaces stay below, cell margins above
_MIN_REPEATS = 2  # pages on which a first or last line is a running head or foot
_MIN_PLACED = 0.5  # share of the outline's titles that must be found on their pages for the outline to count
_MAX_PREFIX = 12  # characters of numbering before a title
_LABEL = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z가-하]|[ivx]+)[.)]|\S")

pdf_fonts.install()


def read(data: bytes, where: str) -> Content:
    """Read the text of a PDF; its outline, if its titles are found on the pages, gives the headings.

    The offsets at which pages start are kept in the blocks (see `Block.pages`).

    Raises
    ------
    DocumentError
        The file is encrypted, truncated, or no PDF.
    """
    if b"%PDF-" not in data[:1024]:
        raise DocumentError(where, "is no PDF", "save it again, or give it the extension of its format")
    if b"%%EOF" not in data[-2048:]:
        raise DocumentError(where, "is truncated (its end mark %%EOF is missing)", "copy it again")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise DocumentError(where, "is encrypted", "save it without a password") from None
        raise DocumentError(where, f"is damaged ({error})", "copy or save it again") from error
    try:
        pages = [_lines(document[number]) for number in range(len(document))]
        kept = list(_without_margins(pages))
        layout = Layout(kept, _headings(document, kept))
        return Content(layout.blocks(), document.get_metadata_value("Title"))
    finally:
        document.close()


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    text = page.get_textpage()
    try:
        return list(_split(text))
    finally:
        text.close()
        page.close()


def _split(text: pypdfium2.PdfTextPage) -> Iterator[Line]:
    """Yield the lines of a page in the order in which they were drawn."""
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    characters: list[tuple[str, float, float, float, float]] = []  # character, left, right, baseline, size
    for index in range(text.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(text, index))
        if character in "\r\n":
            if line := _line(characters):
                yield line
            characters = []
            continue
        pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        characters.append((character, left.value, right.value, y.value, pdfium.FPDFText_GetFontSize(text, index)))
    if line := _line(characters):
        yield line


def _line(characters: list[tuple[str, float, float, float, float]]) -> Line | None:
    seen = [entry for entry in characters if not entry[0].isspace()]
    if not seen:
        return None
    size = statistics.median_high(entry[4] for entry in seen) or 1.0
    segments: list[Segment] = []
    parts: list[str] = []
    start, end = seen[0][1], seen[0][1]
    for character, left, right, _, _ in characters:
        if character.isspace():
            parts.append(" ")
            continue
        told = "".join(parts).strip()
        if left - end > _CELL_GAP * size and told and not (not segments and _LABEL.fullmatch(told)):
            segments.append(Segment(told, start, end))
            parts, start = [], left
        parts.append(character)
        end = right
    spaced = bool(parts) and parts[-1] == " "
    segments.append(Segment("".join(parts).strip(), start, end))
    cleaned = tuple(Segment(clean(s.text), s.left, s.right) for s in segments)
    glued = seen[-1][0] in "\x02\ufffe\u00ad"  # a hyphen that is there for the line break only
    if not any(segment.text for segment in cleaned):
        return None
    return Line(cleaned, statistics.median_high(entry[3] for entry in seen), size, spaced, glued)


def _without_margins(pages: list[list[Line]]) -> Iterator[list[Line]]:
    """Drop page numbers, and running heads and feet but for the first time that each is seen."""
    repeats: dict[str, int] = {}
    for lines in pages:
        for text in {_masked(line) for line in (*lines[:1], *lines[-1:])}:
            repeats[text] = repeats.get(text, 0) + 1
    seen: set[str] = set()

    def margin(line: Line) -> bool:
        text = _masked(line)
        if _PAGE_NUMBER.fullmatch(line.text):
            return True
        repeated = repeats.get(text, 0) >= _MIN_REPEATS and text in seen
        seen.add(text)
        return repeated

    for lines in pages:
        dropped = {at for at in sorted({0, len(lines) - 1}) if lines and margin(lines[at])}
        yield [line for at, line in enumerate(lines) if at not in dropped]


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _headings(document: pypdfium2.PdfDocument, pages: list[list[Line]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Find the titles of the outline on their pages.

    Returns
    -------
    dict
        (page, line) → (level from 1, number of lines of the title); empty where the outline is missing or unusable.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    entries = 0
    for bookmark in document.get_toc(max_depth=9):
        key = _key(bookmark.get_title())
        target = bookmark.get_dest()
        if not key or target is None:
            continue
        entries += 1
        page = target.get_index()
        if page is None or page >= len(pages):
            continue
        _, view = target.get_view()
        height = view[1] if len(view) > 1 else None
        places = [place for place in _places(key, pages[page]) if (page, place[0]) not in found]
        if places:
            at, count = min(places, key=lambda place: (abs(pages[page][place[0]].baseline - (height or 1e6)), place))
            found[page, at] = (bookmark.level + 1, count)
    return found if entries and len(found) >= _MIN_PLACED * entries else {}


def _places(key: str, lines: list[Line]) -> Iterator[tuple[int, int]]:
    keys = [_key(line.text) for line in lines]
    for at in range(len(lines)):
        for count in (1, 2):
            text = "".join(keys[at : at + count])
            if text.endswith(key) and len(text) <= len(key) + _MAX_PREFIX and (count == 1 or len(keys[at]) < len(text)):
                if count == 2 and len(keys[at + 1]) >= len(key):
                    continue  # the second line alone is the title
                yield at, count
                break


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
