"""A page: what is written on it, and the tables that its rulings form."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2

from onggi.documents.pdf.glyphs import Glyphs, glyphs
from onggi.documents.pdf.lines import Run, runs
from onggi.documents.pdf.rulings import Grid, grids

_CELLS = 1_000_000  # of one grid at most: numbers of cells stay apart
_PROBE = 0.3  # of a character's width, where it is asked in which cell it stands; some stick out at the right
_MOST_UNREADABLE = 0.3  # share of the characters of a page that can be read in spite of the others


@dataclass(frozen=True, slots=True)
class Page:
    """The runs of a page in the order in which they are drawn, and its tables.

    Parameters
    ----------
    number : int
        From 1.
    width, height : float
        In points.
    runs : tuple of Run
    tables : dict
        First number of its cells → grid.
    left_out : Counter
        Characters by reason: ``aslant``, ``unreadable``.
    """

    number: int
    width: float
    height: float
    runs: tuple[Run, ...]
    tables: dict[int, Grid]
    boxes: dict[int, Grid]
    left_out: Counter[str]

    @property
    def is_unreadable(self) -> bool:
        """Tell whether much of the page is written in fonts that do not tell which characters they hold."""
        kept = sum(len(run.text) for run in self.runs)
        return self.left_out["unreadable"] > _MOST_UNREADABLE * (kept + self.left_out["unreadable"])

    def keeping(self, kept: Iterable[Run]) -> "Page":
        """Return the page with some of its runs only."""
        return replace(self, runs=tuple(kept))


def page(source: pypdfium2.PdfPage, number: int) -> Page:
    """Read a page."""
    characters = glyphs(source)
    tables, boxes, cells = _cells(characters, grids(source, characters.frame))
    left_out = Counter(aslant=characters.aslant, unreadable=characters.unreadable)
    frame = characters.frame
    return Page(number, frame.width, frame.height, tuple(runs(characters, cells)), tables, boxes, left_out)


def _cells(characters: Glyphs, found: list[Grid]) -> tuple[dict[int, Grid], dict[int, Grid], np.ndarray]:
    """Return tables and boxes (grids of one column) by their first number, and the cell of each character.

    Characters belong to the smallest grid around them.
    """
    x = characters.left + _PROBE * (characters.right - characters.left)
    y = characters.baseline + 0.3 * characters.size
    cells = np.full(len(characters), -1)
    placed: list[tuple[int, Grid]] = []
    for at, grid in enumerate(found):
        inside = grid.fields(x, y)
        cells = np.where(inside >= 0, inside + at * _CELLS, cells)
        placed.append((at * _CELLS, grid))
    tables, boxes = {}, {}
    for first, grid in placed:
        its = np.unique(cells[(cells >= first) & (cells < first + _CELLS)]) - first
        columns = {int(np.argwhere(grid.cell == cell)[:, 1].min()) for cell in its.tolist()}
        if len(columns) > 1:
            tables[first] = grid
        elif len(its):
            boxes[first] = grid
            within = (cells >= first) & (cells < first + _CELLS)
            cells = np.where(within, first, cells)
    return tables, boxes, cells
