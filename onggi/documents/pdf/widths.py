"""How wide text is set: where a line begins, how far it might have gone, and whether it went that far."""

import itertools
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.reading import Item, Line

_MARK = re.compile(
    r"[①-⓿㉠-㉻❶-➓]|ㅇ\s|\d{1,2}(?:\.\d{1,2})+\.?\s|\(?\d{1,3}[.)](?=\s|[가-힣])(?!\d)"
    r"|\(?[가나다라마바사아자차카타파하][.)]\s|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]{1,4}[.\s]|\(?[ⅰ-ⅻ]+[.)]|제\s?\d+\s?[조장절편관]|\[|<|〈|《|【|\*{2,3}\s|\(\d{1,2}\)|\((?:[a-z]|[ivx]{2,4})\)\s|\([가-하]\)\s"
)
_SYMBOLS = frozenset({"So", "Sm", "Pd", "Po", "Co", "No", "Sk"})
_NO_MARKS = frozenset("…‥.,!?%&'\"/:;@#§‘’“”")
SAME_SIZE = 0.06  # share
_MIN_PITCH_SHARE = 0.1  # of the line distances of a page, for one to be that inside paragraphs
_LETTER_SPACING = 1.6  # em a character
_MIN_FREE = 1.5  # em that a full line may leave free
_MIN_FULL = 10  # em below which no line is taken for a full one
_MIN_FULL_CELL = 3  # em, in a cell with rulings
_CENTRED = 0.4  # em between the left edges of two centred lines
_MAX_REST = 2.5  # em of a word that is left over for the next of them
_PADDING = 1.0  # em that the sides of a cell take from its lines
_WINDOW = 12  # lines before and after, among which the edge of a column is looked for
_MIN_EDGE = 3  # lines that end at one place, for it to be an edge


def marked(text: str) -> bool:
    """Tell whether a line starts with a list mark or a number.

    Examples
    --------
    >>> marked("□ 추진 배경"), marked("가. 목적"), marked("제3조(정의)"), marked("3개 기관")
    (True, True, True, False)
    """
    if _MARK.match(text):
        return True
    first = text[:1]
    return first not in _NO_MARKS and unicodedata.category(first or " ") in _SYMBOLS and text[1:2] != first


def set_apart(line: Line) -> bool:
    """Tell whether a line is a word whose letters are set apart."""
    return line.right - line.left > _LETTER_SPACING * len(line.text) * line.size


def _word(text: str) -> float:
    """Return the width of the first word of a text, in em."""
    return sum(1.0 if character >= "\u2e80" else 0.6 for character in text.split(" ", 1)[0])


def full(before: Line, line: Line) -> bool:
    """Tell whether the first word of ``line`` would not have fitted behind ``before``."""
    if before.right - before.left < _MIN_FULL * before.size:
        return False
    return before.measure - before.right < max(_word(line.text) + 0.3, _MIN_FREE) * line.size


def cell_full(one: Sequence[Run], other: Sequence[Run], width: float) -> bool:
    """Tell whether the first word of a line would not have fitted behind the line before, in a cell of some points."""
    size = one[-1].size
    taken = one[-1].right - one[0].left
    if taken < _MIN_FULL_CELL * size or marked(other[0].text):
        return False
    if abs(one[0].left - other[0].left) > _CENTRED * size and _word(other[0].text) > _MAX_REST:
        return False  # centred lines mostly end where their writer wanted it, but for a syllable or two
    return width - _PADDING * size - taken < _word(other[0].text) * size


def measured(items: list[Item]) -> list[Item]:
    """Return the items of a page, lines with the right edge of the text each of them stands in.

    Of the places near a line where several lines end, that is the nearest right of it; if there is none, the widest
    of the lines near it, where one that sticks out alone does not count.
    """
    lines = [item for item in items if isinstance(item, Line)]
    if not lines:
        return items
    left, right, size = (np.array([getattr(line, side) for line in lines]) for side in ("left", "right", "size"))
    zone = np.array([line.zone if not line.runs[0].turn else -2 - at for at, line in enumerate(lines)])
    place = np.array([at for at, item in enumerate(items) if isinstance(item, Line)])
    near = (np.abs(place[:, None] - place) <= _WINDOW) & (zone[:, None] == zone)
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    near &= shared >= 0.5 * np.minimum((right - left)[:, None], right - left)
    np.fill_diagonal(near, True)
    tolerance = 0.3 * size[:, None]
    ending = _ending(near, np.abs(right[:, None] - right), 0.3 * size)
    edges = (
        near
        & (right >= (right[:, None] - tolerance))
        & (ending >= np.maximum(_MIN_EDGE, near.sum(axis=1) // 5)[:, None])
    )
    nearest = np.where(edges, right, np.inf).min(axis=1)
    measures = iter(
        float(edge) if np.isfinite(edge) else _widest(right[row], _MIN_FREE * one)
        for edge, row, one in zip(nearest, near, size, strict=True)
    )
    return [item.measured(next(measures)) if isinstance(item, Line) else item for item in items]


def _ending(near: np.ndarray, apart: np.ndarray, tolerances: np.ndarray) -> np.ndarray:
    """Return at [i, j] how many of the lines near i end where j ends.

    ``apart`` is how far apart any two end, and a tolerance that of a line i, both in points.
    """
    ending = np.zeros(near.shape, np.float32)
    for tolerance in np.unique(tolerances).tolist():
        its = tolerances == tolerance
        ending[its] = near[its].astype(np.float32) @ (apart < tolerance).astype(np.float32)
    return ending


def _widest(rights: np.ndarray, wide: float) -> float:
    """Return the largest of some right edges to which another is near, or the largest."""
    descending = np.sort(rights)[::-1]
    near = descending[:-1] - descending[1:] < wide
    return float(descending[int(near.argmax())] if near.any() else descending[0])


def pitch_of(lines: list[Line]) -> float:
    """Return the distance of the lines of a paragraph on a page, in em.

    That is the smallest among lines of the page's usual size that is no exception: paragraphs stand further apart.
    """
    usual = statistics.median_high(line.size for line in lines) if lines else 0.0
    distances = Counter(
        round((above.baseline - below.baseline) / below.size, 1)
        for above, below in itertools.pairwise(lines)
        if abs(above.size - usual) + abs(below.size - usual) < SAME_SIZE * usual
        and 0.5 * above.size < above.baseline - below.baseline < 3 * above.size
    )
    least = max(_MIN_PITCH_SHARE * distances.total(), min(2, max(distances.values(), default=0)))
    return min((distance for distance, count in distances.items() if count >= least), default=0.0)
