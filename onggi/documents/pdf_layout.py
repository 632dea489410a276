"""Lines on a page → paragraphs and table rows.

A PDF says where characters stand, not what belongs together. Two rules decide:

- *Is it one paragraph?* A line goes on in the next when that line's first word would not have fitted into what the
  first left free, and neither size, distance, indent nor a list mark tells them apart.
- *Was there a space at the break?* Korean is set with lines broken between words or inside them. Between two Hangul
  syllables the document's own words decide: does the joined word, or do the two parts, occur elsewhere? That counts
  only in documents with many such breaks, some of them surely inside words; in any other, a break is a space.
"""

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from onggi.documents.blocks import Block

_MARK = re.compile(
    r"[•·◦∙‣▪■□○●◎◇◆▶▷※*\-–—]\s|[①-⑳㉠-㉻]|\(?\d{1,3}[.)]\s(?!\d)|\(?[가나다라마바사아자차카타파하][.)]\s"
)
_HANGUL = re.compile(r"[가-힣]+")
_SENTENCE_END = (".", "?", "!", "。", ":", ";")
_SAME_SIZE = 0.1  # share
_INDENT = 0.8  # em
_MIN_PITCH_SHARE = 0.1  # of the line distances of a page, for one to be that inside paragraphs
_PITCH = 1.25  # times the line distance of the page
_CELL_PITCH = 1.8  # em between two lines of one cell
_MIN_FREE = 1.5  # em that a full line may leave free
_MIN_FULL = 10  # em below which no line is taken for a full one
_FEW_LINES = 5  # on a page whose own lines do not tell how wide text is set
_MAX_ROW_LINES = 6
_SOME_INSIDE = 0.1  # share of the decided breaks that are inside words, for evidence of one to count
_MOST_INSIDE = 0.5  # share above which a break without evidence counts as one inside a word
_MIN_DECIDED = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters of a line without a wide gap; left and right in points."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its segments, baseline and font size in points, and how it ends.

    ``spaced``: with a space that was drawn; ``glued``: with a hyphen that only the line break put there;
    ``measure``: the right edge of the text it stands in (see `_measured`).
    """

    segments: tuple[Segment, ...]
    baseline: float
    size: float
    spaced: bool = False
    glued: bool = False
    measure: float = 0.0

    @property
    def text(self) -> str:
        """The whole line, cells parted as in any table."""
        return " | ".join(segment.text for segment in self.segments)

    @property
    def left(self) -> float:
        """Left edge in points."""
        return self.segments[0].left

    @property
    def right(self) -> float:
        """Right edge in points."""
        return self.segments[-1].right


@dataclass
class _Part:
    """A paragraph, row or heading while it grows."""

    text: str
    lines: list[Line]
    level: int | None = None
    cell_left: float | None = None  # of the last cell, in a table row
    tight: bool = False  # stands close below the part before it
    pages: list[int] = field(default_factory=list)

    def is_row(self) -> bool:
        return self.cell_left is not None

    def kind(self) -> str:
        return "row" if self.is_row() else "item" if _MARK.match(self.text) else "paragraph"


class Layout:
    """The lines of a document and where its headings stand.

    Parameters
    ----------
    pages : list of list of Line
    headings : mapping
        (page, line) → (level, number of lines).
    """

    def __init__(self, pages: list[list[Line]], headings: Mapping[tuple[int, int], tuple[int, int]]) -> None:
        widest = max(map(_right_edge, pages), default=0.0)
        self.pages = [_measured(lines, widest) for lines in pages]
        self.headings = headings
        self.breaks = Breaks(self.pages)

    def blocks(self) -> list[Block]:
        """Return paragraphs, rows and headings in reading order, page starts marked in them."""
        parts: list[_Part] = []
        waiting = 0  # pages that began without a line so far
        for number, lines in enumerate(self.pages):
            waiting += 1
            first = len(parts)
            pitch = _pitch(lines)
            at = 0
            while at < len(lines):
                level, count = self.headings.get((number, at), (None, 1))
                line = lines[at]
                if level is not None:
                    text = " ".join(other.text for other in lines[at : at + count])
                    parts.append(_Part(text, lines[at : at + count], level, pages=[0] * waiting))
                elif not self._goes_on(parts, first, line, pitch, waiting):
                    cell_left = line.segments[-1].left if len(line.segments) > 1 else None
                    tight = len(parts) > first and _close(parts[-1], line, pitch)
                    parts.append(_Part(line.text, [line], None, cell_left, tight, [0] * waiting))
                waiting = 0
                at += count
        if waiting and parts:  # empty pages at the end
            parts[-1].pages += [len(parts[-1].text)] * waiting
        return list(_told(parts))

    def _goes_on(self, parts: list[_Part], first: int, line: Line, pitch: float, waiting: int) -> bool:
        """Add ``line`` to the last part, if it belongs there."""
        if not parts or parts[-1].level is not None:
            return False
        last = parts[-1]
        before = last.lines[-1]
        if len(parts) > first:
            if line.baseline > before.baseline + 0.5 * line.size:
                return _add_cell(parts, first, line)
            if last.is_row():
                return self._add_to_cell(last, line)
            apart = before.baseline - line.baseline > pitch * _PITCH * line.size
            if apart or _other_indent(last, line):
                return False
        elif before.text.endswith(_SENTENCE_END) or last.is_row():  # on the page before
            return False
        if len(line.segments) > 1 or abs(line.size - before.size) > _SAME_SIZE * before.size:
            return False
        if _MARK.match(line.text) or not _full(before, line):
            return False
        separator = self.breaks.separator(before, line)
        if waiting:
            last.pages += [len(last.text) + len(separator)] * waiting
        last.text += separator + line.text
        last.lines.append(line)
        return True

    def _add_to_cell(self, row: _Part, line: Line) -> bool:
        before = row.lines[-1]
        distance = before.baseline - line.baseline
        below = row.cell_left is not None and abs(line.left - row.cell_left) < 0.5 * line.size
        if len(line.segments) > 1 or not below or not 0.5 * line.size < distance < _CELL_PITCH * line.size:
            return False
        row.text += self.breaks.separator(before, line) + line.text
        row.lines.append(line)
        return True


def _add_cell(parts: list[_Part], first: int, line: Line) -> bool:
    """Add a line that stands higher than the last one, and right of it, as the next cell of the same row."""
    for back in range(len(parts) - 1, max(first, len(parts) - 1 - _MAX_ROW_LINES) - 1, -1):
        part = parts[back]
        if part.level is not None or line.left < part.lines[0].left + line.size:
            return False
        if abs(line.baseline - part.lines[0].baseline) < 0.5 * line.size:
            part.text = " ".join(piece.text for piece in parts[back:]) + " | " + line.text
            part.lines += [other for piece in parts[back + 1 :] for other in piece.lines] + [line]
            part.pages += [len(part.text)] * sum(len(piece.pages) for piece in parts[back + 1 :])
            part.cell_left = line.segments[-1].left
            del parts[back + 1 :]
            return True
    return False


def _told(parts: list[_Part]) -> Iterator[Block]:
    before = None
    for part in parts:
        tight = part.tight or (before is not None and before.kind() != "paragraph" and before.kind() == part.kind())
        yield Block(part.text, part.level, tight, tuple(part.pages))
        before = part


def _close(part: _Part, line: Line, pitch: float) -> bool:
    """Tell whether ``line`` starts below ``part`` without a gap or an indent, as lines of verse or code do."""
    before = part.lines[-1]
    distance = before.baseline - line.baseline
    return (
        0 < distance < pitch * _PITCH * line.size
        and abs(line.left - before.left) < _INDENT * line.size
        and not part.is_row()
    )


def _other_indent(part: _Part, line: Line) -> bool:
    before = part.lines[-1]
    marked = bool(_MARK.match(part.lines[0].text))
    hanging = marked and len(part.lines) == 1
    indented = line.left - before.left > _INDENT * line.size
    outdented = before.left - line.left > _INDENT * line.size
    return (indented and not hanging) or (outdented and (marked or len(part.lines) > 1))


def _full(before: Line, line: Line) -> bool:
    """Tell whether the first word of ``line`` would not have fitted behind ``before``."""
    word = sum(1.0 if character >= "\u2e80" else 0.6 for character in line.text.split(" ", 1)[0])  # em
    if before.right - before.left < _MIN_FULL * before.size:
        return False
    return before.measure - before.right < max(word + 0.3, _MIN_FREE) * line.size


def _right_edge(lines: list[Line]) -> float:
    """Return the right edge of the text on a page, in points; one line that sticks out alone does not move it."""
    edges = sorted((line.right for line in lines), reverse=True)
    near = _MIN_FREE * max((line.size for line in lines), default=0.0)
    return next((edge for edge, other in itertools.pairwise(edges) if edge - other < near), max(edges, default=0.0))


def _measured(lines: list[Line], widest: float) -> list[Line]:
    """Return the lines of a page with the right edge of the text each of them stands in.

    That is the page's, or the widest of the document on a page of few lines, but for neighbours which both edges
    show to be set in a narrower column: a box, a quotation.
    """
    page = _right_edge(lines) if len(lines) >= _FEW_LINES else widest

    def column(one: Line, other: Line) -> bool:
        return abs(one.right - other.right) < 0.3 * one.size and abs(one.left - other.left) < 0.3 * one.size

    def measure(at: int) -> float:
        neighbours = lines[max(at - 1, 0) : at] + lines[at + 1 : at + 2]
        return lines[at].right if any(column(lines[at], other) for other in neighbours) else page

    return [replace(line, measure=measure(at)) for at, line in enumerate(lines)]


def _pitch(lines: list[Line]) -> float:
    """Return the distance of the lines of a paragraph on a page, in em.

    That is the smallest among lines of the page's usual size that is no exception: paragraphs stand further apart.
    """
    usual = statistics.median_high(line.size for line in lines) if lines else 0.0
    distances = Counter(
        round((above.baseline - below.baseline) / below.size, 1)
        for above, below in itertools.pairwise(lines)
        if abs(above.size - usual) + abs(below.size - usual) < _SAME_SIZE * usual
        and 0.5 * above.size < above.baseline - below.baseline < 3 * above.size
    )
    least = max(_MIN_PITCH_SHARE * distances.total(), min(2, max(distances.values(), default=0)))
    return min((distance for distance, count in distances.items() if count >= least), default=0.0)


class Breaks:
    """Whether lines of a document are broken inside words, judged by the document's own words.

    Words at the ends of lines are left out of the count: they may be halves.
    """

    def __init__(self, pages: list[list[Line]]) -> None:
        self.words: Counter[str] = Counter()
        self.beginnings: Counter[str] = Counter()
        self.endings: Counter[str] = Counter()
        for line in (line for lines in pages for line in lines):
            text = line.text
            for match in _HANGUL.finditer(text):
                if match.start() > 0 and match.end() < len(text):
                    word = match[0]
                    self.words[word] += 1
                    self.beginnings.update(word[:length] for length in range(1, len(word) + 1))
                    self.endings.update(word[-length:] for length in range(1, len(word)))
        pairs = [pair for lines in pages for pair in _full_pairs(lines)]
        self.marks_spaces = sum(before.spaced for before, _ in pairs) > 0.2 * len(pairs)
        decided = [verdict for before, after in pairs if (verdict := self._inside(before, after)) is not None]
        self.inside_share = sum(decided) / len(decided) if len(decided) >= _MIN_DECIDED else 0.0

    def separator(self, before: Line, after: Line) -> str:
        """Return what joins two lines of one paragraph: a space, or nothing."""
        if before.glued or re.search(r"\w[-\u2010\u2011]$", before.text):
            return ""
        if not _hangul_on_both_sides(before, after) or before.spaced:
            return " "
        if self.marks_spaces:
            return ""
        if self.inside_share < _SOME_INSIDE:
            return " "
        inside = self._inside(before, after)
        return "" if inside or (inside is None and self.inside_share > _MOST_INSIDE) else " "

    def _inside(self, before: Line, after: Line) -> bool | None:
        """Tell whether the break is inside a word; None where the document has no evidence."""
        head = before.text[_last_run(before.text) :]
        match = _HANGUL.match(after.text)
        tail = match[0] if match else ""
        alone, begins = self.words[head], self.beginnings[tail[:2]]
        if self.words[head + tail] > min(alone, begins):
            return True
        if not begins and self.endings[tail]:  # a particle, an ending
            return True
        if not alone and self.beginnings[head + tail[:1]]:
            return True
        return False if alone and begins else None


def _full_pairs(lines: list[Line]) -> Iterator[tuple[Line, Line]]:
    for before, after in itertools.pairwise(lines):
        if _hangul_on_both_sides(before, after) and before.baseline > after.baseline and _full(before, after):
            yield before, after


def _hangul_on_both_sides(before: Line, after: Line) -> bool:
    return bool(_HANGUL.match(before.text[-1:]) and _HANGUL.match(after.text[:1]))


def _last_run(text: str) -> int:
    start = len(text)
    while start and "가" <= text[start - 1] <= "힣":
        start -= 1
    return start
