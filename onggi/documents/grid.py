"""Tables with merged cells → plain rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

_MAX_SPAN = 1000  # columns and rows, as browsers bound columns
_MAX_REPEATS = 200_000
"""Cells of a table that are told again in rows below; a table of real spans has some hundreds."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1


def fill(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """Return the texts of each row; a cell over several rows is told in each, one over several columns once.

    Examples
    --------
    >>> fill([[Cell("어른", rows=2), Cell("평일")], [Cell("주말")]])
    [['어른', '평일'], ['어른', '주말']]
    """
    filled = []
    reaching: dict[int, Cell] = {}  # column → the cell that reaches down from above, and for how many rows more
    repeats = 0
    for row in rows:
        placed: dict[int, Cell] = {}
        column = 0
        for cell in row:
            while column in reaching:
                column += _width(reaching[column])
            placed[column] = replace(cell, rows=min(cell.rows, _MAX_SPAN))
            column += _width(cell)
        whole = dict(sorted((reaching | placed).items())) if reaching else placed
        filled.append([cell.text for cell in whole.values()])
        repeats += len(reaching)
        reaching = {
            column: replace(cell, rows=cell.rows - 1)
            for column, cell in whole.items()
            if cell.rows > 1 and repeats < _MAX_REPEATS
        }
    return filled


def _width(cell: Cell) -> int:
    return min(max(cell.columns, 1), _MAX_SPAN)
