"""The lines that are drawn on a page, and the grids that they form."""

import ctypes
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from onggi.documents.pdf import native
from onggi.documents.pdf.glyphs import Frame

_MOST_OBJECTS = 50_000  # on a page; what is drawn after them is a picture
_MOST_FORM_OBJECTS = 5_000
_MOST_DEPTH = 3
_MOST_RULINGS = 1_500  # of one direction: more are a chart or a map
_MOST_CELLS = 20_000
_THIN = 2.6  # points
_NEAR = 3.0  # points between two lines that meet, or are one
_MIN_LENGTH = 8.0  # points
_MIN_ENDS = 3  # rulings that end at one place, for a column to end there
_BOX_SEGMENTS = 6  # a rectangle, closed in whatever way

Rulings = np.ndarray
"""Rows of position, start, end, in points."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells that meeting rulings form, in points of the turned page.

    Parameters
    ----------
    xs, ys : ndarray of float
        Edges of columns from the left, and of rows from the top down (so ``ys`` decreases).
    cell : ndarray of int, shape (rows, columns)
        The number of the cell that covers each field; fields without a ruling between them are one cell.
    """

    xs: np.ndarray
    ys: np.ndarray
    cell: np.ndarray

    @property
    def area(self) -> float:
        """In square points."""
        return float((self.xs[-1] - self.xs[0]) * (self.ys[0] - self.ys[-1]))

    def fields(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the cell in which each point lies, -1 outside."""
        column = np.searchsorted(self.xs, x) - 1
        row = np.searchsorted(-self.ys, -y) - 1
        rows, columns = self.cell.shape
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        return np.where(inside, self.cell[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)], -1)


def grids(page: pypdfium2.PdfPage, frame: Frame) -> list[Grid]:
    """Return the grids of a page, the larger before the smaller."""
    level, upright = _rulings(frame.boxes(_boxes(page)))
    if not len(upright) or not len(level) or max(len(level), len(upright)) > _MOST_RULINGS:
        return []
    found = [grid for rows, columns in _connected(level, upright) if (grid := _grid(rows, columns)) is not None]
    return sorted(found, key=lambda grid: -grid.area)


def _boxes(page: pypdfium2.PdfPage) -> np.ndarray:
    """Return the boxes of drawn lines and rectangles: left, bottom, right, top."""
    handle = page.raw
    count = min(pdfium.FPDFPage_CountObjects(handle), _MOST_OBJECTS)
    objects = [found for found in map(native.page_object, repeat(native.address(handle)), range(count)) if found]
    held = list(_paths(objects, np.eye(3), 0, itertools.count(_MOST_FORM_OBJECTS, -1)))
    paths = [path for its, _ in held for path in its]
    if not paths:
        return np.zeros((0, 4))
    boxes = native.bounds(paths).astype(np.float64)
    thin = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) <= _THIN
    simple = thin | (np.fromiter(map(native.segments, paths), int, len(paths)) <= _BOX_SEGMENTS)
    matrices = np.repeat([matrix for _, matrix in held], [len(its) for its, _ in held], axis=0)
    drawn = simple & native.drawn(paths)
    return _through(boxes[drawn], matrices[drawn])


def _paths(
    objects: list[int], matrix: np.ndarray, depth: int, left: Iterator[int]
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Yield the paths among objects and in the forms among them, with the matrix of what holds them.

    ``left`` says how many forms may be opened yet.
    """
    kinds = list(map(native.object_kind, objects))
    if paths := [found for found, kind in zip(objects, kinds, strict=True) if kind == pdfium.FPDF_PAGEOBJ_PATH]:
        yield paths, matrix
    for form in (found for found, kind in zip(objects, kinds, strict=True) if kind == pdfium.FPDF_PAGEOBJ_FORM):
        if depth == _MOST_DEPTH or next(left) <= 0:
            return
        handle = ctypes.cast(form, pdfium.FPDF_PAGEOBJECT)
        count = min(max(pdfium.FPDFFormObj_CountObjects(handle), 0), _MOST_FORM_OBJECTS)
        inner = [found for found in map(native.form_object, repeat(form), range(count)) if found]
        if inner:
            own = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(handle, own)
            turned = np.array([[own.a, own.c, own.e], [own.b, own.d, own.f], [0, 0, 1]])
            yield from _paths(inner, matrix @ turned, depth + 1, left)


def _through(boxes: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Return boxes as matrices of shape (3, 3), one each, turn them."""
    x, y = boxes[:, [0, 2]], boxes[:, [1, 3]]
    across, up = (
        matrices[:, row, 0, None] * x + matrices[:, row, 1, None] * y + matrices[:, row, 2, None] for row in (0, 1)
    )
    return np.stack([across.min(axis=1), up.min(axis=1), across.max(axis=1), up.max(axis=1)], axis=1)


def _rulings(boxes: np.ndarray) -> tuple[Rulings, Rulings]:
    """Return level and upright rulings; those on one line that touch are one."""
    left, bottom, right, top = boxes.T
    flat, narrow = top - bottom <= _THIN, right - left <= _THIN
    lying, standing, wide = flat & ~narrow, narrow & ~flat, ~flat & ~narrow
    dot = flat & narrow
    level = [
        np.stack([(bottom + top) / 2, left, right], axis=1)[lying | dot],
        *(np.stack([edge, left, right], axis=1)[wide] for edge in (bottom, top)),
    ]
    upright = [
        np.stack([(left + right) / 2, bottom, top], axis=1)[standing | dot],
        *(np.stack([edge, bottom, top], axis=1)[wide] for edge in (left, right)),
    ]
    return _joined(np.concatenate(level)), _joined(np.concatenate(upright))


def _joined(pieces: Rulings) -> Rulings:
    """Join pieces that lie on one line and touch; drop what stays short, as the strokes of a picture."""
    if not len(pieces):
        return pieces
    pieces = pieces[np.argsort(pieces[:, 0], kind="stable")]
    lines = np.cumsum(np.diff(pieces[:, 0], prepend=pieces[0, 0]) > _THIN / 2)
    order = np.lexsort((pieces[:, 1], lines))
    pieces, lines = pieces[order], lines[order]
    found: list[tuple[float, float, float]] = []
    line = -1
    for (at, start, end), number in zip(pieces.tolist(), lines.tolist(), strict=True):
        if number == line and start <= found[-1][2] + _NEAR:
            found[-1] = (found[-1][0], found[-1][1], max(found[-1][2], end))
        else:
            found.append((at, start, end))
            line = number
    joined: np.ndarray = np.array(found)
    return np.asarray(joined[joined[:, 2] - joined[:, 1] >= _MIN_LENGTH])


def _connected(level: Rulings, upright: Rulings) -> Iterator[tuple[Rulings, Rulings]]:
    """Yield groups of rulings that meet."""
    y, x0, x1 = (side[:, None] for side in level.T)
    x, y0, y1 = upright.T
    meet = (x >= x0 - _NEAR) & (x <= x1 + _NEAR) & (y >= y0 - _NEAR) & (y <= y1 + _NEAR)
    todo = set(np.flatnonzero(meet.any(axis=1)).tolist())
    while todo:
        rows = {min(todo)}
        columns: set[int] = set()
        fresh = rows
        while fresh:
            columns |= set(np.flatnonzero(meet[sorted(fresh)].any(axis=0)).tolist())
            reached = set(np.flatnonzero(meet[:, sorted(columns)].any(axis=1)).tolist())
            fresh, rows = reached - rows, rows | reached
        todo -= rows
        yield level[sorted(rows)], upright[sorted(columns)]


def _edges(values: np.ndarray) -> np.ndarray:
    """Return values in order, one for those that lie near each other."""
    values = np.sort(values)
    starts = np.flatnonzero(np.diff(values, prepend=-np.inf) > _NEAR)
    return np.add.reduceat(values, starts) / np.diff([*starts, len(values)])


def _grid(level: Rulings, upright: Rulings) -> Grid | None:
    """Return the grid of rulings that meet; its outer sides count as drawn, for many tables are open at the sides."""
    implied = _implied(level)
    xs = _edges(np.concatenate([upright[:, 0], implied[:, 0], [level[:, 1].min(), level[:, 2].max()]]))
    ys = _edges(np.concatenate([level[:, 0], [upright[:, 1].min(), upright[:, 2].max()]]))[::-1]
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > _MOST_CELLS:
        return None
    right = np.zeros((rows, columns), bool)  # a ruling on the right of a field
    below = np.zeros((rows, columns), bool)
    middles_y, middles_x = (ys[1:] + ys[:-1]) / 2, (xs[1:] + xs[:-1]) / 2
    for x, start, end in upright.tolist():
        column = int(np.abs(xs - x).argmin()) - 1
        if column >= 0:
            right[(middles_y > start) & (middles_y < end), column] = True
    for x, y in implied.tolist():
        row, column = int(np.abs(ys - y).argmin()), int(np.abs(xs - x).argmin()) - 1
        if column >= 0:
            right[max(row - 1, 0) : row + 1, column] = True
    for y, start, end in level.tolist():
        row = int(np.abs(ys - y).argmin()) - 1
        if row >= 0:
            below[row, (middles_x > start) & (middles_x < end)] = True
    return Grid(xs, ys, _cells(right, below))


def _implied(level: Rulings) -> np.ndarray:
    """Return x and y of the ends of level rulings where several end at one place: a column ends there, undrawn."""
    ends = np.concatenate([level[:, [1, 0]], level[:, [2, 0]]])
    near = np.abs(ends[:, None, 0] - ends[None, :, 0]) <= _NEAR
    implied: np.ndarray = ends[near.sum(axis=1) >= _MIN_ENDS]
    return implied


def _cells(right: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Number the cells: fields without a ruling between them are one."""
    rows, columns = right.shape
    parent = list(range(rows * columns))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for row, column in np.argwhere(~right[:, :-1]).tolist():
        at = row * columns + column
        parent[root(at + 1)] = root(at)
    for row, column in np.argwhere(~below[:-1]).tolist():
        at = row * columns + column
        one, other = sorted((root(at), root(at + columns)))
        parent[other] = one
    return np.array([root(at) for at in range(rows * columns)]).reshape(rows, columns)
