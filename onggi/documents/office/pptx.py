"""PPTX: the slides in their order, titles as headings, charts as tables, notes after their slide."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from onggi.documents.blocks import Block, Content, Place, row_blocks
from onggi.documents.grid import Cell, fill
from onggi.documents.office import charts
from onggi.documents.office.package import Package

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHARTEX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLES = {"title", "ctrTitle"}
_FRAME = {"dt", "ftr", "sldNum", "hdr", "sldImg"}
_INSIDE = {f"{_P}grpSp", f"{_MC}AlternateContent", f"{_MC}Choice"}


def read(data: bytes, where: str) -> Content:
    """Read the slides that are shown; dates, feet and numbers of slides, and hidden slides, are left out."""
    package = Package(data)
    main = package.main()
    related = package.related(main)
    presentation = package.xml(main)
    parts = [related.get(slide.get(_ID, ""), ("", ""))[1] for slide in presentation.iter(f"{_P}sldId")]
    reader = _Reader(package)
    return Content(
        reader.slides([part for part in parts if part in package.names]), package.title(), removed=reader.removed
    )


@dataclass
class _Reader:
    package: Package
    removed: Counter[str] = field(default_factory=Counter)

    def slides(self, parts: list[str]) -> Iterator[Block]:
        for number, part in enumerate(parts, start=1):
            slide = self.package.xml(part)
            if slide.get("show") in ("0", "false"):
                self.removed["hidden slides"] += 1
                continue
            place = Place("slide", number)
            for block in self._slide(slide, part):
                yield replace(block, places=((0, place),))

    def _slide(self, slide: etree._Element, part: str) -> Iterator[Block]:
        shapes = [shape for tree in slide.iter(f"{_P}spTree") for shape in _shapes(tree)]
        titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
        for shape in titles:
            text = " ".join(block.text for block in _paragraphs(shape))
            yield Block(text, level=1)
        for shape in shapes:
            if shape.tag == f"{_P}graphicFrame":
                yield from self._graphic(shape, part)
            elif _placeholder(shape) in _FRAME:
                self.removed["slide numbers, dates and feet"] += any(_paragraphs(shape))
            elif shape not in titles:
                yield from _paragraphs(shape)
        for notes in self.package.parts("notesSlide", part):
            for shape in self.package.xml(notes).iter(f"{_P}sp"):
                if _placeholder(shape) not in _FRAME:
                    yield from _paragraphs(shape)

    def _graphic(self, frame: etree._Element, part: str) -> Iterator[Block]:
        for table in frame.iter(f"{_A}tbl"):
            look = table.find(f"{_A}tblPr")
            heads = 1 if look is not None and look.get("firstRow") in ("1", "true") else None
            yield from row_blocks(fill(_row(row) for row in table.iterchildren(f"{_A}tr")), heads)
        if next(frame.iter(f"{_DGM}relIds"), None) is not None:
            for diagram in self.package.parts("diagramData", part):
                for point in self.package.xml(diagram).iter(f"{_DGM}pt"):
                    yield from _paragraphs(point)
        for mark in frame.iter(charts.CHART):
            kind, chart = self.package.related(part).get(charts.identifier(mark), ("", ""))
            if kind == "chart" and chart in self.package.names:
                yield from charts.blocks(self.package.xml(chart))
            else:
                self.removed["charts"] += 1
        self.removed["charts"] += next(frame.iter(_CHARTEX), None) is not None


def _shapes(tree: etree._Element) -> Iterator[etree._Element]:
    for shape in tree.iterchildren():
        if shape.tag in _INSIDE:
            yield from _shapes(shape)
        elif shape.tag in (f"{_P}sp", f"{_P}graphicFrame"):
            yield shape


def _placeholder(shape: etree._Element) -> str:
    mark = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return mark.get("type", "body") if mark is not None else ""


def _row(row: etree._Element) -> list[Cell]:
    return [
        Cell(" ".join(b.text for b in _paragraphs(cell)), _number(cell.get("gridSpan")), _number(cell.get("rowSpan")))
        for cell in row.iterchildren(f"{_A}tc")
        if cell.get("hMerge") not in ("1", "true") and cell.get("vMerge") not in ("1", "true")
    ]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 1


def _paragraphs(shape: etree._Element) -> Iterator[Block]:
    """Yield the paragraphs of a shape, all but the first on the next line."""
    tight = False
    for paragraph in shape.iter(f"{_A}p"):
        parts: list[str] = []
        sizes: Counter[float] = Counter()
        bold = 0
        for run in paragraph.iterchildren(f"{_A}r", f"{_A}br", f"{_A}fld"):
            text = "\n" if run.tag == f"{_A}br" else run.findtext(f"{_A}t") or ""
            parts.append(text)
            look = run.find(f"{_A}rPr")
            if look is not None and look.get("sz", "").isdecimal():
                sizes[int(look.get("sz", "0")) / 100] += len(text)
            bold += len(text) if look is not None and look.get("b") in ("1", "true") else 0
        text = "".join(parts).strip()
        if text:
            size = sizes.most_common(1)[0][0] if sizes else None
            yield Block(text, tight=tight, size=size, bold=2 * bold > len(text))
            tight = True
