"""DocBook and Mallard: the two XML formats that manuals are written in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from onggi.documents import xml
from onggi.documents.blocks import Block, Content, Place, one_line, row_blocks
from onggi.documents.grid import Cell, fill

_SECTIONS = {"book", "part", "chapter", "appendix", "preface", "article", "section", "simplesect", "refentry", "page"}
_SECTIONS |= {"glossary", "refsection", "refsect1", "refsect2", *(f"sect{level}" for level in range(1, 6))}
_PASSED = {"info", "indexterm", "index", "remark", "toc", "links", "link-group", "imageobject", "colspec", "refmeta"}
_PASSED |= {f"{name}info" for name in ("book", "article", "chapter", "section", "appendix", "sect1", "sect2", "sect3")}
_PARAGRAPHS = {"para", "simpara", "p", "title", "subtitle", "term", "synopsis", "attribution", "refname", "refpurpose"}
_PARAGRAPHS |= {"caption", "cite"}
_VERBATIM = {"programlisting", "screen", "literallayout", "listing"}
_TABLES = {"table", "informaltable"}
_ORDERED = {"orderedlist", "procedure", "steps"}
_LISTS = {*_ORDERED, "itemizedlist", "simplelist", "variablelist", "segmentedlist", "list", "terms", "tree"}
_ITEMS = {"listitem", "item", "step", "varlistentry"}
_ROWS = {"row", "tr"}
_CELLS = {"entry", "td", "th", "entrytbl"}


def read(data: bytes, where: str) -> Content:
    """Read a book, an article or a page; what describes it, its index and its pictures are left out."""
    root = xml.parse(data)
    reader = _Reader()
    found = list(reader.blocks(root, 0))
    heading = root.find("./{*}title")
    described = root.find("./{*}info/{*}title")
    title = next((one_line(_text(one)) for one in (heading, described) if one is not None), "")
    return Content(found, title, removed=reader.removed)


@dataclass
class _Reader:
    number: int = 0
    removed: Counter[str] = field(default_factory=Counter)

    def blocks(self, element: etree._Element, depth: int, marker: str = "", tight: bool = False) -> Iterator[Block]:
        """Yield what stands in an element that holds others."""
        name = _name(element)
        inside = depth + (name in _SECTIONS)
        items = 0
        for child in element.iterchildren(etree.Element):
            kind = _name(child)
            if kind == "title" and name in _SECTIONS:
                yield self._block(_text(child), level=max(inside, 1))
                continue
            if kind in _ITEMS:
                items += 1
                marker, tight = f"{items}. " if name in _ORDERED else "", items > 1
            for block in self._one(child, kind, inside, marker, tight):
                yield block
                marker, tight = "", tight or kind in _ITEMS or name in _ITEMS

    def _one(self, child: etree._Element, kind: str, depth: int, marker: str, tight: bool) -> Iterator[Block]:
        if kind in _PASSED:
            self.removed["index entries and descriptions"] += kind != "colspec"
        elif kind in _TABLES:
            yield from self._table(child)
        elif kind in _VERBATIM or (kind == "code" and _name(child.getparent()) not in _PARAGRAPHS):
            yield self._block("".join(map(str, child.itertext())), tight=tight)
        elif kind in _PARAGRAPHS:
            yield from self._paragraph(child, depth, marker, tight)
        else:
            yield from self.blocks(child, depth, marker, tight)

    def _block(self, text: str, level: int | None = None, tight: bool = False) -> Block:
        self.number += 1
        return Block(text, level, tight, places=((0, Place("paragraph", self.number)),))

    def _paragraph(self, element: etree._Element, depth: int, marker: str, tight: bool) -> Iterator[Block]:
        """Yield a paragraph, parted by the lists and tables in it; its footnotes come after it."""
        parts, notes = [element.text or ""], []
        for child in [*element.iterchildren(), None]:
            kind = _name(child)
            if child is None or kind in _LISTS | _TABLES | _VERBATIM:
                if text := one_line("".join(parts)):
                    yield self._block(marker + text, tight=tight)
                    marker, tight = "", tight or bool(marker)
                parts = []
                if child is not None:
                    yield from self._one(child, kind, depth, "", tight)
            elif kind == "footnote":
                notes.append(child)
            elif kind in _PASSED:
                self.removed["index entries and descriptions"] += 1
            elif kind:
                parts.append(_text(child))
            parts.append(child.tail or "" if child is not None else "")
        for note in notes:
            yield from self.blocks(note, depth)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        for title in table.iterchildren("{*}title", "{*}caption"):
            yield self._block(_text(title))
        rows = [row for row in table.iterdescendants(etree.Element) if _name(row) in _ROWS]
        self.number += 1
        heads = sum(_name(row.getparent()) == "thead" for row in rows)
        cells = [[_cell(cell) for cell in row.iterchildren(etree.Element) if _name(cell) in _CELLS] for row in rows]
        yield from row_blocks(fill(cells), heads or None, places=[Place("paragraph", self.number)])


def _name(element: etree._Element | None) -> str:
    """Return the name of an element without its namespace; nothing for an entity, which is not resolved."""
    return etree.QName(element).localname if element is not None and isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    """Return the text of an element that is on the page."""
    parts = [element.text or ""]
    for child in element.iterchildren():
        if isinstance(child.tag, str) and _name(child) not in _PASSED and _name(child) != "footnote":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _cell(cell: etree._Element) -> Cell:
    below = cell.get("morerows") or ""
    rows = int(below) + 1 if below.isdecimal() and len(below) < 7 else _number(cell.get("rowspan"))
    return Cell(one_line(_text(cell)), _number(cell.get("colspan")), rows)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 1
