"""Sheets of cells → headings and rows, with merged cells told in each of the cells they cover."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onggi.documents.blocks import Block, Place, row_blocks

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_DEFAULT_NAME = re.compile(r"(Sheet|시트)\s?\d*", re.IGNORECASE)
_WIDEST = 256
"""Columns of a row from which empty cells are not told: no table is so wide, but a stray cell may be anywhere."""

_MOST_COVERED = 200_000


@dataclass(frozen=True, slots=True)
class Range:
    """Merged cells: first and last row and column, from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its rows from top to bottom, each the text of its filled cells by column, both from 1."""

    name: str
    number: int
    rows: Iterable[tuple[int, dict[int, str]]]
    merged: list[Range]


def column_name(column: int) -> str:
    """Return the letters of a column.

    Examples
    --------
    >>> column_name(1), column_name(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def blocks(sheets: Iterable[Sheet]) -> Iterator[Block]:
    """Yield the rows of each sheet below its name; a single sheet with the name that programs give has none."""
    filled = [(sheet, rows) for sheet in sheets if (rows := list(_spread(sheet)))]
    named = len(filled) > 1 or any(not _DEFAULT_NAME.fullmatch(sheet.name) for sheet, _ in filled)
    for sheet, rows in filled:
        if named:
            yield Block(sheet.name, level=1, places=((0, Place("sheet", sheet.number, sheet.name)),))
        table: list[tuple[int, dict[int, str]]] = []
        for row in rows:
            if table and row[0] > table[-1][0] + 1:  # one empty row parts two tables as well as many
                yield from _table(sheet, table)
                table = []
            table.append(row)
        yield from _table(sheet, table)


def _table(sheet: Sheet, table: list[tuple[int, dict[int, str]]]) -> Iterator[Block]:
    places = (_place(sheet, number, cells) for number, cells in table)
    yield from row_blocks((_cells(cells) for _, cells in table), places=places)


def _cells(cells: dict[int, str]) -> list[str]:
    last = max(cells)
    return [cells.get(column, "") for column in range(1, last + 1)] if last <= _WIDEST else list(cells.values())


def _place(sheet: Sheet, number: int, cells: dict[int, str]) -> Place:
    first, last = column_name(min(cells)), column_name(max(cells))
    cell = f"{first}{number}" if first == last else f"{first}{number}:{last}{number}"
    return Place("sheet", sheet.number, f"{sheet.name}!{cell}")


def _spread(sheet: Sheet) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield the rows that hold text; a row that is one merged cell tells it once."""
    waiting = sorted(sheet.merged, key=lambda range_: range_.top, reverse=True)
    reaching: list[tuple[Range, str]] = []
    covered = 0
    for number, cells in sheet.rows:
        reaching = [(range_, text) for range_, text in reaching if range_.bottom >= number]
        while waiting and waiting[-1].top <= number:
            range_ = waiting.pop()
            if range_.top == number and cells.get(range_.left, "").strip():
                reaching.append((range_, cells[range_.left]))
        spread = dict(cells)
        for range_, text in reaching if covered < _MOST_COVERED else ():
            alone = all(range_.left <= column <= range_.right for column, cell in cells.items() if cell.strip())
            right = range_.left if alone and len(reaching) == 1 else min(range_.right, range_.left + _WIDEST)
            spread |= dict.fromkeys(range(range_.left, right + 1), text)
            covered += right + 1 - range_.left
        spread = {column: text for column, text in sorted(spread.items()) if text.strip()}
        if spread:
            yield number, spread
