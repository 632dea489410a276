"""What DocInfo of HWP 5 says of shapes: sizes and weights of letters, outline levels, numberings, bullets."""

import re
from dataclasses import dataclass, field

from onggi.documents.hwp import records
from onggi.documents.hwp.model import Level, Shape
from onggi.documents.hwp.numbering import KINDS
from onggi.documents.hwp.records import Record, trees

OUTLINE = re.compile(r"(?:개요|outline)\s*(\d+)", re.IGNORECASE)
"""Names of the styles of headings."""

_LEVELS = 7
_HEAD = 12
"""Bytes of what stands before the pattern of a level."""


@dataclass
class DocInfo:
    """Shapes and numberings by their id."""

    letters: list[tuple[float, bool]] = field(default_factory=list)
    """Points and whether bold."""
    shapes: list[Shape] = field(default_factory=list)
    styles: list[int | None] = field(default_factory=list)
    """Outline level."""
    numberings: dict[int, tuple[Level, ...]] = field(default_factory=dict)
    bullets: list[str] = field(default_factory=list)

    def shape(self, shape: int, style: int) -> Shape:
        """Return the shape of a paragraph; the level of its style goes before that of its shape."""
        found = self.shapes[shape] if shape < len(self.shapes) else Shape()
        level = self.styles[style] if style < len(self.styles) else None
        return Shape(level or found.level, found.numbering, found.depth, found.bullet)


def read(stream: bytes, where: str) -> DocInfo:
    """Read the stream DocInfo.

    Raises
    ------
    DocumentError
        See `records.trees`.
    """
    info = DocInfo()
    waiting = []  # shapes name bullets, which may come after them
    for record in trees(stream, where):
        if record.tag == records.CHAR_SHAPE:
            info.letters.append((record.number(42, "I") / 100, bool(record.number(46, "I") & 2)))
        elif record.tag == records.NUMBERING:
            info.numberings[len(info.numberings) + 1] = _levels(record)
        elif record.tag == records.BULLET:
            info.bullets.append(bullet(records.units(record.data[_HEAD : _HEAD + 2])))
        elif record.tag == records.STYLE:
            info.styles.append(_style(record))
        elif record.tag == records.PARA_SHAPE:
            waiting.append(record)
    info.shapes = [_shape(record, info.bullets) for record in waiting]
    return info


def bullet(sign: str) -> str:
    """Return the sign before the items of a list; one that only a font of Hancom's has becomes a round bullet."""
    return "•" if "\ue000" <= sign <= "\uf8ff" or sign == "\ufffd" else sign.strip("\0 ")


def _levels(record: Record) -> tuple[Level, ...]:
    found, offset = [], 0
    for _ in range(_LEVELS):
        kind = record.number(offset, "I") >> 5 & 0xF
        pattern, offset = record.string(offset + _HEAD)
        found.append((pattern, KINDS[kind] if kind < len(KINDS) else KINDS[0]))
    first = record.number(offset, "H")
    starts = [record.number(offset + 2 + 4 * place, "I") for place in range(_LEVELS)]
    starts = [start or 1 for start in starts] if any(starts) else [first or 1] + [1] * (_LEVELS - 1)
    return tuple(Level(pattern, kind, start) for (pattern, kind), start in zip(found, starts, strict=True))


def _style(record: Record) -> int | None:
    name, offset = record.string(0)
    match = OUTLINE.fullmatch(name) or OUTLINE.fullmatch(record.string(offset)[0])
    return int(match[1]) if match else None


def _shape(record: Record, bullets: list[str]) -> Shape:
    flags = record.number(0, "I")
    kind, depth, definition = flags >> 23 & 3, flags >> 25 & 7, record.number(30, "H")
    if kind == 1:
        return Shape(depth + 1, 0, depth)
    if kind == 2:
        return Shape(None, definition, depth)
    if kind == 3:
        return Shape(bullet=bullets[definition - 1] if 0 < definition <= len(bullets) else "•")
    return Shape()
