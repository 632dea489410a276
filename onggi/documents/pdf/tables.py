"""The rows of tables with rulings."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.pages import Page
from onggi.documents.pdf.rulings import Grid

_PADDING = 0.6  # em on both sides of a cell's text


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with text: its lines from the top down, and the width that they may take, in points."""

    lines: tuple[tuple[Run, ...], ...]
    column: int
    width: float


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table with rulings; ``columns`` are those in which a cell with text starts.

    ``left``, ``right``, ``top``, ``bottom`` in points; ``order`` is that of its first run.
    """

    rows: tuple[tuple[Cell, ...], ...]
    columns: tuple[int, ...]
    left: float
    right: float
    top: float
    bottom: float
    order: int


def tables(page: Page) -> Iterator[Table]:
    """Yield the tables of a page."""
    for first, grid in page.tables.items():
        of_cell: defaultdict[int, list[Run]] = defaultdict(list)
        for run in page.runs:
            if first <= run.cell < first + 1_000_000:
                of_cell[run.cell - first].append(run)
        if of_cell:
            yield _table(grid, of_cell)


def _table(grid: Grid, of_cell: dict[int, list[Run]]) -> Table:
    rows: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell, found in of_cell.items():
        fields = np.argwhere(grid.cell == cell)
        top, left = fields.min(axis=0).tolist()
        right = int(fields[:, 1].max()) + 1
        lines = stacked(found)
        rows[top].append(Cell(lines, left, float(grid.xs[right] - grid.xs[left])))
    whole = tuple(tuple(sorted(rows[row], key=lambda cell: cell.column)) for row in sorted(rows))
    every = [run for found in of_cell.values() for run in found]
    return Table(
        whole,
        tuple(sorted({cell.column for row in whole for cell in row})),
        float(grid.xs[0]),
        float(grid.xs[-1]),
        float(grid.ys[0]),
        float(grid.ys[-1]),
        min(run.order for run in every),
    )


def stacked(found: Sequence[Run]) -> tuple[tuple[Run, ...], ...]:
    """Put runs into lines, from the top down and from left to right."""
    lines: list[list[Run]] = []
    for run in sorted(found, key=lambda run: (-run.baseline, run.left)):
        if lines and abs(lines[-1][0].baseline - run.baseline) < 0.4 * max(run.size, lines[-1][0].size):
            lines[-1].append(run)
        else:
            lines.append([run])
    return tuple(tuple(sorted(line, key=lambda run: run.left)) for line in lines)
