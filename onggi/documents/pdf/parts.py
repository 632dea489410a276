"""A paragraph, row or heading while lines are added to it, and whether the next line belongs to it."""

import re
import statistics
from dataclasses import dataclass, field

from onggi.documents.blocks import Block
from onggi.documents.pdf.phrases import ends
from onggi.documents.pdf.reading import Line
from onggi.documents.pdf.widths import SAME_SIZE, full, marked

_INDENT = 0.8  # em
_MAX_HANGING = 6.0  # em by which the lines of one item may start apart
_PITCH = 1.25  # times the line distance of the page
_HANGING_PITCH = 2.0  # em between lines of one sentence that start apart
_WIDE_PITCH = 2.6  # em between lines of one sentence
_COLUMN_RISE = 2.5  # em by which the next column starts higher
_MIN_ENTRY = 10  # characters of what a list says of a name, to go on in the next line
_CAPTION = re.compile(r"[<〈\[(]?\s?(표|그림|사진|별표|별첨|붙임|참고|Table|Fig)")
_NOTE = 0.93  # times the size of the text, at most that of its footnotes


@dataclass
class Part:
    """A paragraph, row or heading while it grows."""

    text: str
    lines: list[Line]
    level: int | None = None
    cell_left: float | None = None  # of the last cell, in a table row
    tight: bool = False  # stands close below the part before it
    pages: list[int] = field(default_factory=list)
    rows: list[Block] | None = None  # of a table with rulings

    def is_row(self) -> bool:
        """Tell whether it is the row of a table without rulings."""
        return self.cell_left is not None

    def kind(self) -> str:
        """Return ``row``, ``item`` or ``paragraph``."""
        return "row" if self.is_row() else "item" if marked(self.text) else "paragraph"

    def size(self) -> float | None:
        """Return the size of most of its lines, in points; None for a table with rulings."""
        return round(statistics.median_high(line.size for line in self.lines), 1) if self.lines else None

    def bold(self) -> bool:
        """Tell whether more than half of it is bold."""
        return sum(len(line.text) * (1 if line.bold else -1) for line in self.lines) > 0


def close(part: Part, line: Line, pitch: float) -> bool:
    """Tell whether ``line`` starts below ``part`` without a gap or an indent, as lines of verse or code do."""
    if not part.lines:
        return False
    before = part.lines[-1]
    distance = before.baseline - line.baseline
    return (
        0 < distance < pitch * _PITCH * line.size
        and abs(line.left - before.left) < _INDENT * line.size
        and not part.is_row()
    )


def hangs(row: Part, cell_left: float, line: Line) -> bool:
    """Tell whether a line goes on with the last cell of a row, where the entries of a list hang below their names."""
    names = row.lines[0].runs
    if len(names[-1].text) < _MIN_ENTRY or line.leads or marked(line.text) or _CAPTION.match(line.text):
        return False
    indent = (line.left - names[0].left) / line.size
    apart = all(abs(run.left - line.left) > 0.5 * line.size for run in names)
    return _INDENT < indent < _MAX_HANGING and line.left < cell_left and apart and full(row.lines[-1], line)


def next_column(before: Line, line: Line) -> bool:
    """Tell whether a line starts the column right of that of the line before."""
    return line.left > before.right and line.baseline > before.baseline + _COLUMN_RISE * line.size


def resumes(part: Part, line: Line) -> bool:
    """Tell whether a line may be the rest of a paragraph of the page or column before."""
    before = part.lines[-1]
    if ends(before.text) or (before.zone < 0) != (line.zone < 0):
        return False
    return (
        part.bold() == line.bold and abs(line.size - before.size) < 0.03 * line.size and not _CAPTION.match(line.text)
    )


def notes_first(parts: list[Part], before: int, first: int, line: Line) -> int:
    """Put the footnotes of a page or column before the paragraph above them, if ``line`` is the rest of it.

    ``before`` and ``first`` are where the parts of the last page and of this one begin; returns ``first``.
    """
    if len(parts) > first:
        if not parts[-1].lines or not next_column(parts[-1].lines[-1], line):
            return first
        before = first
    at = len(parts) - 1
    while at > before and _is_note(parts[at], line):
        at -= 1
    if before <= at < len(parts) - 1 and _is_begun(parts[at], line):
        part, notes = parts[at], parts[at + 1 :]
        notes[0].pages, part.pages = part.pages, []
        parts[at:] = [*notes, part]
    return first


def _is_note(part: Part, line: Line) -> bool:
    size = part.size()
    return size is not None and part.level is None and not part.is_row() and size < _NOTE * line.size


def _is_begun(part: Part, line: Line) -> bool:
    """Tell whether a paragraph is one that ``line`` goes on with, on the next page or in the next column."""
    if part.level is not None or not part.lines or part.is_row() or line.cells or marked(line.text):
        return False
    last = part.lines[-1]
    level = not last.runs[0].turn and not line.runs[0].turn
    return level and abs(line.size - last.size) <= SAME_SIZE * last.size and resumes(part, line) and full(last, line)


def apart(before: Line, line: Line, pitch: float) -> bool:
    """Tell whether two lines stand too far apart for one paragraph; a sentence that goes on may be set wider."""
    distance = before.baseline - line.baseline
    if distance <= pitch * _PITCH * line.size:
        return False
    hanging = _MAX_HANGING if distance < _HANGING_PITCH * line.size else _INDENT
    level = abs(before.left - line.left) < hanging * line.size
    return ends(before.text) or not level or distance > _WIDE_PITCH * line.size


def other_indent(part: Part, line: Line) -> bool:
    """Tell whether ``line`` starts a paragraph by where it starts; a sentence that goes on may hang."""
    before = part.lines[-1]
    distance = abs(line.left - before.left)
    if distance < _INDENT * line.size:
        return False
    first = part.lines[0]
    hung = len(part.lines) > 1 and all(first.left < other.left - _INDENT * line.size for other in part.lines[1:])
    if hung and abs(line.left - first.left) < 0.5 * line.size:
        return True  # below lines that hang: the next entry
    if len(part.lines) == 1 and line.left < before.left and marked(part.text) and not ends(before.text):
        return False  # its mark may stand far in
    hanging = len(part.lines) == 1 and (line.left < before.left or marked(part.text))
    return distance > _MAX_HANGING * line.size or (not hanging and ends(before.text))
