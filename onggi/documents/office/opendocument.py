"""OpenDocument (ISO/IEC 26300): what texts, sheets and slides have in common."""

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from lxml import etree

from onggi.core.errors import DocumentError
from onggi.documents import xml
from onggi.documents.blocks import Block, row_blocks
from onggi.documents.grid import Cell, fill

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    "office": f"{_NS}office:1.0",
    "style": f"{_NS}style:1.0",
    "text": f"{_NS}text:1.0",
    "table": f"{_NS}table:1.0",
    "draw": f"{_NS}drawing:1.0",
    "presentation": f"{_NS}presentation:1.0",
    "chart": f"{_NS}chart:1.0",
    "fo": f"{_NS}xsl-fo-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@cache
def qn(name: str) -> str:
    """Return a name as lxml writes it.

    Examples
    --------
    >>> qn("text:p")
    '{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p'
    """
    prefix, local = name.split(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


P, H, TABLE, ROW, CELL = (
    qn(f"{name}") for name in ("text:p", "text:h", "table:table", "table:table-row", "table:table-cell")
)
_SPACES = re.compile(r"[ \t\r\n]+")
_SKIPPED = {
    qn("office:annotation"), qn("office:annotation-end"), qn("text:tracked-changes"), qn("text:ruby-text"),
    qn("text:note-citation"), qn("office:event-listeners"), qn("draw:glue-point"),
}  # fmt: skip
_BOXES = {qn("draw:frame"), qn("draw:custom-shape"), qn("draw:rect"), qn("draw:g"), qn("draw:ellipse")}
_MOST_SPACES = 100
_MOST_REPEATS = 1000  # of one row or cell
_MOST_TOLD = 200_000  # cells of a file that are told again because they are repeated


@dataclass(frozen=True, slots=True)
class Look:
    """Size in points and weight of letters, as far as a style says them, and the style it is based on."""

    size: float | None = None
    bold: bool | None = None
    parent: str = ""


@dataclass
class OpenDocument:
    """A file: its parts, and how its styles look."""

    archive: zipfile.ZipFile
    content: etree._Element
    styles: etree._Element | None
    removed: Counter[str] = field(default_factory=Counter)
    told: int = 0
    _looks: dict[str, Look] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, data: bytes, where: str) -> "OpenDocument":
        """Open a file.

        Raises
        ------
        DocumentError
            It is encrypted.
        """
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = set(archive.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise DocumentError(where, "is encrypted", "save it without a password")
        styles = xml.parse(archive.read("styles.xml")) if "styles.xml" in names else None
        found = cls(archive, xml.parse(archive.read("content.xml")), styles)
        for root in (styles, found.content):
            for style in root.iter(qn("style:style")) if root is not None else ():
                if style.get(qn("style:family")) in ("paragraph", "text"):
                    found._looks[style.get(qn("style:name"), "")] = _look(style)
        return found

    def body(self, kind: str) -> etree._Element:
        """Return the body of a document of a kind (``text``, ``spreadsheet``, ``presentation``).

        Raises
        ------
        KeyError
            It is of another kind.
        """
        body = self.content.find(f"{qn('office:body')}/{qn(f'office:{kind}')}")
        if body is None:
            raise KeyError(f"office:{kind}")
        return body

    def title(self) -> str:
        """Return the title that its properties give."""
        if "meta.xml" not in self.archive.namelist():
            return ""
        return next((one.text or "" for one in xml.parse(self.archive.read("meta.xml")).iter(qn("dc:title"))), "")

    def look(self, name: str) -> Look:
        """Return how the letters of a style look, with what the styles say that it is based on."""
        look = self._looks.get(name, Look())
        above, depth = look.parent, 0
        while above in self._looks and depth < 20 and (look.size is None or look.bold is None):
            base = self._looks[above]
            look = Look(base.size if look.size is None else look.size, base.bold if look.bold is None else look.bold)
            above, depth = base.parent, depth + 1
        return look

    def is_title(self, name: str) -> bool:
        """Tell whether a style is that of titles, or based on it."""
        for _ in range(20):
            if name == "Title" or name not in self._looks:
                return name == "Title"
            name = self._looks[name].parent
        return False

    def paragraph(self, element: etree._Element, boxes: list[etree._Element]) -> Block:
        """Return a paragraph as a block, and add the boxes and notes that hang on it to ``boxes``."""
        own = self.look(element.get(qn("text:style-name"), ""))
        said: list[tuple[str, Look]] = []
        self._say(element, own, said, boxes)
        text = "".join(part for part, _ in said)
        sizes: Counter[float | None] = Counter()
        for part, look in said:
            sizes[look.size] += len(part)
        bold = sum(len(part) for part, look in said if look.bold)
        size = sizes.most_common(1)[0][0] if sizes else None
        return Block("\n".join(line.strip(" ") for line in text.split("\n")), size=size, bold=2 * bold > len(text))

    def _say(
        self, element: etree._Element, look: Look, said: list[tuple[str, Look]], boxes: list[etree._Element]
    ) -> None:
        if element.text:
            said.append((_SPACES.sub(" ", element.text), look))
        for child in element.iterchildren():
            if child.tag == qn("text:s"):
                said.append((" " * min(_number(child.get(qn("text:c"))), _MOST_SPACES), look))
            elif child.tag == qn("text:tab"):
                said.append(("\t", look))
            elif child.tag == qn("text:line-break"):
                said.append(("\n", look))
            elif child.tag == qn("text:note"):
                boxes += child.iterchildren(qn("text:note-body"))
            elif child.tag in _BOXES:
                boxes.append(child)
            elif child.tag not in _SKIPPED:
                inner = look
                if child.tag == qn("text:span"):
                    own = self.look(child.get(qn("text:style-name"), ""))
                    inner = Look(own.size or look.size, look.bold if own.bold is None else own.bold)
                self._say(child, inner, said, boxes)
            if child.tail:
                said.append((_SPACES.sub(" ", child.tail), look))

    def text_of(self, element: etree._Element) -> str:
        """Return the paragraphs below an element on one line."""
        parts = (self._plain(one) for one in element.iter(P, H) if not _within_skipped(one, element))
        return " ".join(filter(None, parts))

    def _plain(self, paragraph: etree._Element) -> str:
        if not len(paragraph):
            return _SPACES.sub(" ", paragraph.text or "").strip()
        return self.paragraph(paragraph, []).text

    def table(self, table: etree._Element) -> Iterator[Block]:
        """Yield the rows of a table of a text or a slide."""
        rows: list[list[Cell]] = []
        heads = 0
        for row, is_head in rows_of(table):
            cells = []
            for cell in row.iterchildren(CELL):
                one = Cell(
                    self.text_of(cell) if cell.get(qn("office:value")) != "NaN" else "",
                    _number(cell.get(qn("table:number-columns-spanned"))),
                    _number(cell.get(qn("table:number-rows-spanned"))),
                )
                cells += [one] * self.repeats(cell.get(qn("table:number-columns-repeated")), bool(one.text))
            heads += is_head and len(rows) == heads
            rows += [cells] * self.repeats(
                row.get(qn("table:number-rows-repeated")), sum(bool(one.text) for one in cells)
            )
        yield from row_blocks(fill(rows), heads or None)

    def repeats(self, given: str | None, cells: int) -> int:
        """Return how often something with so many filled cells is told that a file says once and repeats."""
        count = min(_number(given), _MOST_REPEATS)
        self.told += (count - 1) * cells
        return count if self.told < _MOST_TOLD else 1

    def object(self, frame: etree._Element) -> Iterator[Block]:
        """Yield the title and the table of a chart in a frame; each is told once."""
        for mark in frame.iterchildren(qn("draw:object")):
            part = posixpath.normpath(mark.get(qn("xlink:href"), "")) + "/content.xml"
            if part in self._seen or part not in self.archive.namelist():
                continue
            self._seen.add(part)
            root = xml.parse(self.archive.read(part))
            for chart in root.iter(qn("chart:chart")):
                title = chart.find(qn("chart:title"))
                if title is not None and (text := self.text_of(title)):
                    yield Block(text)
                for table in chart.iterchildren(TABLE):
                    yield from (replace(block, size=None) for block in self.table(table))


def rows_of(table: etree._Element, is_head: bool = False) -> Iterator[tuple[etree._Element, bool]]:
    """Yield the rows of a table, and whether each names the columns."""
    for child in table.iterchildren():
        if child.tag == ROW:
            yield child, is_head
        elif child.tag == qn("table:table-header-rows"):
            yield from rows_of(child, True)
        elif child.tag in (qn("table:table-rows"), qn("table:table-row-group")):
            yield from rows_of(child, is_head)


def _within_skipped(element: etree._Element, top: etree._Element) -> bool:
    above = element.getparent()
    while above is not None and above is not top:
        if above.tag in _SKIPPED:
            return True
        above = above.getparent()
    return False


def _look(style: etree._Element) -> Look:
    properties = style.find(qn("style:text-properties"))
    parent = style.get(qn("style:parent-style-name"), "")
    if properties is None:
        return Look(parent=parent)
    size = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?)pt", properties.get(qn("fo:font-size"), ""))
    weight = properties.get(qn("fo:font-weight"))
    bold = weight in ("bold", "600", "700", "800", "900") if weight else None
    return Look(float(size[1]) if size else None, bold, parent)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 1
