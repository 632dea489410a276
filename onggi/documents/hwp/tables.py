"""Tables → lines: one a row, aligned below the rows that name the columns, and long cells paragraph by paragraph."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from onggi.documents.blocks import Block, one_line, row_blocks
from onggi.documents.hwp.model import Cell, Paragraphs, Table

_BAR = " | "
_MOST_HEADS = 3
_MOST_NAMES = 200
"""Rows at the top, and cells in the first, that are looked at for a head of several levels."""
_MOST_PLACES = 1_000_000
"""Rows times columns; in a larger table, cells are not kept below each other."""
_LONGEST_HEAD = 30
"""Characters of a cell in the head of a table, and of one that is told again in each row it reaches down to."""
_LONGEST_CELL = 100
"""Characters of a cell of several paragraphs in a row of one line; those of a longer one are lines."""


def blocks(table: Table, inner: Callable[[Paragraphs], Iterable[Block]]) -> Iterator[Block]:
    """Yield the rows of a table; a single one, which is how many offices set headings, has a size and a weight.

    Parameters
    ----------
    inner : callable
        Returns the blocks of the paragraphs of a cell, and of what is anchored in them.
    """
    cells = sorted(table.cells, key=lambda cell: (cell.row, cell.column))
    found = [(cell, list(inner(cell.paragraphs))) for cell in cells]
    rows, heads = _rows([(cell, [line for block in said if (line := one_line(block.text))]) for cell, said in found])
    longest = max((block for _, said in found for block in said), key=lambda block: len(block.text), default=Block(""))
    for block in _said(rows, heads):
        yield replace(block, size=longest.size, bold=longest.bold) if len(rows) == 1 else block


def _rows(told: list[tuple[Cell, list[str]]]) -> tuple[list[list[list[str]]], int | None]:
    """Return for each row the lines of its cells, and how many are heads.

    What a short cell says that reaches down is told in each row below, so that a chunk from the middle of a table says
    of what. Below a head of several levels every row has a cell for each column, so that a value stands below all its
    names.
    None: nothing says which rows are heads.
    """
    cells = [cell for cell, _ in told]
    starts = sorted({cell.column for cell, said in told if said})  # columns of nothing but space are left out
    aligned = len(starts) * len({cell.row for cell in cells}) <= _MOST_PLACES
    heads = (_marked(cells) or _two_levels(told)) if aligned else 0
    known = set(starts)
    rows: list[list[list[str]]] = []
    reaching: dict[int, tuple[int, list[str]]] = {}  # column → the row a cell from above ends before, and its lines
    for row, group in itertools.groupby(told, key=lambda pair: pair[0].row):
        found = {cell.column: (cell, said) for cell, said in group}
        reaching = {column: above for column, above in reaching.items() if above[0] > row}
        columns = starts if heads > 1 else sorted(known & (found.keys() | reaching.keys()))
        again = {column: said for column, (_, said) in reaching.items() if row >= heads and _is_label(said)}
        said_in = again | {column: said for column, (_, said) in found.items()}
        rows.append([said_in.get(column, []) for column in columns])
        if aligned:
            reaching |= {column: (row + cell.rows, said) for column, (cell, said) in found.items() if cell.rows > 1}
    return rows, heads or None


def _marked(cells: list[Cell]) -> int:
    """Return how many rows at the top are marked as heads, if there are others."""
    marked = {cell.row for cell in cells if cell.head}
    rows = next(row for row in itertools.count() if row not in marked)
    return rows if any(cell.row >= rows for cell in cells) else 0


def _two_levels(told: list[tuple[Cell, list[str]]]) -> int:
    """Return how many rows at the top are a head of several levels, though nothing marks them.

    In the first row of one, some cells are as tall as the head, and the others are divided below: ``2024년`` into
    quarters. All are short.
    """
    first = [cell for cell, _ in told if cell.row == 0]
    tall = {cell.rows for cell in first if cell.rows > 1}
    rows = min(tall, default=0)
    if len(tall) != 1 or rows > _MOST_HEADS or len(first) > _MOST_NAMES or all(cell.row < rows for cell, _ in told):
        return 0
    head = [(cell, said) for cell, said in told if cell.row < rows]
    if any(sum(map(len, said)) > _LONGEST_HEAD or not said for _, said in head):
        return 0
    divided = [
        sum(1 for below, _ in head if below.row == 1 and cell.column <= below.column < cell.column + cell.columns)
        for cell in first
        if cell.rows == 1
    ]
    return rows if any(parts > 1 for parts in divided) else 0


def _said(rows: list[list[list[str]]], heads: int | None) -> Iterator[Block]:
    first = True
    for plain, group in itertools.groupby(rows, key=_is_plain):
        if plain:
            found = row_blocks(([" ".join(cell) for cell in row] for row in group), heads if first else 0)
        else:
            found = (Block(line, row="body") for row in group for line in _lines(row))
        for block in found:
            yield replace(block, tight=not first)
            first = False


def _is_plain(row: list[list[str]]) -> bool:
    return not any(map(_is_long, row))


def _is_label(cell: list[str]) -> bool:
    return sum(map(len, cell)) <= _LONGEST_HEAD and not any(_BAR in line for line in cell)


def _is_long(cell: list[str]) -> bool:
    """Whether the lines of a cell stay lines: there is a table in it, or they are too long for one."""
    return len(cell) > 1 and (sum(map(len, cell)) > _LONGEST_CELL or any(_BAR in line for line in cell))


def _lines(row: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a row: short cells stand before the first line of the long cell that follows."""
    before: list[str] = []
    for cell in row:
        if _is_long(cell):
            yield _BAR.join([*before, cell[0]])
            yield from cell[1:]
            before = []
        else:
            before.append(" ".join(cell))
    if any(before):
        yield _BAR.join(before)
