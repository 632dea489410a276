"""XLSX: a heading for each sheet, one line a row, values as the sheet shows them."""

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, row_blocks

LAST_ROW = 1_048_576
_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br=[\"'](\d{7,})[\"']")
_BLOCK = 1 << 16
_TAG = 1 << 10
"""Bytes that a tag of a row takes at most."""
_DEFAULT_NAME = re.compile(r"(Sheet|시트)\s?\d*", re.IGNORECASE)


def read(data: bytes, where: str) -> Content:
    """Read the visible sheets of a workbook; formulas give the values that were stored with them.

    Raises
    ------
    DocumentError
        A sheet has a row beyond the last that there is: openpyxl would go through all those before it.
    """
    _check_rows(data, where)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations, which are not read
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet.title, _rows(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
        title = book.properties.title or ""
    filled = [(name, rows) for name, rows in sheets if any(any(row) for row in rows)]
    named = len(filled) > 1 or any(not _DEFAULT_NAME.fullmatch(name) for name, _ in filled)
    return Content(_blocks(filled, named), title)


def _check_rows(data: bytes, where: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as sheet:
                tail = b""
                while block := sheet.read(_BLOCK):
                    for row in _ROW.finditer(tail + block):
                        if int(row[1][:20]) > LAST_ROW:
                            what = f"has a row {row[1][:20].decode()}, and a sheet ends at {LAST_ROW}"
                            raise DocumentError(where, what, "open it in its program and save it again")
                    tail = (tail + block)[-_TAG:]


def _blocks(sheets: list[tuple[str, list[list[str]]]], named: bool) -> Iterator[Block]:
    for name, rows in sheets:
        if named:
            yield Block(name, level=1)
        table: list[list[str]] = []
        for row in [*rows, []]:
            if any(row):
                table.append(row)
            else:
                yield from row_blocks(table)
                table = []


def _rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # files may claim a million columns
    rows: list[list[str]] = []
    for row in sheet.iter_rows():
        texts = [shown(cell.value, getattr(cell, "number_format", "General") or "General") for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts or (rows and rows[-1]):  # one empty row parts two tables as well as many
            rows.append(texts)
    return rows


def shown(value: object, number_format: str) -> str:
    """Return a cell's value as its number format shows it, for thousands, decimals, percent and dates.

    Examples
    --------
    >>> shown(1500, "#,##0"), shown(0.125, "0.0%"), shown(3.0, "General")
    ('1,500', '12.5%', '3')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, number_format.split(";")[0])
    if isinstance(value, datetime.datetime):
        return str(value.date()) if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return str(value)


def _number(value: float, number_format: str) -> str:
    pattern = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.', "", number_format)  # literals, colours, paddings
    placeholder = re.search(r"[#0?][#0?,]*(?:\.([0#?]+))?", pattern)
    if not placeholder:
        return f"{value:.15g}"
    percent = "%" in pattern
    if percent:
        value *= 100
    comma = "," if "," in placeholder[0] else ""
    decimals = placeholder[1] or ""
    text = f"{value:{comma}.{len(decimals)}f}"
    optional = len(decimals) - len(decimals.rstrip("#"))
    for _ in range(optional):
        text = text.removesuffix("0")
    text = text.removesuffix(".")
    return text + "%" * percent + _unit(number_format)


def _unit(number_format: str) -> str:
    """Return a quoted unit that ends a format, such as ``0"명"``."""
    match = re.search(r'[#0?%]"([^"]*)"$', number_format)
    return match[1] if match else ""
