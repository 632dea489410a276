"""ODS: a heading for each sheet, one line a row, values as the sheet shows them."""

from collections.abc import Iterator

from lxml import etree

from onggi.documents.blocks import Content
from onggi.documents.office.opendocument import CELL, TABLE, OpenDocument, qn, rows_of
from onggi.documents.office.sheets import LAST_COLUMN, LAST_ROW, Range, Sheet, blocks

_COVERED = qn("table:covered-table-cell")
_VALUES = ("office:string-value", "office:date-value", "office:time-value", "office:boolean-value", "office:value")


def read(data: bytes, where: str) -> Content:
    """Read the visible sheets of a workbook; comments are left out.

    Raises
    ------
    DocumentError
        It is encrypted.
    """
    document = OpenDocument.of(data, where)
    hidden = {
        style.get(qn("style:name"), "")
        for style in document.content.iter(qn("style:style"))
        if any(one.get(qn("table:display")) == "false" for one in style.iterchildren(qn("style:table-properties")))
    }
    sheets = []
    for number, table in enumerate(document.body("spreadsheet").iterchildren(TABLE), start=1):
        if table.get(qn("table:style-name")) in hidden:
            document.removed["hidden sheets"] += 1
            continue
        merged: list[Range] = []
        rows = list(_rows(document, table, merged))
        sheets.append(Sheet(table.get(qn("table:name"), ""), number, rows, merged))
    return Content(blocks(sheets), document.title(), removed=document.removed)


def _rows(document: OpenDocument, table: etree._Element, merged: list[Range]) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield the rows that hold text; a row or cell that the file says once and repeats is told as often."""
    number = 1
    for row, _ in rows_of(table):
        cells: dict[int, str] = {}
        column = 1
        for cell in row.iterchildren(CELL, _COVERED):
            count = _count(cell.get(qn("table:number-columns-repeated")), LAST_COLUMN)
            if text := _shown(document, cell) if cell.tag == CELL else "":
                told = document.repeats(cell.get(qn("table:number-columns-repeated")), 1)
                cells |= dict.fromkeys(range(column, min(column + told, LAST_COLUMN + 1)), text)
                wide = _count(cell.get(qn("table:number-columns-spanned")), LAST_COLUMN)
                high = _count(cell.get(qn("table:number-rows-spanned")), LAST_ROW)
                if wide > 1 or high > 1:
                    merged.append(Range(number, column, number + high - 1, column + wide - 1))
            column += count
        count = _count(row.get(qn("table:number-rows-repeated")), LAST_ROW)
        if cells:
            for at in range(document.repeats(row.get(qn("table:number-rows-repeated")), len(cells))):
                yield number + at, cells
        number += count


def _count(given: str | None, most: int) -> int:
    return min(int(given), most) if given and given.isdecimal() and len(given) < 10 else 1


def _shown(document: OpenDocument, cell: etree._Element) -> str:
    said = document.text_of(cell)
    return said or next((value for name in _VALUES if (value := cell.get(qn(name)))), "")
