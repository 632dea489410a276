"""Lines in reading order → paragraphs, list items, headings and table rows.

A PDF says where characters stand, not what belongs together. A line goes on in the next when that line's first word
would not have fitted into what the first left free, and neither size, distance, indent, box nor a list mark tells
them apart.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from onggi.documents.blocks import Block, Place, one_line, row_blocks
from onggi.documents.pdf.breaks import Break, Breaks
from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.parts import Part, apart, close, hangs, next_column, notes_first, other_indent, resumes
from onggi.documents.pdf.phrases import counts_nothing, same_label, unfinished
from onggi.documents.pdf.reading import Item, Line
from onggi.documents.pdf.tables import Cell, Table
from onggi.documents.pdf.widths import SAME_SIZE, cell_full, full, marked, measured, pitch_of, set_apart

_NUMBERS = re.compile(r"[\d\s.,%()~\-–+|’'/]+")
_NUMBERED = re.compile(r"\d,?$")  # as an entry of an index
_CODE = re.compile(r"^[%#{}]|\\[a-z]|[{}]$")
_HANGUL = re.compile("[가-힣]")
_SHRUNK = 0.2  # share by which the size of one line of a sentence may differ from the next
_HANGS = 2.5  # em that the lines of an item stand right of its mark
_PROSE = 20  # em of a line that is no heading
_CELL_PITCH = 1.8  # em between two lines of one cell
_MAX_ROW_LINES = 6
_MAX_CELL_LINES = 3  # of a row without rulings
_MAX_LABEL = 80  # characters of a row that stands alone as a heading in boxes


class Layout:
    """The lines and tables of a document and where its headings stand.

    Parameters
    ----------
    pages : sequence of list of Line or Table
    headings : mapping
        (page, item) → (level, number of lines).
    names : sequence of str
        The label printed on each page, empty where it is its number.
    """

    def __init__(
        self,
        pages: Sequence[list[Item]],
        headings: Mapping[tuple[int, int], tuple[int, int]],
        names: Sequence[str] = (),
    ) -> None:
        self.pages = [measured(items) for items in pages]
        self.headings = headings
        self.names = names
        self.breaks = Breaks(list(_texts(self.pages)), _full_breaks(self.pages))

    def blocks(self) -> list[Block]:
        """Return paragraphs, rows and headings in reading order, page starts marked in them."""
        parts: list[Part] = []
        running: list[Part] = []  # heads and feet, which are told where no paragraph goes on behind them
        waiting = 0  # pages that began without a line so far
        first = 0
        for number, items in enumerate(self.pages):
            waiting += 1
            before, first = first, len(parts)
            pitch = pitch_of([item for item in items if isinstance(item, Line)])
            at = 0
            while at < len(items):
                level, count = self.headings.get((number, at), (None, 1))
                item = items[at]
                at += count
                if isinstance(item, Line) and item.running and level is None:
                    running.append(Part(item.text, [item]))
                    continue
                if isinstance(item, Line) and level is None:
                    goes_on = self._goes_on(parts, notes_first(parts, before, first, item), item, pitch, waiting)
                    waiting = 0 if goes_on else waiting
                    if goes_on:
                        continue
                parts += running
                new = len(parts) - len(running) if running else len(parts)
                running = []
                if isinstance(item, Table):
                    parts.append(self._table(item))
                elif level is not None:
                    lines = [line for line in items[at - count : at] if isinstance(line, Line)]
                    parts.append(Part(" ".join(line.text for line in lines), lines, level))
                else:
                    cell_left = item.runs[-1].left if item.cells else None
                    tight = len(parts) > first and close(parts[-1], item, pitch)
                    parts.append(Part(item.text, [item], None, cell_left, tight))
                parts[new].pages += [0] * waiting
                waiting = 0
        parts += running
        if waiting and parts:  # empty pages at the end
            parts[-1].pages += [len(parts[-1].text)] * waiting
        return list(self._told(parts))

    def _table(self, table: Table) -> Part:
        """Return the rows of a table; a single row of few words is the box around a heading."""
        rows = [self._row(row, table.columns) for row in table.rows]
        runs = [run for row in table.rows for cell in row for line in cell.lines for run in line]
        if len(rows) == 1 and len(text := one_line(" ".join(rows[0]))) <= _MAX_LABEL:
            return Part(text, [Line((run,)) for run in runs])
        return Part("", [], rows=list(row_blocks(rows)))

    def _row(self, row: Sequence[Cell], columns: Sequence[int]) -> list[str]:
        texts = {cell.column: self._cell(cell) for cell in row}
        return [texts.get(column, "") for column in columns]

    def _cell(self, cell: Cell) -> str:
        text = ""
        for one, other in itertools.zip_longest(cell.lines, cell.lines[1:]):
            text += " ".join(run.text for run in one)
            if other is not None:
                text += self.breaks.separator(_cell_break(one, other)) if cell_full(one, other, cell.width) else " "
        return text

    def _goes_on(self, parts: list[Part], first: int, line: Line, pitch: float, waiting: int) -> bool:
        """Add ``line`` to the last part, if it belongs there."""
        if not parts or parts[-1].level is not None or not parts[-1].lines:
            return False
        last = parts[-1]
        before = last.lines[-1]
        if line.runs[0].turn or before.runs[0].turn:
            return False
        if len(parts) > first and not next_column(before, line):
            if _NUMBERS.fullmatch(line.text) and _NUMBERS.fullmatch(before.text) and not line.cells:
                last.text += " " + line.text  # the axis of a chart
                last.lines.append(line)
                return True
            if line.baseline > before.baseline + 0.5 * line.size:
                return _add_cell(parts, first, line)
            if last.is_row():
                return self._add_to_cell(last, line)
            if apart(before, line, pitch) or before.zone != line.zone or other_indent(last, line):
                return False
        elif last.is_row() or not resumes(last, line):
            return False
        if line.cells or before.leads or (line.leads and _NUMBERED.search(before.text)) or not _same_size(last, line):
            return False
        if (
            (marked(line.text) and not counts_nothing(last.text, line.text))
            or set_apart(before)
            or not full(before, line)
        ):
            return False
        if same_label(last.text, line.text) or _is_code(before.text, line.text):
            return False
        separator = self.breaks.separator(_break(before, line))
        if waiting:
            last.pages += [len(last.text) + len(separator)] * waiting
        last.text += separator + line.text
        last.lines.append(line)
        return True

    def _add_to_cell(self, row: Part, line: Line) -> bool:
        before = row.lines[-1]
        distance = before.baseline - line.baseline
        below = row.cell_left is not None and (
            abs(line.left - row.cell_left) < 0.5 * line.size or hangs(row, row.cell_left, line)
        )
        if line.cells or not below or not 0.5 * line.size < distance < _CELL_PITCH * line.size:
            return False
        row.text += self.breaks.separator(_break(before, line)) + line.text
        row.lines.append(line)
        return True

    def _told(self, parts: list[Part]) -> Iterator[Block]:
        before = None
        numbers = itertools.count(1)

        def place() -> Place:
            number = next(numbers)
            return Place("page", number, self.names[number - 1] if self.names else "")

        for part in parts:
            places = tuple((offset, place()) for offset in part.pages)
            if part.rows is not None:
                if places:
                    yield Block("", places=places)
                yield from part.rows
            else:
                tight = part.tight or (
                    before is not None and before.kind() != "paragraph" and before.kind() == part.kind()
                )
                yield Block(part.text, part.level, tight, places, part.size(), part.bold())
            before = part if part.rows is None else None


def _add_cell(parts: list[Part], first: int, line: Line) -> bool:
    """Add a line that stands higher than the last one, and right of it, as the next cell of the same row."""
    for back in range(len(parts) - 1, max(first, len(parts) - 1 - _MAX_ROW_LINES) - 1, -1):
        part = parts[back]
        if part.level is not None or not 0 < len(part.lines) <= _MAX_CELL_LINES:
            return False
        if line.left < part.lines[0].left + line.size:
            return False
        if abs(line.baseline - part.lines[0].baseline) < 0.5 * line.size:
            part.text = " ".join(piece.text for piece in parts[back:]) + " | " + line.text
            part.lines += [other for piece in parts[back + 1 :] for other in piece.lines] + [line]
            part.pages += [len(part.text)] * sum(len(piece.pages) for piece in parts[back + 1 :])
            part.cell_left = line.runs[-1].left
            del parts[back + 1 :]
            return True
    return False


def _same_size(part: Part, line: Line) -> bool:
    """Tell whether a line may go on with a part by size; some writers shrink a line of prose until it fits."""
    before = part.lines[-1]
    other = abs(line.size - before.size)
    if other <= SAME_SIZE * before.size:
        return True
    prose = before.right - before.left > _PROSE * before.size and before.measure - before.right < 0.5 * before.size
    hangs = marked(part.text) and 0.5 * before.size < line.left - part.lines[0].left < _HANGS * before.size
    return prose and other <= _SHRUNK * before.size and (hangs or unfinished(part.text))


def _is_code(before: str, after: str) -> bool:
    """Tell whether two lines are of a program, by their braces, comments and commands, and no Korean in either."""
    return bool((_CODE.search(before) or _CODE.search(after)) and not _HANGUL.search(before + after))


def _break(before: Line, line: Line) -> Break:
    end = before.runs[-1]
    return Break(end.text, line.runs[0].text, end.spaced, end.glued)


def _cell_break(one: Sequence[Run], other: Sequence[Run]) -> Break:
    return Break(one[-1].text, other[0].text, one[-1].spaced, one[-1].glued, in_cell=True)


def _texts(pages: Sequence[list[Item]]) -> Iterator[str]:
    for item in itertools.chain.from_iterable(pages):
        if isinstance(item, Line):
            yield from (run.text for run in item.runs)
        else:
            yield from (run.text for row in item.rows for cell in row for line in cell.lines for run in line)


def _full_breaks(pages: Sequence[list[Item]]) -> Iterator[Break]:
    for items in pages:
        for before, after in itertools.pairwise(items):
            if isinstance(before, Line) and isinstance(after, Line):
                below = before.baseline > after.baseline and before.zone == after.zone
                if below and not before.cells and full(before, after):
                    yield _break(before, after)
