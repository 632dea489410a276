"""HWPX (KS X 6101, OWPML): paragraphs and tables of each section.

The namespaces of 2011, 2016 and 2024 differ in nothing that is read here, so elements go by their local names.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, row_blocks
from onggi.documents.grid import Cell, fill

_SECTION = re.compile(r"(?:.*/)?section(\d+)\.xml", re.IGNORECASE)
_OUTLINE = re.compile(r"(?:개요|outline)\s*(\d+)", re.IGNORECASE)
_SAID = {"lineBreak": "\n", "tab": "\t", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
_UNSEEN = {"header", "footer", "footNote", "endNote", "hiddenComment", "secPr", "shapeComment", "parameters"}


def read(data: bytes, where: str) -> Content:
    """Read the sections of a document; headers, footers and notes are left out.

    Raises
    ------
    DocumentError
        The document is encrypted, or has no section.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise DocumentError(where, "is encrypted", "save it without a password")
        sections = sorted((int(match[1]), name) for name in names if (match := _SECTION.fullmatch(name)))
        if not sections:
            raise DocumentError(where, "is no HWPX document (it has no Contents/section0.xml)", "save it again")
        title = _title(archive, names)
        reader = _Reader(_levels(archive, names))
        found = [block for _, name in sections for block in reader.blocks(_parse(archive.read(name)))]
    return Content(found, title)


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(data, parser)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _title(archive: zipfile.ZipFile, names: list[str]) -> str:
    package = next((name for name in names if name.endswith("content.hpf")), "")
    if not package:
        return ""
    return next((e.text or "" for e in _parse(archive.read(package)).iter("{*}title")), "")


@dataclass(frozen=True, slots=True)
class _Levels:
    """Heading levels by the id of a style and by the id of a paragraph shape."""

    styles: dict[str, int]
    shapes: dict[str, int]


def _levels(archive: zipfile.ZipFile, names: list[str]) -> _Levels:
    levels = _Levels({}, {})
    header = next((name for name in names if name.endswith("header.xml")), "")
    if not header:
        return levels
    root = _parse(archive.read(header))
    for style in root.iter("{*}style"):
        match = _OUTLINE.fullmatch(style.get("name", "")) or _OUTLINE.fullmatch(style.get("engName", ""))
        if match:
            levels.styles[style.get("id", "")] = int(match[1])
    for shape in root.iter("{*}paraPr"):
        heading = next(shape.iter("{*}heading"), None)
        if heading is not None and heading.get("type") == "OUTLINE" and heading.get("level", "").isdecimal():
            levels.shapes[shape.get("id", "")] = int(heading.get("level", "0")) + 1
    return levels


class _Reader:
    def __init__(self, levels: _Levels) -> None:
        self.levels = levels

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        """Yield the blocks of the paragraphs straight below ``parent``: a section, or the list of a cell or a box."""
        for paragraph in parent.iterchildren("{*}p"):
            yield from self._paragraph(paragraph)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Block]:
        level = self.levels.styles.get(paragraph.get("styleIDRef", ""))
        level = level or self.levels.shapes.get(paragraph.get("paraPrIDRef", ""))
        parts: list[str] = []
        inner: list[etree._Element] = []  # tables and boxes, told after the text they are anchored in
        for run in paragraph.iterchildren("{*}run"):
            _say(run, parts, inner)
        yield Block("".join(parts), level)
        for element in inner:
            if _local(element) == "tbl":
                yield from self._table(element)
            else:
                yield from self.blocks(element)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        lists = [[cell.find("{*}subList") for cell in row.iterchildren("{*}tc")] for row in table.iterchildren("{*}tr")]
        only = lists[0][0] if len(lists) == 1 and len(lists[0]) == 1 else None
        if only is not None:  # a frame around paragraphs
            yield from self.blocks(only)
            return
        rows = [[self._cell(cell) for cell in row.iterchildren("{*}tc")] for row in table.iterchildren("{*}tr")]
        yield from row_blocks(fill(rows))
        for caption in table.iterchildren("{*}caption"):
            for inner in caption.iterchildren("{*}subList"):
                yield from self.blocks(inner)

    def _cell(self, cell: etree._Element) -> Cell:
        inner = cell.find("{*}subList")
        text = " ".join(block.text for block in self.blocks(inner)) if inner is not None else ""
        span = cell.find("{*}cellSpan")
        columns, rows = (span.get("colSpan", "1"), span.get("rowSpan", "1")) if span is not None else ("1", "1")
        return Cell(text, int(columns) if columns.isdecimal() else 1, int(rows) if rows.isdecimal() else 1)


def _say(element: etree._Element, parts: list[str], inner: list[etree._Element]) -> None:
    for child in element.iterchildren():
        if not isinstance(child.tag, str):
            continue  # an entity, which is not resolved
        name = _local(child)
        if name == "t":
            _say_text(child, parts)
        elif name in ("tbl", "subList"):
            inner.append(child)
        elif name == "mainText":  # of a word with small text above it
            parts.append(child.text or "")
        elif name not in _UNSEEN:
            _say(child, parts, inner)


def _say_text(element: etree._Element, parts: list[str]) -> None:
    """Tell the text of one ``hp:t``, which mixes characters with marks; what was deleted in tracking is left out."""
    deleted = False
    parts.append(element.text or "")
    for mark in element.iterchildren():
        name = _local(mark) if isinstance(mark.tag, str) else ""
        deleted = name == "deleteBegin" or (deleted and name != "deleteEnd")
        parts.append(_SAID.get(name, ""))
        if not deleted:
            parts.append(mark.tail or "")
