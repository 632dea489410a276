"""A document with stretches of its text replaced, and everything that points into the text moved along.

Sections, origins and tables hold offsets. An offset outside of all edits moves by what the edits before it added;
where an edit takes the start of a stretch, the stretch begins with what replaces it, and where it takes the end, ends
with it, so that two stretches that meet within an edit still do not overlap. A stretch of which nothing is left is
dropped.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from onggi.core.schema import Document, Origin, Section, Table

Stretch = TypeVar("Stretch", Section, Origin, Table)


@dataclass(frozen=True, slots=True)
class Edit:
    """``text`` in place of what stands in [start, end) of a document."""

    start: int
    end: int
    text: str = ""


def edited(document: Document, edits: Sequence[Edit]) -> Document:
    """Return a document with ``edits`` made, which are in order and do not overlap.

    Text that is put where nothing was, or in place of the white space between two sections, is in neither.

    Raises
    ------
    ValueError
        The edits are out of order, overlap, or leave the text.
    """
    if not edits:
        return document
    moved = _Moved(document.text, edits)
    return replace(
        document,
        text=moved.text,
        sections=[Section(old.heading, *new) for old, new in moved.stretches(document.sections)],
        origins=[Origin(*new, old.unit, old.number, old.name) for old, new in moved.stretches(document.origins)],
        tables=[
            Table(start, moved.body(old, start, end), end) for old, (start, end) in moved.stretches(document.tables)
        ],
    )


def renamed(document: Document, change: Callable[[str], str]) -> Document:
    """Return a document with ``change`` made to its title and its headings, which repeat what its text says."""
    sections = [replace(section, heading=list(map(change, section.heading))) for section in document.sections]
    return replace(document, title=change(document.title), sections=sections)


class _Moved:
    """The text after all edits, and where its old offsets are in it."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        bounds = [0, *(bound for edit in edits for bound in (edit.start, edit.end)), len(text)]
        if bounds != sorted(bounds):
            raise ValueError(f"edits out of order or outside of a text of {len(text)} characters: {edits}")
        parts: list[str] = []
        self._edits = edits
        self._starts = [edit.start for edit in edits]
        self._ends = [edit.end for edit in edits]
        self._shifts = [0]  # what is added before the first edit, before the second, …, after the last
        for (before, edit), shift in zip(zip([0, *self._ends], edits, strict=False), self._shifts, strict=False):
            parts += [text[before : edit.start], edit.text]
            self._shifts.append(shift + len(edit.text) - (edit.end - edit.start))
        self.text = "".join([*parts, text[self._ends[-1] :]])

    def low(self, offset: int) -> int:
        """Return where an offset is now; of one within an edit, where its replacement starts."""
        place = bisect_right(self._ends, offset)
        inside = place < len(self._edits) and self._starts[place] < offset
        return (self._starts[place] if inside else offset) + self._shifts[place]

    def high(self, offset: int) -> int:
        """Return where an offset is now; of one within an edit, where its replacement ends."""
        place = bisect_left(self._starts, offset)  # edits that start before it
        if place and self._ends[place - 1] > offset:
            offset = self._ends[place - 1]
        return offset + self._shifts[place]

    def stretches(self, stretches: Sequence[Stretch]) -> list[tuple[Stretch, tuple[int, int]]]:
        """Return each stretch that is left with its new start and end, without white space around it."""
        found: list[tuple[Stretch, tuple[int, int]]] = []
        last = 0
        for stretch in stretches:
            start, end = self._trimmed(max(last, self.low(stretch.start)), self.high(stretch.end))
            if start < end:
                found.append((stretch, (start, end)))
                last = end
        return found

    def body(self, table: Table, start: int, end: int) -> int:
        """Return where the rows that head a table end, which lies in [start, end) now."""
        if table.body == table.start:
            return start
        return max(start, self._trimmed(start, min(end, self.high(table.body)))[1])

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        return start, end
