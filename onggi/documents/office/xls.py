"""XLS (BIFF): the same as XLSX, of the years before 2007."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import xlrd

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content
from onggi.documents.office.cells import shown
from onggi.documents.office.sheets import Range, Sheet, blocks


def read(data: bytes, where: str) -> Content:
    """Read the visible sheets of a workbook.

    Raises
    ------
    DocumentError
        The workbook is encrypted.
    """
    with open(os.devnull, "w") as nowhere:
        try:
            book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=nowhere)
        except xlrd.XLRDError as error:
            if "ncrypted" in str(error):
                raise DocumentError(where, "is encrypted", "save it without a password") from None
            raise
    removed: Counter[str] = Counter()
    sheets = []
    for number, sheet in enumerate(book.sheets(), start=1):
        if sheet.visibility:
            removed["hidden sheets"] += 1
            continue
        merged = [Range(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
        sheets.append(Sheet(sheet.name, number, _rows(book, sheet), merged))
    return Content(blocks(sheets), removed=removed)


def _rows(book: Any, sheet: Any) -> Iterator[tuple[int, dict[int, str]]]:
    for row in range(sheet.nrows):
        yield (
            row + 1,
            {column: _shown(book, cell) for column, cell in enumerate(sheet.row(row), start=1) if cell.value != ""},
        )


def _shown(book: Any, cell: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(cell.value), "General")
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return shown(xlrd.xldate_as_datetime(cell.value, book.datemode), "General")
        except (ValueError, OverflowError):
            return shown(cell.value, "General")
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        number = book.format_map.get(book.xf_list[cell.xf_index].format_key)
        return shown(cell.value, number.format_str if number else "General")
    return str(cell.value)
