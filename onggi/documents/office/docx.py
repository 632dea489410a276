"""DOCX: paragraphs, tables and charts in the order of the body."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from onggi.documents.blocks import Block, Content, Place, row_blocks
from onggi.documents.grid import Cell, fill
from onggi.documents.office import charts
from onggi.documents.office.numbering import Numbering
from onggi.documents.office.package import Package
from onggi.documents.office.word import qn

_HEADING = re.compile(r"(?:heading|제목)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|목차)\s*[1-9]", re.IGNORECASE)
_SAID = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_SKIPPED = {
    qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}  # fmt: skip
_BOX = qn("w:txbxContent")
_NOTES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}
_P, _T, _TBL, _TR, _TC = qn("w:p"), qn("w:t"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_VAL = qn("w:val")


def read(data: bytes, where: str) -> Content:
    """Read the body of a document, and its notes after the paragraphs they belong to.

    Deleted text and the table of contents are left out, and headers and footers, which are counted.
    """
    package = Package(data)
    main = package.main()
    body = package.xml(main).find(qn("w:body"))
    if body is None:
        raise KeyError("body")
    styles = [_styles(package.xml(part)) for part in package.parts("styles", main)]
    numbering = [Numbering.of(package.xml(part)) for part in package.parts("numbering", main)]
    reader = _Reader(package, styles[0] if styles else {}, numbering[0] if numbering else Numbering())
    reader.charts = {
        identifier: part
        for identifier, (kind, part) in package.related(main).items()
        if kind == "chart" and part in package.names
    }
    for kind in ("footnote", "endnote"):
        for part in package.parts(f"{kind}s", main):
            notes = package.xml(part).iterchildren(qn(f"w:{kind}"))
            reader.notes |= {(kind, note.get(qn("w:id"), "")): note for note in notes if not note.get(qn("w:type"))}
    removed = Counter({"headers and footers": sum(_has_text(package, part) for part in _margins(package, main))})
    return Content(reader.whole(body), package.title(), removed=removed)


def _margins(package: Package, main: str) -> list[str]:
    return package.parts("header", main) + package.parts("footer", main)


def _has_text(package: Package, part: str) -> bool:
    return any((text.text or "").strip() for text in package.xml(part).iter(_T))


@dataclass(frozen=True, slots=True)
class _Style:
    level: int | None = None
    contents: bool = False  # of a line in the table of contents
    listed: tuple[int, int] | None = None  # numbering id and level
    size: float | None = None  # of its letters, in points
    bold: bool = False


def _styles(element: etree._Element) -> dict[str, _Style]:
    """Return what each style, with the one it is based on, says of its paragraphs."""
    found = {style.get(qn("w:styleId"), ""): style for style in element.iterchildren(qn("w:style"))}

    def resolve(identifier: str, depth: int = 0) -> _Style:
        style = found.get(identifier)
        if style is None or depth > 20:
            return _Style()
        base = resolve(_child_value(style, "w:basedOn"), depth + 1)
        name = _child_value(style, "w:name")
        level = base.level
        properties = style.find(qn("w:pPr"))
        outline = _child_value(properties, "w:outlineLvl")
        if match := _HEADING.fullmatch(name):
            level = int(match[1])
        elif name.lower() in ("title", "제목"):
            level = 0
        elif outline:
            level = _outline_level(outline)
        listed = _listed(properties) or base.listed
        size, bold = _look(style.find(qn("w:rPr")))
        size, bold = base.size if size is None else size, base.bold if bold is None else bold
        return _Style(level, base.contents or bool(_CONTENTS.fullmatch(name)), listed, size, bold)

    return {identifier: resolve(identifier) for identifier in found}


def _look(properties: etree._Element | None) -> tuple[float | None, bool | None]:
    """Return the size in points and the weight of letters, where properties of a run say them."""
    size = _child_value(properties, "w:sz")
    bold = properties.find(qn("w:b")) if properties is not None else None
    heavy = bold.get(_VAL, "true") not in ("0", "false") if bold is not None else None
    return int(size) / 2 if size.isdecimal() and len(size) < 5 else None, heavy


def _child_value(element: etree._Element | None, tag: str) -> str:
    child = element.find(qn(tag)) if element is not None else None
    return child.get(_VAL, "") if child is not None else ""


def _outline_level(value: str) -> int | None:
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else None  # 9 is body text


def _listed(properties: etree._Element | None) -> tuple[int, int] | None:
    numbering = properties.find(qn("w:numPr")) if properties is not None else None
    number = _child_value(numbering, "w:numId")
    level = _child_value(numbering, "w:ilvl")
    return (int(number), int(level or 0)) if number.isdecimal() else None


class _Reader:
    def __init__(self, package: Package, styles: dict[str, _Style], numbering: Numbering) -> None:
        self.package = package
        self.styles = styles
        self.numbering = numbering
        self.notes: dict[tuple[str, str], etree._Element] = {}
        self.charts: dict[str, str] = {}  # the part of each, by its id
        self.in_list = False

    def whole(self, body: etree._Element) -> Iterator[Block]:
        """Yield the blocks of a body, with the number of the paragraph or table that each is of."""
        number = 0
        for child in body.iterchildren():
            found = list(self._child(child))
            if found:
                number += 1
            for at, block in enumerate(found):
                yield replace(block, places=((0, Place("paragraph", number)),)) if at == 0 else block

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        """Yield the blocks below ``parent``: a body, a cell, a content control or a text box."""
        for child in parent.iterchildren():
            yield from self._child(child)

    def _child(self, child: etree._Element) -> Iterator[Block]:
        if child.tag == _P:
            yield from self._paragraph(child)
        elif child.tag == _TBL:
            self.in_list = False
            yield from self._table(child)
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml")):
            yield from self.blocks(child)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Block]:
        properties = paragraph.find(qn("w:pPr"))
        style = self.styles.get(_child_value(properties, "w:pStyle"), _Style())
        if style.contents:
            return
        parts: list[str] = []
        boxes: list[etree._Element] = []
        _say(paragraph, parts, boxes)
        text = "".join(parts).strip()
        outline = _child_value(properties, "w:outlineLvl")
        level = _outline_level(outline) if outline else style.level
        listed = _listed(properties) or style.listed
        if text:
            label = self.numbering.label(*listed) if listed else ""
            is_item = listed is not None and listed[0] != 0 and level is None
            size, bold = _letters(paragraph, style)
            yield Block(f"{label} {text}" if label else text, level, is_item and self.in_list, size=size, bold=bold)
            self.in_list = is_item
        for box in boxes:
            yield from self.blocks(box)
        for mark in paragraph.iter(charts.CHART) if self.charts else ():
            if part := self.charts.pop(charts.identifier(mark), ""):  # a part may be shown twice; it is told once
                yield from charts.blocks(self.package.xml(part))
        for mark in paragraph.iter(qn("w:footnoteReference"), qn("w:endnoteReference")):
            note = self.notes.pop(
                (_NOTES[mark.tag], mark.get(qn("w:id"), "")), None
            )  # told once, where it is first named
            yield from self.blocks(note) if note is not None else ()

    def _table(self, table: etree._Element) -> Iterator[Block]:
        rows = [list(_within(row, _TC)) for row in _within(table, _TR)]
        if sum(map(len, rows)) == 1:  # a frame around paragraphs
            yield from self.blocks(rows[0][0])
            return
        marks = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in _within(table, _TR)]
        heads = sum(1 for _ in itertools.takewhile(lambda mark: mark is not None, marks))
        yield from row_blocks(fill(self._grid(rows)), heads or None)

    def _grid(self, rows: list[list[etree._Element]]) -> list[list[Cell]]:
        """Turn ``vMerge`` (each cell says whether it goes on from the one above) into row spans."""
        grid: list[list[Cell]] = []
        origins: dict[int, tuple[int, int]] = {}  # column → row and place in it of the cell that reaches down
        for r, row in enumerate(rows):
            cells: list[Cell] = []
            column = 0
            for cell in row:
                properties = cell.find(qn("w:tcPr"))
                span = _child_value(properties, "w:gridSpan")
                columns = int(span) if span.isdecimal() else 1
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                goes_on = merge is not None and merge.get(_VAL, "continue") == "continue"
                if goes_on and column in origins:
                    above, at = origins[column]
                    origin = grid[above][at]
                    grid[above][at] = Cell(origin.text, origin.columns, r - above + 1)
                else:
                    origins.pop(column, None)
                    if merge is not None:
                        origins[column] = (r, len(cells))
                    cells.append(Cell(" ".join(block.text for block in self.blocks(cell)), columns))
                column += columns
            grid.append(cells)
        return grid


def _letters(paragraph: etree._Element, style: _Style) -> tuple[float | None, bool]:
    """Return the size of most letters of a paragraph, and whether most are bold."""
    sizes: Counter[float | None] = Counter()
    bold = letters = 0
    for run in paragraph.iterchildren(qn("w:r")):
        length = sum(len(text.text or "") for text in run.iterchildren(_T))
        size, heavy = _look(run.find(qn("w:rPr")))
        sizes[style.size if size is None else size] += length
        bold += length if (style.bold if heavy is None else heavy) else 0
        letters += length
    return (sizes.most_common(1)[0][0] if sizes else style.size), 2 * bold > letters


def _within(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield rows of a table or cells of a row, through content controls but not into nested tables."""
    for child in element.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _within(child, tag)


def _say(element: etree._Element, parts: list[str], boxes: list[etree._Element]) -> None:
    for child in element.iterchildren():
        if child.tag == _T:
            parts.append(child.text or "")
        elif child.tag in _SAID:
            parts.append(_SAID[child.tag])
        elif child.tag == _BOX:
            boxes.append(child)
        elif child.tag not in _SKIPPED:
            _say(child, parts, boxes)
