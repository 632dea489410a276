"""A chunk as the pieces questions are asked about: headings, sentences, list items and table rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from onggi.core.schema import Chunk
from onggi.korean.kiwi import Morpheme, analyze

Kind = Literal["heading", "sentence", "item", "step", "row", "note"]

_HEADING = re.compile(r"\s*(#{1,6})\s+")
_BULLET = re.compile(r"\s*(?:[-*+•◦○●□■▪▶►◆❍ㅇ·∙※☞✓]|[가나다라마바사아]\.|\([가-하]\))\s+|\s*[•○●□■▪▶◆❍※☞]")
_STEP = re.compile(r"\s*(?:(?:\(?\d{1,2}[.)]|제?\d{1,2}단계[.:)]?)\s+|[①-⑳]\s*)")
_RULE = re.compile(r"[\s|:=+-]*")
_LABEL = re.compile(
    r"(?:\*\*)?([^:：|.?!,☎]{1,24}?)(?:\*\*)?\s*[:：](?:\*\*)?\s+(?=\S)|"
    r"(?:\*\*)?([가-힣 ·]{1,20}?)(?:\*\*)?[:：](?=[^\d\s/])"
)
_MARKUP = re.compile(r"\*\*|`|(?<!\S)\*+(?=\S)|(?<=\S)\*+(?!\S)|※\s*|\s*[☎☏]\s*")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_SPACE = re.compile(r"\s+")

COLUMN_NAME = re.compile(
    r"구분|항목|종류|내용|대상|비고|금액|기간|시기|시간|장소|이름|명칭|시설|단계|유형|등급|순위|"
    r"조건|기준|분류|요금|과정|강좌명?|품목|방법|서류|용어|뜻|제도|사업|지역|기관|"
    r"회차|날짜|일시|차시|번호|연번|프로그램"
)
"""What the first row of a table calls its columns."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of a chunk; offsets are into the chunk's text.

    ``heading`` is the path of headings above it. ``label`` is what stands before the colon of ``label: value``,
    whose value is then the unit's text. ``cells`` are the offsets of a table row's cells. Pieces of one list or
    table share a ``block``. The morphemes keep the offsets of the chunk.
    """

    kind: Kind
    start: int
    end: int
    heading: tuple[str, ...]
    block: int
    label: str = ""
    label_start: int = -1
    cells: tuple[tuple[int, int], ...] = ()
    morphemes: tuple[Morpheme, ...] = field(default=(), repr=False)


def tidy(text: str) -> str:
    """Return text as it is said: no mark-up, link targets or line breaks, and no final full stop."""
    plain = _MARKUP.sub("", _LINK.sub(r"\1", text.replace("<br>", " ").replace("\\", "")))
    return _SPACE.sub(" ", plain).strip(" \t\n—–-").rstrip(".;,").strip()


def headings(chunk: Chunk) -> tuple[str, ...]:
    """Return the path of headings of a chunk, from the title down."""
    return tuple(name for part in chunk.heading.split(" > ") if (name := tidy(part)))


def units(text: str, heading: tuple[str, ...]) -> list[Unit]:
    """Cut the text of a chunk that lies below ``heading`` into its pieces, each analysed once."""
    morphemes = analyze(text)
    path, levels = list(heading), [0] * len(heading)
    result: list[Unit] = []
    block, before, first = 0, "", 0
    for start, end in _lines(text):
        while first < len(morphemes) and morphemes[first].start < start:
            first += 1
        line = text[start:end]
        if mark := _HEADING.match(line):
            level = len(mark.group(1))
            while levels and levels[-1] >= level:
                path.pop()
                levels.pop()
            if name := tidy(line[mark.end() :]):
                if name not in path:
                    path.append(name)
                    levels.append(level)
                result.append(Unit("heading", start + mark.end(), end, tuple(path), block))
            before = ""
            continue
        if path and tidy(line) in path:
            before = ""
            continue
        if "|" in line and _RULE.fullmatch(line):
            continue
        kind: Kind = "row" if line.count("|") > 1 or " | " in line else "sentence"
        offset = 0
        if kind != "row":
            if mark := _STEP.match(line):
                kind, offset = "step", mark.end()
            elif mark := _BULLET.match(line):
                kind, offset = "item", mark.end()
        if (
            line.lstrip("- ").startswith(("※", "*", "주)"))
            and not line.startswith(("**", "* **"))
            and kind in ("item", "sentence")
        ):
            kind = "note"
        if kind != before:
            block += 1
        before = kind
        inside = [m for m in _until(morphemes, first, end) if m.start >= start + offset]
        result += _pieces(text, kind, start + offset, end, tuple(path), block, inside)
    return result


def _until(morphemes: list[Morpheme], first: int, end: int) -> Iterator[Morpheme]:
    while first < len(morphemes) and morphemes[first].start < end:
        yield morphemes[first]
        first += 1


def _pieces(
    text: str, kind: Kind, start: int, end: int, path: tuple[str, ...], block: int, inside: list[Morpheme]
) -> Iterator[Unit]:
    if kind == "row":
        cells = tuple(_cells(text, start, end))
        yield Unit(kind, start, end, path, block, cells=cells, morphemes=tuple(inside))
        return
    label, label_start = "", -1
    if (mark := _LABEL.match(text, start, end)) and mark.end() < end:
        label, label_start, start = tidy(mark.group(1) or mark.group(2)), start, mark.end()
        inside = [m for m in inside if m.start >= start]
    for a, b in _sentences(text, start, end, inside):
        own = tuple(m for m in inside if a <= m.start < b)
        yield Unit(kind, a, b, path, block, label, label_start, (), own)


def is_header(cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: its words say so, or it alone holds no digit."""
    if (
        len(cells) < 2
        or len(cells[0]) < 2
        or len(set(cells[0])) < len(cells[0])
        or any(len(cell) > 20 for cell in cells[0])
    ):
        return False
    if any(re.search(r"\d", cell) for cell in cells[0][:1]):
        return False
    named = sum(bool(COLUMN_NAME.search(cell)) for cell in cells[0])
    bare = not any(re.search(r"\d", cell) for cell in cells[0])
    if len(cells[0]) == 2 and bare and len(cells) > 2 and all(re.search(r"\d", row[-1]) for row in cells[1:] if row):
        return True
    two_columns = len(cells[0]) == 2
    return named == len(cells[0]) or (
        bare and not two_columns and any(re.search(r"\d", c) for row in cells[1:] for c in row)
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start + len(line) - len(line.lstrip()), start + len(line.rstrip())
        start += len(line) + 1


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    line = text[start:end]
    inner_start = start + (1 if line.startswith("|") else 0)
    inner_end = end - (1 if line.endswith("|") else 0)
    position = inner_start
    for cell in text[inner_start:inner_end].split("|"):
        stripped = cell.strip()
        a = position + len(cell) - len(cell.lstrip()) if stripped else position
        yield a, a + len(stripped)
        position += len(cell) + 1


def _sentences(text: str, start: int, end: int, inside: list[Morpheme]) -> Iterator[tuple[int, int]]:
    """Cut a line behind full stops as Kiwi tags them, so that 3.5 and www.onggi.example stay whole."""
    for m in inside:
        if m.tag == "SF" and m.start >= start and text[m.end : m.end + 1].isspace():
            yield start, m.end
            start = m.end + 1
    while start < end and text[start].isspace():
        start += 1
    if start < end:
        yield start, end
