"""HTML: what a browser would show, without navigation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, one_line, row_blocks
from onggi.documents.encoding import decode
from onggi.documents.grid import Cell, fill

_DROPPED = {"style", "script", "nav", "head", "template", "noscript", "select", "datalist", "svg", "math", "canvas"}
_DROPPED |= {"iframe", "object", "audio", "video", "map"}
_LISTS = {"ul", "ol", "menu", "dir", "dl"}
_LISTED = {"li", "dt", "dd"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {"html", "body", "address", "article", "aside", "blockquote", "caption", "center", "details", "dialog", "div"}
_BLOCKS |= {"fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "listing", "main"}
_BLOCKS |= {"p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_BLOCKS |= {*_LISTS, *_LISTED, *_HEADINGS}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HIDDEN = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
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
    found = list(_Walk().blocks(root)) if root is not None else []
    title = root.findtext("head/title") if root is not None else None
    first = next((block.text for block in found if block.level == 1), "")
    return Content(found, one_line(title or "") or one_line(first), {"encoding": encoding})


def blocks(fragment: str, where: str) -> list[Block]:
    """Return the blocks of a piece of HTML, for example one inside Markdown."""
    root = _parse(fragment, where)
    return list(_Walk().blocks(root)) if root is not None else []


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

    parts: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # next number of each open list; None: bullets
    marker: str = ""
    listed: int = 0  # open list items
    opened: bool = False  # something of the outermost open list has been told
    pre: int = 0
    level: int | None = None

    def blocks(self, root: etree._Element) -> Iterator[Block]:
        events = etree.iterwalk(root, events=("start", "end"))
        skipped = False
        for event, element in events:
            tag = element.tag
            if event == "start":
                if skipped := _skipped(element) or (tag == "table" and not _layout(element)):
                    events.skip_subtree()  # the next event is the end of this element
                    if not _skipped(element):
                        yield from self._flush()
                        yield from _table(element)
                    continue
                if tag in _BLOCKS:
                    yield from self._flush()
                    self._open(element, tag)
                elif tag == "br":
                    self.parts.append("\n")
                self._say(element.text)
            else:
                if tag in _BLOCKS and not skipped:
                    yield from self._flush()
                    self._close(tag)
                skipped = False
                if element is not root:
                    self._say(element.tail)
        yield from self._flush()

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
        elif tag in _HEADINGS:
            self.level = _HEADINGS[tag]
        elif tag in ("pre", "listing"):
            self.pre += 1

    def _close(self, tag: str) -> None:
        if tag in _LISTS and self.lists:
            self.lists.pop()
        elif tag in _LISTED:
            self.listed -= 1
            self.marker = ""
        elif tag in _HEADINGS:
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
        yield Block(marker + text.strip(), self.level, tight=self.listed > 0 and self.opened)
        self.opened = self.listed > 0


def _skipped(element: etree._Element) -> bool:
    if element.tag in _DROPPED or "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")):
        return True
    parent = element.getparent()
    if parent is None or parent.tag != "body":
        return False
    # the frame of a site: a banner without a heading, a column with controls
    banner = element.tag == "header" and next(element.iter(*_HEADINGS), None) is None
    return banner or (element.tag == "aside" and next(element.iter("nav", "input", "button"), None) is not None)


def _layout(table: etree._Element) -> bool:
    """Tell whether a table only arranges the page: it has one cell, or holds headings or tables."""
    cells = 0
    for element in table.iterdescendants("td", "th", "table", *_HEADINGS):
        if element.tag not in ("td", "th"):
            return True
        cells += 1
    return cells < 2


def _table(table: etree._Element) -> Iterator[Block]:
    for caption in table.iterchildren("caption"):
        yield Block(_cell_text(caption))
    rows = [
        [
            Cell(_cell_text(cell), _integer(cell.get("colspan"), 1), _integer(cell.get("rowspan"), 1))
            for cell in row.iterchildren("td", "th")
            if not _skipped(cell)
        ]
        for row in table.iterdescendants("tr")
        if not _skipped(row)
    ]
    yield from row_blocks(fill(rows))


def _cell_text(cell: etree._Element) -> str:
    return " ".join(block.text for block in _Walk().blocks(cell))


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*\d{1,6}\s*", text) else default
