"""XLSX: a heading for each sheet, one line a row, values as the sheet shows them.

The sheets are streamed: a million rows that have a format and no value take no memory and seconds.
"""

import datetime
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content
from onggi.documents.office.cells import shown
from onggi.documents.office.package import Package
from onggi.documents.office.sheets import LAST_COLUMN, LAST_ROW, Range, Sheet, blocks

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_EMPTY = re.compile(rb'<row\s(?:[^<>]*?\s)?r="\d{1,7}"[^<>]*?(?:/>|>(?:<c\s[^<>]*/>)*</row>)')
"""Rows that have a format and no value, as programs write them, by the million at times."""

_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")


def read(data: bytes, where: str) -> Content:
    """Read the visible sheets of a workbook; formulas give the values that were stored with them.

    Raises
    ------
    DocumentError
        A sheet has a row beyond the last that there is.
    """
    package = Package(data)
    main = package.main()
    book = package.xml(main)
    related = package.related(main)
    values = _Values.of(package, main, book)
    removed: Counter[str] = Counter()
    sheets = []
    for number, entry in enumerate(book.iter(f"{_MAIN}sheet"), start=1):
        kind, part = related.get(entry.get(_ID, ""), ("", ""))
        if entry.get("state", "visible") != "visible":
            removed["hidden sheets"] += 1
        elif kind == "worksheet" and part in package.names:
            stream = package.archive.read(part)
            sheets.append(Sheet(entry.get("name", ""), number, _rows(stream, values, where), list(_merged(stream))))
    return Content(list(blocks(sheets)), package.title(), removed=removed)


@dataclass
class _Values:
    """What cells refer to: texts, formats of numbers, and the day that dates are counted from."""

    texts: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    epoch: object = CALENDAR_WINDOWS_1900

    @classmethod
    def of(cls, package: Package, main: str, book: etree._Element) -> "_Values":
        values = cls()
        for part in package.parts("sharedStrings", main):
            for item in _each(package.archive.read(part), "si"):  # whole, so that zipfile checks its sum
                values.texts.append(_said(item))
        for part in package.parts("styles", main):
            root = package.xml(part)
            own = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter(f"{_MAIN}numFmt")}
            for cell in root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"):
                number = cell.get("numFmtId", "0")
                builtin = BUILTIN_FORMATS.get(int(number), "General") if number.isdecimal() else "General"
                values.formats.append(own.get(number) or builtin)
        if any(one.get("date1904") in ("1", "true") for one in book.iter(f"{_MAIN}workbookPr")):
            values.epoch = CALENDAR_MAC_1904
        return values

    def shown(self, cell: etree._Element) -> str:
        """Return what a cell shows."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _said(cell)
        value = cell.findtext(f"{_MAIN}v") or ""
        if not value or kind in ("str", "e"):
            return value
        if kind == "s":
            return self.texts[int(value)] if value.isdecimal() and int(value) < len(self.texts) else ""
        if kind == "b":
            return shown(value == "1", "General")
        style = cell.get("s", "")
        number_format = self.formats[int(style)] if style.isdecimal() and int(style) < len(self.formats) else "General"
        try:
            if kind == "d":
                return shown(datetime.datetime.fromisoformat(value), number_format)
            number = float(value)
            if is_date_format(number_format):
                return shown(from_excel(number, self.epoch), number_format)
            return shown(int(number) if number.is_integer() and "." not in value else number, number_format)
        except (ValueError, OverflowError):
            return value


def _rows(stream: bytes, values: _Values, where: str) -> Iterator[tuple[int, dict[int, str]]]:
    number = 0
    for row in _each(_EMPTY.sub(b"", stream), "row"):
        given = row.get("r", "")
        number = int(given[:20]) if given.isdecimal() else number + 1
        if number > LAST_ROW:
            what = f"has a row {number}, and a sheet ends at {LAST_ROW}"
            raise DocumentError(where, what, "open it in its program and save it again")
        cells: dict[int, str] = {}
        column = 0
        for cell in row.iterchildren(f"{_MAIN}c"):
            reference = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(reference[1]) if reference else column + 1
            if len(cell) and column <= LAST_COLUMN:
                cells[column] = values.shown(cell)
        yield number, cells


def _merged(stream: bytes) -> Iterator[Range]:
    for match in _MERGED.finditer(stream):
        left, top, right, bottom = (part.decode() for part in match.groups())
        yield Range(int(top), _column(left), int(bottom), _column(right))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _said(item: etree._Element) -> str:
    """Return the text of a string, without the readings above its letters."""
    readings = {text for reading in item.iter(f"{_MAIN}rPh") for text in reading.iter(f"{_MAIN}t")}
    return "".join(text.text or "" for text in item.iter(f"{_MAIN}t") if text not in readings)


def _each(data: bytes, tag: str) -> Iterator[etree._Element]:
    """Yield the elements of a name one at a time, and free each when the next is asked for."""
    events = etree.iterparse(io.BytesIO(data), tag=f"{_MAIN}{tag}", resolve_entities=False, no_network=True)
    for _, element in events:
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
