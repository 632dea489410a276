"""HTML: what a browser would show, without navigation."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, Place, one_line, row_blocks
from onggi.documents.encoding import decode
from onggi.documents.grid import Cell, fill
from onggi.documents.markup.frame import HEADINGS, frame, skipped

_LISTS = {"ul", "ol", "menu", "dir", "dl"}
_LISTED = {"li", "dt", "dd"}
_BLOCKS = {"html", "body", "address", "article", "aside", "blockquote", "caption", "center", "details", "dialog", "div"}
_BLOCKS |= {"fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "listing", "main"}
_BLOCKS |= {"p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_BLOCKS |= {*_LISTS, *_LISTED, *HEADINGS}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_PARTS = r"|:<>»«›‹·–—-"
_FOLDED = re.compile(r"[ \t\n\r\f]+")


def read(data: bytes, where: str) -> Content:
    """Read a page in the encoding it declares or is found to have.

    Raises
    ------
    DocumentError
        The bytes are not text (see `decode`), or elements nest too deep to be read whole.
    """
    declared = _CHARSET.search(data[:4096])
    text, encoding = decode(data, where, declared[1].decode("ascii", "replace") if declared else "")
    root = _parse(text, where)
    if root is None:
        return Content([], meta={"encoding": encoding})
    walk = _Walk(frame(root))
    found = list(walk.blocks(root))
    title = one_line(root.findtext("head/title") or "")
    first = one_line(next((block.text for block in found if block.level == 1), ""))
    if not title or (first and re.search(rf"(^|\s[{_PARTS}]\s?){re.escape(first)}(\s?[{_PARTS}]\s|$)", title)):
        title = first or title  # what stands around it names the site
    return Content(found, title, {"encoding": encoding}, Counter(navigation=walk.removed))


def blocks(fragment: str, where: str) -> list[Block]:
    """Return the blocks of a piece of HTML, for example one inside Markdown."""
    root = _parse(fragment, where)
    return [replace(block, places=()) for block in _Walk().blocks(root)] if root is not None else []


def _parse(text: str, where: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    if not text.strip("\ufeff \t\r\n"):
        return None
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise DocumentError(where, "its elements nest too deep", "remove it, or save its text in another format")
    return root


@dataclass
class _Walk:
    """Text since the last block boundary, and the elements around it.

    The tree is walked by events, not by recursion: pages may nest thousands of elements.
    """

    frame: set[etree._Element] = field(default_factory=set)
    removed: int = 0  # elements of the frame that have text
    number: int = 0  # of the paragraph, list item or table
    parts: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # next number of each open list; None: bullets
    marker: str = ""
    listed: int = 0  # open list items
    opened: bool = False  # something of the outermost open list has been told
    pre: int = 0
    level: int | None = None

    def blocks(self, root: etree._Element) -> Iterator[Block]:
        events = etree.iterwalk(root, events=("start", "end"))
        passed = False
        for event, element in events:
            tag = element.tag
            if event == "start":
                left_out = self._left_out(element)
                if passed := left_out or (tag == "table" and not _layout(element)):
                    events.skip_subtree()  # the next event is the end of this element
                    if not left_out:
                        yield from self._flush()
                        yield from self._table(element)
                    continue
                if tag in _BLOCKS:
                    yield from self._flush()
                    self._open(element, tag)
                elif tag == "br":
                    self.parts.append("\n")
                self._say(element.text)
            else:
                if tag in _BLOCKS and not passed:
                    yield from self._flush()
                    self._close(tag)
                passed = False
                if element is not root:
                    self._say(element.tail)
        yield from self._flush()

    def _left_out(self, element: etree._Element) -> bool:
        if skipped(element):
            return True
        if element not in self.frame:
            return False
        self.removed += any(text.strip() for text in element.itertext())
        return True

    def _say(self, text: str | None) -> None:
        if text:
            self.parts.append(text if self.pre else _FOLDED.sub(" ", text))

    def _open(self, element: etree._Element, tag: str) -> None:
        if tag in _LISTS:
            self.opened = self.opened and bool(self.lists)
            decimal = tag == "ol" and element.get("type", "1") == "1"
            self.lists.append(_integer(element.get("start"), 1) if decimal else None)
        elif tag in _LISTED:
            self.listed += 1
            if tag == "li" and self.lists and (number := self.lists[-1]) is not None:
                number = _integer(element.get("value"), number)
                self.marker = f"{number}. "
                self.lists[-1] = number + 1
        elif tag in HEADINGS:
            self.level = HEADINGS[tag]
        elif tag in ("pre", "listing"):
            self.pre += 1

    def _close(self, tag: str) -> None:
        if tag in _LISTS and self.lists:
            self.lists.pop()
        elif tag in _LISTED:
            self.listed -= 1
            self.marker = ""
        elif tag in HEADINGS:
            self.level = None
        elif tag in ("pre", "listing"):
            self.pre -= 1

    def _flush(self) -> Iterator[Block]:
        text = "".join(self.parts)
        self.parts.clear()
        if not self.pre:
            text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))
        if not text.strip():
            return
        marker, self.marker = self.marker, ""
        self.number += 1
        place = Place("paragraph", self.number)
        yield Block(marker + text.strip(), self.level, tight=self.listed > 0 and self.opened, places=((0, place),))
        self.opened = self.listed > 0

    def _table(self, table: etree._Element) -> Iterator[Block]:
        for caption in table.iterchildren("caption"):
            yield from _Walk(self.frame, number=self.number).blocks(caption)
        shown = [row for row in table.iterdescendants("tr") if not skipped(row)]
        heads = sum(1 for _ in itertools.takewhile(_names_columns, shown))
        rows = [
            [
                Cell(self._cell_text(cell), _integer(cell.get("colspan"), 1), _integer(cell.get("rowspan"), 1))
                for cell in row.iterchildren("td", "th")
                if not skipped(cell)
            ]
            for row in shown
        ]
        self.number += 1
        yield from row_blocks(fill(rows), heads or None, places=[Place("paragraph", self.number)])

    def _cell_text(self, cell: etree._Element) -> str:
        return " ".join(block.text for block in _Walk(self.frame).blocks(cell))


def _layout(table: etree._Element) -> bool:
    """Tell whether a table only arranges the page: it has one cell, or holds headings or tables."""
    cells = 0
    for element in table.iterdescendants("td", "th", "table", *HEADINGS):
        if element.tag not in ("td", "th"):
            return True
        cells += 1
    return cells < 2


def _names_columns(row: etree._Element) -> bool:
    """Tell whether a row of a table says that it names the columns."""
    parent = row.getparent()
    if parent is not None and parent.tag == "thead":
        return True
    return len(row) > 0 and all(cell.tag == "th" for cell in row.iterchildren("td", "th"))


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*\d{1,6}\s*", text) else default
