"""The body of HWPX: elements → paragraphs, and the objects that are anchored in them."""

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from onggi.documents.hwp import equation
from onggi.documents.hwp.header import Head, number
from onggi.documents.hwp.model import LEADER, Box, Cell, Paragraph, Paragraphs, Part, Table, field_text
from onggi.documents.hwp.numbering import mark

_SIGNS = {"lineBreak": "\n", "tab": "\t", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
_REMOVED = {"header": "running heads and feet", "footer": "running heads and feet", "hiddenComment": "comments"}
_UNSEEN = {"shapeComment", "parameters", "secPr", "linesegarray", "metaTag", "indexmark"}
_OF_PAGES = {"PAGE", "TOTAL_PAGE"}
_NOTES = {"footNote", "endNote"}
_FORMAT = ("type", "prefixChar", "suffixChar")
_FIELDS = {"btn", "checkBtn", "radioBtn", "comboBox", "edit"}


@dataclass
class _Said:
    """What one paragraph says, while it is read."""

    text: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    letters: Counter[str] = field(default_factory=Counter)  # by the id of their shape


@dataclass
class Body:
    """Reads paragraphs one after the other."""

    head: Head
    removed: Counter[str]
    _outline: int = 0
    _deleted: bool = False

    def paragraph(self, element: etree._Element) -> Paragraph:
        """Read one paragraph and all that is anchored in it."""
        for section in element.iterfind("{*}run/{*}secPr"):
            self._outline = number(section.get("outlineShapeIDRef"))
        outline, said = self._outline, _Said()
        for run in element.iterchildren("{*}run"):
            before = len(said.text)
            self._say(run, said)
            said.letters[run.get("charPrIDRef", "")] += len("".join("".join(said.text[before:]).split()))
        shape = self.head.shape(element.get("paraPrIDRef", ""), element.get("styleIDRef", ""))
        most = said.letters.most_common(1)
        size, bold = self.head.letters.get(most[0][0], (None, False)) if most and most[0][1] else (None, False)
        return Paragraph("".join(said.text), shape, outline, size or None, bold, tuple(said.parts))

    def _paragraphs(self, parent: etree._Element) -> Paragraphs:
        return tuple(self.paragraph(element) for element in parent.iterchildren("{*}p"))

    def _say(self, element: etree._Element, said: _Said) -> None:
        for child in element.iterchildren():
            if not isinstance(child.tag, str):
                continue  # an entity, which is not resolved
            name = etree.QName(child).localname
            if name == "t":
                self._say_text(child, said)
            elif name == "tbl":
                said.parts.append(self._table(child))
            elif name == "subList":
                note = etree.QName(element).localname in _NOTES
                said.parts.append(Box(self._paragraphs(child), note))
            elif name == "textart":
                said.parts.append(Box((Paragraph(child.get("text", "")),)))
            elif name in _REMOVED:
                self.removed[_REMOVED[name]] += 1
            elif name == "fieldBegin":  # what it holds is a comment; what it marks follows it
                self.removed.update(["comments"] if child.get("type") == "MEMO" else [])
            elif name == "switch" and len(child):  # one thing said for programs of different ages
                self._say(child[0], said)
            elif name not in _UNSEEN:
                said.text.append(_line(name, child))
                if name not in _FIELDS:
                    self._say(child, said)

    def _say_text(self, element: etree._Element, said: _Said) -> None:
        """Tell one ``hp:t``, which mixes letters with marks; what was deleted in tracking is left out."""
        said.text.append("" if self._deleted else element.text or "")
        for child in element.iterchildren():
            name = etree.QName(child).localname if isinstance(child.tag, str) else ""
            if name == "deleteBegin":
                self.removed["tracked deletions"] += 1
            self._deleted = name == "deleteBegin" or (self._deleted and name != "deleteEnd")
            if not self._deleted:
                filled = name == "tab" and child.get("leader", "0") != "0"
                said.text += [LEADER if filled else _SIGNS.get(name, ""), child.tail or ""]

    def _table(self, table: etree._Element) -> Table:
        caption: Paragraphs = ()
        above = True
        for element in table.iterchildren("{*}caption"):
            caption = tuple(p for inner in element.iterchildren("{*}subList") for p in self._paragraphs(inner))
            above = element.get("side") != "BOTTOM"
        cells = [
            self._cell(cell, place, column)
            for place, row in enumerate(table.iterchildren("{*}tr"))
            for column, cell in enumerate(row.iterchildren("{*}tc"))
        ]
        return Table(tuple(cells), caption, above)

    def _cell(self, cell: etree._Element, row: int, place: int) -> Cell:
        address, span, inner = cell.find("{*}cellAddr"), cell.find("{*}cellSpan"), cell.find("{*}subList")
        column = number(address.get("colAddr"), place) if address is not None else place
        columns, rows = (span.get("colSpan"), span.get("rowSpan")) if span is not None else (None, None)
        paragraphs = self._paragraphs(inner) if inner is not None else ()
        return Cell(paragraphs, row, column, number(rows, 1), number(columns, 1), cell.get("header") == "1")


def _line(name: str, element: etree._Element) -> str:
    """Return what an object says in the line."""
    if name in _NOTES:
        signs = [chr(number(element.get(side))).strip("\0") for side in ("prefixChar", "suffixChar")]
        return mark(number(element.get("number")), "DIGIT", *signs)
    if name == "autoNum" and element.get("numType") not in _OF_PAGES:
        shape = element.find("{*}autoNumFormat")
        kind, before, after = (shape.get(key, "") if shape is not None else "" for key in _FORMAT)
        return mark(number(element.get("num")), kind, before, after)
    if name == "equation":
        return equation.text("".join(script.text or "" for script in element.iterchildren("{*}script")))
    if name == "compose":  # letters one over the other
        return element.get("composeText", "")
    if name == "mainText":  # of a word with small text above it
        return element.text or ""
    return _field(name, element) if name in _FIELDS else ""


def _field(name: str, element: etree._Element) -> str:
    text = "".join(inner.text or "" for inner in element.iterchildren("{*}text"))
    said = element.get("caption") or element.get("selectedValue") or text
    return field_text(name, element.get("value") == "CHECKED", said)
