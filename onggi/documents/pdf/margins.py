"""Page numbers, and running heads and feet: what stands at the same place on page after page.

Only what truly repeats is dropped. A number is a page number where it counts up with the pages; a line is a running
head where the same words (but for such a number) stand at the same height on most pages or, as chapters have
their own, at a height where most pages have a line that repeats. Each is told once, at its first page.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.pages import Page

HEADS, NUMBERS = "running heads and feet", "page numbers"

_MARGIN = 0.14  # of the height of a page
_SIDE = 0.09  # of its width
_MOST_PAGES = 0.5
_MIN_PAGES = 3
_SAME_PLACE = 3.0  # points
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4}|[ivxl]{1,8})(?![\w,]|\.\d)")
_AROUND = r"[\s\-–—―~∼·|<>〈〉《》()\[\]]*"
_ALONE = re.compile(
    rf"(?:p(?:age|\.)?|페이지|쪽)?{_AROUND}#(?:\s*/\s*\d{{1,4}})?{_AROUND}(?:쪽|면|페이지)?", re.IGNORECASE
)
_DASHED = re.compile(r"([-–—―])\s*\d{1,4}\s*\1")
_OF = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")
_ROMAN = re.compile(r"x{0,3}(ix|iv|v?i{0,3})")


def without_margins(pages: Sequence[Page]) -> tuple[list[Page], Counter[str]]:
    """Return the pages without what runs along their margins, and how many of each were dropped."""
    removed: Counter[str] = Counter()
    marginal = [[run for run in page.runs if _in_margin(run, page)] for page in pages]
    counting = _counting(pages, marginal)
    numbers = {
        (at, run.order)
        for at, page in enumerate(pages)
        for run in marginal[at]
        if _is_number(run, at, len(pages), counting)
    }
    heads, first = _heads(pages, marginal, counting, numbers)
    kept = []
    for at, page in enumerate(pages):
        left = [run for run in page.runs if (at, run.order) not in numbers and (at, run.order) not in heads]
        left = [replace(run, running=True) if (at, run.order) in first else run for run in left]
        removed[NUMBERS] += sum((at, run.order) in numbers for run in page.runs)
        removed[HEADS] += sum((at, run.order) in heads for run in page.runs)
        kept.append(page.keeping(left))
    return kept, removed


def _in_margin(run: Run, page: Page) -> bool:
    if any(first <= run.cell < first + 1_000_000 for first in page.tables):
        return False
    outer = run.baseline < _MARGIN * page.height or run.top > (1 - _MARGIN) * page.height
    return outer or run.right < _SIDE * page.width or run.left > (1 - _SIDE) * page.width


def _value(word: str) -> int | None:
    if word.isdecimal():
        return int(word)
    if not word or not _ROMAN.fullmatch(word):
        return None
    digits = [{"i": 1, "v": 5, "x": 10}[letter] for letter in word]
    return sum(-one if one < after else one for one, after in zip(digits, [*digits[1:], 0], strict=True))


def _height(run: Run) -> int:
    return round(run.baseline / _SAME_PLACE)


def _counting(pages: Sequence[Page], marginal: list[list[Run]]) -> set[tuple[int, int]]:
    """Return (height, offset) of numbers that count up with the pages: number = index + offset."""
    seen: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for at, found in enumerate(marginal):
        for run in found:
            for match in _NUMBER.finditer(run.text):
                value = _value(match[1])
                if value is not None:
                    for height in (_height(run) - 1, _height(run), _height(run) + 1):
                        seen[height, value - at].add(at)
    return {
        key
        for key, where in seen.items()
        if len(where) >= _MIN_PAGES and len(where) >= 0.5 * (max(where) - min(where) + 1) / 2
    }


def _masked(run: Run, at: int, counting: set[tuple[int, int]]) -> str:
    """Return the text with ``#`` for what counts up with the pages."""

    def mask(match: re.Match[str]) -> str:
        value = _value(match[1])
        return "#" if value is not None and (_height(run), value - at) in counting else match[0]

    return _NUMBER.sub(mask, run.text)


def _is_number(run: Run, at: int, count: int, counting: set[tuple[int, int]]) -> bool:
    if _ALONE.fullmatch(_masked(run, at, counting)):
        return True
    of = _OF.fullmatch(run.text.strip("-–—― "))
    return bool(_DASHED.fullmatch(run.text)) or (of is not None and int(of[1]) == at + 1 and int(of[2]) == count)


def _heads(
    pages: Sequence[Page], marginal: list[list[Run]], counting: set[tuple[int, int]], numbers: set[tuple[int, int]]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return (page, run) of running heads and feet but for the first time that each is seen, and of the first times."""
    where: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for at, found in enumerate(marginal):
        for run in found:
            if (at, run.order) not in numbers:
                where[_masked(run, at, counting), _height(run)].append((at, run.order))
    repeated = dict(_together(where))
    slots: defaultdict[int, set[int]] = defaultdict(set)
    for (_, height), places in repeated.items():
        slots[height] |= {at for at, _ in places}
    heads: set[tuple[int, int]] = set()
    first: set[tuple[int, int]] = set()
    least = max(_MIN_PAGES, _MOST_PAGES * len(pages))
    for (_, height), places in repeated.items():
        whole = {at for at, _ in places}
        near = slots[height] | slots[height - 1] | slots[height + 1]
        if len(whole) >= min(least, _MIN_PAGES) and len(near) >= least:
            heads |= {place for place in places if place[0] != min(whole)}
            first |= {place for place in places if place[0] == min(whole)}
    return heads, first - heads


def _together(
    where: dict[tuple[str, int], list[tuple[int, int]]],
) -> Iterator[tuple[tuple[str, int], list[tuple[int, int]]]]:
    """Yield the texts that occur on several pages, those of neighbouring heights together."""
    for (text, height), places in where.items():
        below = where.get((text, height - 1), []) if (text, height - 1) in where else []
        together = sorted({*places, *below})
        if len({at for at, _ in together}) >= 2:
            yield (text, height), together
