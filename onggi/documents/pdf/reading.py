"""The lines and tables of a page in the order in which a person reads them.

Programs draw a page nearly in that order; it is changed only where it contradicts the page: what stands below comes
after what stands above it, and two columns of prose that were drawn line by line are read one after the other.
"""

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from onggi.documents.pdf.lines import LETTERS, Run, stretched, unspaced
from onggi.documents.pdf.pages import Page
from onggi.documents.pdf.tables import Table, tables

_SAME_LINE = 0.4  # em between baselines
_NEAR = 1.2  # em between runs of one cell, as in `lines`
_LABEL = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z가-하]|[ivxIVXⅠ-Ⅻ]+)[.)]|[^\w\s]|[①-⓿❶-➓]|제\d+[조장절]")
_WORD_LETTERS = 2  # that a line may consist of, however far apart they stand
_LETTER_GAP = 4.0  # em between the letters of a word set apart; columns of a table stand further apart
_BOXED = re.compile(r"\d{1,2}|[Ⅰ-Ⅻ]|[^\w\s]|[ⅰ-ⅻ]")
_LABEL_JUMP = 0.6  # em
_LABEL_GAP = 5.0  # em
_MIN_COLUMN_LINES = 4
_MIN_COLUMN_CHARACTERS = 10
_MIN_STACK = 3
_STACKED = 4  # a turn that no text has
_ENTRY = re.compile(r"… (?:\d{1,4}|[ivxl]+)(?:(?:, |[-–])(?:\d{1,4}|[ivxl]+))*,?$")
_LEADERS = re.compile(r"\s*(?:[.·‧∙•…‥ㆍ․⋯・]\s?){5,}\s*|\s*[-─—_]{8,}\s*")


@dataclass(frozen=True)
class Line:
    """A line of text: its runs from left to right.

    ``measure`` is the right edge, in points, of the text that it stands in; ``joined`` says that its runs are no cells
    but words set apart. ``longest`` is the run of most characters, whose size and baseline are the line's; ``left``,
    ``right``, ``top`` and ``bottom`` are its edges in points.
    """

    runs: tuple[Run, ...]
    measure: float = 0.0
    joined: bool = False
    longest: Run = field(init=False, repr=False, compare=False)
    left: float = field(init=False, repr=False, compare=False)
    right: float = field(init=False, repr=False, compare=False)
    top: float = field(init=False, repr=False, compare=False)
    bottom: float = field(init=False, repr=False, compare=False)
    baseline: float = field(init=False, repr=False, compare=False)
    size: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first = longest = self.runs[0]
        right, top = first.right, first.top
        if len(self.runs) > 1:
            longest = max(self.runs, key=lambda run: len(run.text))
            right, top = max(run.right for run in self.runs), max(run.top for run in self.runs)
        bottom = longest.baseline - 0.15 * longest.size
        self.__dict__.update(longest=longest, left=first.left, right=right, top=top, bottom=bottom)
        self.__dict__.update(baseline=longest.baseline, size=longest.size)

    def measured(self, measure: float) -> "Line":
        """Return the line in a text that ends at ``measure``."""
        made = object.__new__(Line)
        made.__dict__.update(self.__dict__, measure=measure)
        return made

    @cached_property
    def text(self) -> str:
        """The whole line, cells parted as in any table, leaders of a table of contents shortened."""
        text = (" " if self.joined else " | ").join(run.text for run in self.runs)
        return _LEADERS.sub(" … ", text).replace("… | ", "… ").strip() or text

    @cached_property
    def bold(self) -> bool:
        """Most of it is."""
        return sum(len(run.text) * (1 if run.bold else -1) for run in self.runs) > 0

    @property
    def cells(self) -> bool:
        """It is a row of a table without rulings."""
        return len(self.runs) > 1 and not self.joined

    @property
    def zone(self) -> int:
        """The box that it stands in, -1 outside of all."""
        return self.runs[0].cell

    @cached_property
    def leads(self) -> bool:
        """It is an entry of a table of contents or of an index."""
        return bool(_ENTRY.search(self.text))

    @property
    def running(self) -> bool:
        """It is a running head or foot."""
        return all(run.running for run in self.runs)

    @property
    def order(self) -> int:
        """That of its first run."""
        return self.runs[0].order


Item = Line | Table


def items(page: Page) -> list[Item]:
    """Return the lines and tables of a page in reading order."""
    found = list(tables(page))
    of_tables = {first for first in page.tables}
    flow = [run for run in page.runs if run.cell < 0 or run.cell - run.cell % 1_000_000 not in of_tables]
    flow = list(_unstacked(flow))
    level = [run for run in flow if not run.turn]
    turned = [run for run in flow if run.turn]
    lines = _columns(list(_with_labels(list(_lines(level)))))
    return [
        *_ordered([*lines, *found], [line.order for line in lines] + [table.order for table in found]),
        *_turned(turned),
    ]


def _lines(runs: Sequence[Run]) -> Iterator[Line]:
    """Yield the lines that runs drawn one after the other form."""
    line: list[Run] = []
    for run in runs:
        if line and not _beside(line[-1], run):
            yield _line(line)
            line = []
        line.append(run)
    if line:
        yield _line(line)


def _beside(before: Run, run: Run) -> bool:
    size = max(before.size, run.size)
    return (
        before.cell == run.cell
        and abs(before.baseline - run.baseline) < _SAME_LINE * size
        and run.left > before.right - 0.5 * size
    )


