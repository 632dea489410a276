"""Characters → runs of text on one line, in the order in which they are drawn."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from onggi.documents.blocks import clean
from onggi.documents.pdf.glyphs import UNREADABLE, Glyphs

_JUMP = 0.25  # em between the baselines of one line
_RAISED = 0.6  # em that a small character (a note's number) may stand off the baseline
_SMALL = 0.85  # times the size of its neighbour
_SUPER = 0.2  # em of a small character that it stands off the baseline at least, if it is raised
_CELL_GAP = 1.2  # em between two cells of a row; justified spaces stay below, cell margins above
_SPACES_GAP = 3.0  # em where spaces are drawn in the gap: letters of a heading set apart
_BACK = 0.3  # em by which a character may stand left of the one before
_EVEN = 0.05  # em by which the spaces of a justified line differ
_MIN_EVEN = 3  # such spaces in a line
_UNEVEN = 1.0  # em between the widths of its words; cells of even widths stand at even distances, too
_SOFT_HYPHENS = "\x02\ufffe\u00ad"
_UNREADABLE = chr(UNREADABLE)
_PLAIN = re.compile("[ -~가-힣]+")  # that cleaning leaves as it is


LETTERS = re.compile(r"[가-힣](?: [가-힣\d])*")
"""Letters with spaces between them."""
_WIDE_SPACE = 0.7  # em, more than is between words


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one line without a wide gap, in one cell of a table.

    Parameters
    ----------
    text : str
        Cleaned, on one line.
    left, right, baseline, size : float
        In points; the size is that of most of its characters.
    bold : bool
        Most of its characters are.
    cell : int
        The cell of a grid of the page that holds it, -1 outside of all.
    spaced, glued : bool
        It ends with a space that was drawn; with a hyphen that only the line break put there.
    turn : int
        Quarter turns against most text of the page.
    order : int
        Which it is among the page's runs, as drawn.
    running : bool
        It is the first of a running head or foot.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool = False
    cell: int = -1
    spaced: bool = False
    glued: bool = False
    turn: int = 0
    order: int = 0
    running: bool = False

    @property
    def top(self) -> float:
        """Upper edge in points."""
        return self.baseline + 0.85 * self.size

    @property
    def bottom(self) -> float:
        """Lower edge in points."""
        return self.baseline - 0.15 * self.size


def runs(glyphs: Glyphs, cells: np.ndarray) -> Iterator[Run]:
    """Yield the runs of a page.

    Parameters
    ----------
    cells : ndarray of int
        The cell of each character.
    """
    if not len(glyphs):
        return
    starts = np.flatnonzero(_starts(glyphs, cells))
    ends = np.append(starts[1:], len(glyphs))
    left, right = np.minimum.reduceat(glyphs.left, starts), np.maximum.reduceat(glyphs.right, starts)
    bold = np.add.reduceat(glyphs.bold.astype(int), starts) * 2 > ends - starts
    low, high = (reduce.reduceat(glyphs.size, starts) for reduce in (np.minimum, np.maximum))
    index = glyphs.index.tolist()
    for order, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        text = _text(glyphs.text, index[start:end])
        if not text:
            continue
        last = index[end - 1]
        size, baseline = float(glyphs.size[start]), float(glyphs.baseline[start])
        if high[order] > low[order] * 1.001:
            size, baseline = _usual(glyphs.size[start:end], glyphs.baseline[start:end])
        yield Run(
            unspaced(text, (right[order] - left[order]) / size),
            float(left[order]),
            float(right[order]),
            baseline,
            size,
            bool(bold[order]),
            int(cells[start]),
            glyphs.text[last + 1 : last + 2] == " ",
            glyphs.text[last] in _SOFT_HYPHENS,
            int(glyphs.turn[start]),
            order,
        )


def _starts(glyphs: Glyphs, cells: np.ndarray) -> np.ndarray:
    """Tell which characters start a run."""
    size = glyphs.size
    larger, smaller = np.maximum(size[1:], size[:-1]), np.minimum(size[1:], size[:-1])
    jump = np.abs(np.diff(glyphs.baseline))
    gap = glyphs.left[1:] - glyphs.right[:-1]
    blanks = np.diff(glyphs.index) > 2  # more than one white character between
    raised = (smaller < _SMALL * larger) & (jump < _RAISED * larger) & (gap < 0.6 * larger)
    broken = (
        ((jump > _JUMP * larger) & ~raised)
        | (gap > np.where(blanks, _SPACES_GAP, _CELL_GAP) * larger)
        | (np.diff(glyphs.left) < -_BACK * larger)
        | (np.diff(glyphs.turn) != 0)
        | (np.diff(cells) != 0)
    )
    return np.concatenate([[True], broken])


def _usual(sizes: np.ndarray, baselines: np.ndarray) -> tuple[float, float]:
    """Return the size of most characters of a run, and their baseline."""
    size = float(np.sort(sizes)[len(sizes) // 2])
    usual = np.abs(sizes - size) < 0.01 * size
    larger = sizes * _SMALL > size
    if larger.any() and baselines[usual].min() > baselines[larger].max() + _SUPER * size:  # more notes than text
        size, usual = float(np.sort(sizes[larger])[int(larger.sum()) // 2]), larger
    return size, float(np.sort(baselines[usual])[int(usual.sum()) // 2])


def unspaced(text: str, width: float) -> str:
    """Return a word without the spaces that set its letters apart.

    Parameters
    ----------
    width : float
        In em. Two letters are a word if the space between them is wide, more are one anyway.

    Examples
    --------
    >>> unspaced("서 울 고 등 법 원", 11), unspaced("제 1 심 판 결", 9), unspaced("주 문", 4), unspaced("새 글", 2.4)
    ('서울고등법원', '제1심판결', '주문', '새 글')
    """
    if text[1:2] != " " or not LETTERS.fullmatch(text):
        return text
    letters = text.split(" ")
    wide = len(letters) > 2 or width > len(letters) + _WIDE_SPACE * (len(letters) - 1)
    return "".join(letters) if wide else text


def stretched(runs: Sequence[Run]) -> bool:
    """Tell whether runs are words of one justified line, whose spaces are as wide as those between cells."""
    size = runs[0].size
    gaps = [after.left - before.right for before, after in itertools.pairwise(runs)]
    widths = [run.right - run.left for run in runs]
    even = len(gaps) >= _MIN_EVEN and max(gaps) - min(gaps) < _EVEN * size
    return even and max(widths) - min(widths) > _UNEVEN * size and not any(" " in run.text for run in runs)


def _text(text: str, index: list[int]) -> str:
    """Return the characters of a run on one line, white space between them as one space."""
    told = text[index[0] : index[-1] + 1]
    words = told.split()
    if sum(map(len, words)) == len(index):
        told = " ".join(words)
    elif len(told) > len(index):  # characters that were left out
        parts = [told[0]]
        for before, at in itertools.pairwise(index):
            if at > before + 1 and any(map(str.isspace, text[before + 1 : at])):
                parts.append(" ")
            parts.append(text[at])
        told = "".join(parts)
    return told if _PLAIN.fullmatch(told) else " ".join(clean(told.replace(_UNREADABLE, "")).split())
