"""What the header of HWPX says of shapes: sizes and weights of letters, outline levels, numberings, bullets."""

from dataclasses import dataclass, field

from lxml import etree

from onggi.documents.hwp.docinfo import OUTLINE, bullet
from onggi.documents.hwp.model import Level, Shape


@dataclass
class Head:
    """Shapes and numberings by their id."""

    letters: dict[str, tuple[float, bool]] = field(default_factory=dict)
    """Points and whether bold."""
    shapes: dict[str, Shape] = field(default_factory=dict)
    styles: dict[str, int] = field(default_factory=dict)
    """Outline level."""
    numberings: dict[int, tuple[Level, ...]] = field(default_factory=dict)

    def shape(self, shape: str, style: str) -> Shape:
        """Return the shape of a paragraph; the level of its style goes before that of its shape."""
        found = self.shapes.get(shape, Shape())
        return Shape(self.styles.get(style) or found.level, found.numbering, found.depth, found.bullet)


def read(root: etree._Element) -> Head:
    """Read ``header.xml``."""
    head = Head()
    for letter in root.iter("{*}charPr"):
        bold = letter.find("{*}bold") is not None
        head.letters[letter.get("id", "")] = (number(letter.get("height")) / 100, bold)
    for numbering in root.iter("{*}numbering"):
        head.numberings[number(numbering.get("id"))] = _levels(numbering)
    bullets = {sign.get("id", ""): bullet(sign.get("char", "")) for sign in root.iter("{*}bullet")}
    for shape in root.iter("{*}paraPr"):
        head.shapes[shape.get("id", "")] = _shape(shape, bullets)
    for style in root.iter("{*}style"):
        match = OUTLINE.fullmatch(style.get("name", "")) or OUTLINE.fullmatch(style.get("engName", ""))
        if match:
            head.styles[style.get("id", "")] = int(match[1])
    return head


def number(text: str | None, default: int = 0) -> int:
    """Return an attribute as a number; ``default`` where there is none."""
    return int(text) if text and text.isdecimal() else default


def _levels(numbering: etree._Element) -> tuple[Level, ...]:
    heads = sorted(numbering.iterchildren("{*}paraHead"), key=lambda head: number(head.get("level"), 1))
    return tuple(
        Level(head.text or "", head.get("numFormat", "DIGIT"), number(head.get("start"), 1) or 1) for head in heads
    )


def _shape(shape: etree._Element, bullets: dict[str, str]) -> Shape:
    heading = next(shape.iter("{*}heading"), None)
    if heading is None:
        return Shape()
    depth, kind, definition = number(heading.get("level")), heading.get("type"), heading.get("idRef", "")
    if kind == "OUTLINE":
        return Shape(depth + 1, 0, depth)
    if kind == "NUMBER":
        return Shape(None, number(definition), depth)
    return Shape(bullet=bullets.get(definition, "•")) if kind == "BULLET" else Shape()
