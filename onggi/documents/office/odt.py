"""ODT: headings, paragraphs, lists with their numbers, and tables in the order of the body."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from onggi.documents.blocks import Block, Content, Place
from onggi.documents.office.numbering import numeral
from onggi.documents.office.opendocument import CELL, TABLE, H, OpenDocument, P, qn, rows_of

_KINDS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "가, 나, 다, ...": "ganada",
    "ㄱ, ㄴ, ㄷ, ...": "chosung",
    "①, ②, ③, ...": "decimalEnclosedCircle",
}
_THROUGH = {
    qn("text:section"),
    qn("text:index-body"),
    qn("text:bibliography"),
    qn("text:note-body"),
    qn("draw:text-box"),
}
_CONTENTS = {qn("text:table-of-content"), qn("text:tracked-changes"), qn("office:forms"), qn("text:sequence-decls")}
_FRAMES = {qn("draw:frame"), qn("draw:g"), qn("draw:custom-shape"), qn("draw:rect"), qn("draw:ellipse")}
_DEEPEST = 10


def read(data: bytes, where: str) -> Content:
    """Read the body of a text, and its notes after the paragraphs they belong to.

    Deleted text, comments and the table of contents are left out, and headers and footers, which are counted.

    Raises
    ------
    DocumentError
        It is encrypted.
    """
    document = OpenDocument.of(data, where)
    reader = _Reader(document, _list_styles(document))
    if document.styles is not None:
        margins = document.styles.iter(*(qn(f"style:{name}") for name in ("header", "footer")))
        document.removed["headers and footers"] = sum(bool(document.text_of(margin).strip()) for margin in margins)
    return Content(reader.whole(document.body("text")), document.title(), removed=document.removed)


@dataclass(frozen=True, slots=True)
class _Level:
    """How a list numbers one of its levels; ``kind`` is empty where it does not."""

    kind: str
    before: str
    behind: str
    start: int
    shown: int  # levels that its number shows: 2 for 1.2


def _list_styles(document: OpenDocument) -> dict[str, dict[int, _Level]]:
    """Return the levels of each list style by name, from 1; those of headings under an empty name."""
    found: dict[str, dict[int, _Level]] = {}
    for root in (document.styles, document.content):
        for style in root.iter(qn("text:list-style"), qn("text:outline-style")) if root is not None else ():
            name = style.get(qn("style:name"), "") if style.tag == qn("text:list-style") else ""
            found[name] = {_integer(level.get(qn("text:level")), 1): _level(level) for level in style.iterchildren()}
    return found


def _level(element: etree._Element) -> _Level:
    return _Level(
        _KINDS.get(element.get(qn("style:num-format"), ""), ""),
        element.get(qn("style:num-prefix"), ""),
        element.get(qn("style:num-suffix"), ""),
        _integer(element.get(qn("text:start-value")), 1),
        _integer(element.get(qn("text:display-levels")), 1),
    )


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else default


@dataclass
class _Reader:
    document: OpenDocument
    styles: dict[str, dict[int, _Level]]
    counts: dict[str, Counter[int]] = field(default_factory=dict)  # of each list style, by level
    in_list: bool = False

    def whole(self, body: etree._Element) -> Iterator[Block]:
        """Yield the blocks of a body, with the number of the paragraph, list or table that each is of."""
        number = 0
        for child in body.iterchildren():
            found = list(self._child(child))
            number += bool(found)
            for at, block in enumerate(found):
                yield replace(block, places=((0, Place("paragraph", number)),)) if at == 0 else block

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        for child in parent.iterchildren():
            yield from self._child(child)

    def _child(self, child: etree._Element) -> Iterator[Block]:
        if child.tag in (P, H):
            self.in_list = False
            yield from self._paragraph(child)
        elif child.tag == qn("text:list"):
            self.in_list = False
            yield from self._list(child, child.get(qn("text:style-name"), ""), 1)
        elif child.tag == TABLE:
            self.in_list = False
            yield from self._table(child)
        elif child.tag in _FRAMES:
            yield from self.document.object(child)
            yield from self.blocks(child)
        elif child.tag in _THROUGH or (child.tag not in _CONTENTS and child.find(qn("text:index-body")) is not None):
            yield from self.blocks(child)

    def _paragraph(self, element: etree._Element, label: str = "", item: bool = False) -> Iterator[Block]:
        boxes: list[etree._Element] = []
        block = self.document.paragraph(element, boxes)
        level = _integer(element.get(qn("text:outline-level")), 1) if element.tag == H else None
        if level is None and self.document.is_title(element.get(qn("text:style-name"), "")):
            level = 0
        if level and element.get(qn("text:is-list-header")) != "true":
            label = self._label("", level) or label
        if block.text.strip():
            text = f"{label} {block.text}" if label else block.text
            yield replace(block, text=text, level=level, tight=item and self.in_list and level is None)
            self.in_list = item
        for box in boxes:
            yield from self.document.object(box)
            yield from self.blocks(box)

    def _list(self, element: etree._Element, style: str, depth: int) -> Iterator[Block]:
        style = element.get(qn("text:style-name"), style)
        goes_on = element.get(qn("text:continue-numbering")) == "true" or element.get(qn("text:continue-list"))
        if depth == 1 and not goes_on:
            self.counts.pop(style, None)
        for item in element.iterchildren(qn("text:list-item"), qn("text:list-header")):
            counted = item.tag == qn("text:list-item")
            for child in item.iterchildren():
                if child.tag in (P, H):
                    label = self._label(style, depth) if counted and child.tag == P else ""
                    counted = counted and child.tag == H
                    yield from self._paragraph(child, label, item=True)
                elif child.tag == qn("text:list") and depth < _DEEPEST:
                    yield from self._list(child, style, depth + 1)
                else:
                    yield from self._child(child)

    def _label(self, style: str, depth: int) -> str:
        """Count one paragraph of a list and return its number, nothing for bullets."""
        levels = self.styles.get(style, {})
        counts = self.counts.setdefault(style, Counter())
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        counts[depth] = counts[depth] + 1 if depth in counts else (levels[depth].start if depth in levels else 1)
        if depth not in levels or not levels[depth].kind:
            return ""
        own = levels[depth]
        shown = range(max(1, depth - own.shown + 1), depth + 1)
        numbers = [numeral(counts[at] or levels[at].start, levels[at].kind) for at in shown if at in levels]
        return f"{own.before}{'.'.join(numbers)}{own.behind}"

    def _table(self, table: etree._Element) -> Iterator[Block]:
        cells = [cell for row, _ in rows_of(table) for cell in row.iterchildren(CELL)]
        if len(cells) == 1:  # a frame around paragraphs
            yield from self.blocks(cells[0])
        else:
            yield from self.document.table(table)