def _line(runs: list[Run]) -> Line:
    """Return a line; a list mark belongs to what follows it, and single letters are a word set apart."""
    word = len(runs) == _WORD_LETTERS and all(len(run.text) == 1 for run in runs)
    words = stretched(runs)
    together = [runs[0]]
    for run in runs[1:]:
        before = together[-1]
        label = len(together) == 1 and _LABEL.fullmatch(before.text)
        letters = word or (len(run.text) == 1 and run.left - before.right < _LETTER_GAP * run.size)
        letters = letters and bool(LETTERS.fullmatch(before.text))
        if label or letters or words or run.left - before.right < _NEAR * max(run.size, before.size):
            together[-1] = merged(before, run)
        else:
            together.append(run)
    return Line(tuple(map(_unspaced, together)))


def _unspaced(run: Run) -> Run:
    text = unspaced(run.text, (run.right - run.left) / run.size)
    return run if text == run.text else replace(run, text=text)


def merged(before: Run, run: Run) -> Run:
    """Return two runs of a line as one."""
    longer = max(before, run, key=lambda one: len(one.text))
    space = " " if before.spaced or run.left - before.right > 0.15 * run.size else ""
    return replace(
        longer,
        text=before.text + space + run.text,
        left=before.left,
        right=max(before.right, run.right),
        spaced=run.spaced,
        glued=run.glued,
        order=before.order,
    )


def _with_labels(lines: list[Line]) -> Iterator[Line]:
    """Join a number or a mark in a box of its own to what stands beside it."""
    at = 0
    while at < len(lines):
        line = lines[at]
        after = lines[at + 1] if at + 1 < len(lines) else None
        if after is not None and _BOXED.fullmatch(line.text) and not after.runs[0].turn:
            size = max(line.size, after.size)
            gap = after.left - line.right
            if abs(line.baseline - after.baseline) < _LABEL_JUMP * size and -0.5 * size < gap < _LABEL_GAP * size:
                first = merged(line.runs[-1], after.runs[0])
                yield replace(after, runs=(replace(first, cell=after.zone), *after.runs[1:]))
                at += 2
                continue
        yield line
        at += 1


def _columns(lines: list[Line]) -> list[Line]:
    """Read columns of prose one after the other where they were drawn line by line."""
    found: list[Line] = []
    band: list[Line] = []
    for line in [*lines, None]:
        if line is not None and _two_columns([*band, line]):
            band.append(line)
            continue
        if len(band) >= _MIN_COLUMN_LINES:
            places = sorted(run.order for row in band for run in row.runs)
            runs = [row.runs[side] for side in (0, 1) for row in band]
            found += [Line((replace(run, order=at),)) for run, at in zip(runs, places, strict=True)]
        else:
            found += band
        band = []
        if line is not None:
            if _two_columns([line]):
                band = [line]
            else:
                found.append(line)
    return found


def _two_columns(band: list[Line]) -> bool:
    """Tell whether lines are two columns of prose side by side."""
    if any(len(line.runs) != 2 or line.joined for line in band):
        return False
    if max(line.runs[0].right for line in band) > min(line.runs[1].left for line in band):
        return False
    return all(
        statistics.median(len(line.runs[side].text) for line in band) >= _MIN_COLUMN_CHARACTERS for side in (0, 1)
    )


def _unstacked(runs: Sequence[Run]) -> Iterator[Run]:
    """Join single letters that stand one below the other, as on the tab of a chapter, to a run that is turned."""
    at = 0
    while at < len(runs):
        end = at
        while end < len(runs) and len(runs[end].text) == 1 and (end == at or _below(runs[end - 1], runs[end])):
            end += 1
        if end - at >= _MIN_STACK and any(run.text.isalpha() for run in runs[at:end]):
            yield replace(runs[at], text="".join(run.text for run in runs[at:end]), turn=_STACKED)
            at = end
        else:
            yield runs[at]
            at += 1


def _below(before: Run, run: Run) -> bool:
    return (
        abs(before.left - run.left) < 0.5 * run.size
        and 0.5 * run.size < before.baseline - run.baseline < 2.5 * run.size
    )


def _turned(runs: Sequence[Run]) -> Iterator[Line]:
    """Yield text that is turned against the rest of the page, each stretch of it as one line."""
    line: list[Run] = []
    for run in runs:
        if line and (run.turn != line[-1].turn or run.order != line[-1].order + 1):
            yield Line(tuple(line), joined=True)
            line = []
        line.append(run)
    if line:
        yield Line(tuple(line), joined=True)


def _ordered(found: list[Item], drawn: list[int]) -> list[Item]:
    """Sort by the order of drawing, but nothing before what stands above it."""
    found = [found[at] for at in np.argsort(drawn, kind="stable").tolist()]
    if len(found) < 2:
        return found
    left, right, top, bottom = (
        np.array([getattr(item, side) for item in found]) for side in ("left", "right", "top", "bottom")
    )
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    beside = shared > 0.3 * np.minimum(right - left, (right - left)[:, None])
    above = beside & (
        bottom[:, None] > top - 0.35 * np.minimum(top - bottom, (top - bottom)[:, None])
    )  # [i, j]: i is above j
    np.fill_diagonal(above, False)
    if not np.tril(above, -1).any():
        return found
    above &= ~above.T
    waiting = above.sum(axis=0)
    order: list[int] = []
    ready = sorted(np.flatnonzero(waiting == 0).tolist())
    while ready:
        at = ready.pop(0)
        order.append(at)
        for after in np.flatnonzero(above[at]).tolist():
            waiting[after] -= 1
            if not waiting[after]:
                ready.append(after)
        ready.sort()
    return [found[at] for at in order] if len(order) == len(found) else found
