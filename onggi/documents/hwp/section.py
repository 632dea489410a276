"""The body of HWP 5: records → paragraphs, and the objects that are anchored in them."""

import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from onggi.documents.hwp import equation, records
from onggi.documents.hwp.controls import auto_number, form, note_mark
from onggi.documents.hwp.docinfo import DocInfo
from onggi.documents.hwp.model import LEADER, Box, Cell, Paragraph, Paragraphs, Part, Table
from onggi.documents.hwp.records import Record, trees

_CONTROL = re.compile(r"[\x01-\x09\x0b\x0c\x0e-\x17].{7}", re.DOTALL)
_INLINE = set(map(chr, (4, 5, 6, 7, 8, 9, 19, 20)))
"""Controls without a record: the end of a field, the mark of a title, a tab."""
_PLAIN = {0: None, ord("\r"): None, 24: "-", 30: " ", 31: " "}
_SIGNS = re.compile("[\0\x18\x1e\x1f]")
_REMOVED = {"head": "running heads and feet", "foot": "running heads and feet", "tcmt": "comments", "%%me": "comments"}
_DELETED = 0x11
"""Kind of a range. A file keeps the text as it was tracked in ViewText, and mostly the final one in BodyText."""
_MOST_DELETED = 1000
_HALVES = re.compile("[\ud800-\udfff]")
_BELOW = 3
"""Where the caption of a table stands: left, right, above, below."""


@dataclass
class _Said:
    """What one paragraph says, while it is read."""

    text: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    letters: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))  # by the id of their shape


@dataclass
class Sections:
    """Reads sections one after the other."""

    info: DocInfo
    removed: Counter[str]
    where: str
    _outline: int = 0

    def paragraphs(self, stream: bytes) -> Iterator[Paragraph]:
        """Yield the paragraphs of one section.

        Raises
        ------
        DocumentError
            See `records.trees`.
        """
        for record in trees(stream, self.where):
            if record.tag == records.PARA_HEADER:
                yield self._paragraph(record)

    def _paragraph(self, header: Record) -> Paragraph:
        text, runs = "", [(0, 0)]
        deleted: list[tuple[int, int]] = []
        controls = []
        for record in header.below:
            if record.tag == records.PARA_TEXT:
                text = _units(record.data)
            elif record.tag == records.PARA_CHAR_SHAPE:
                runs = list(struct.iter_unpack("<II", record.data[: len(record.data) // 8 * 8])) or runs
            elif record.tag == records.PARA_RANGE_TAG:
                ranges = struct.iter_unpack("<III", record.data[: len(record.data) // 12 * 12])
                deleted = [(start, end) for start, end, kind in ranges if kind >> 24 == _DELETED]
            elif record.tag == records.CTRL_HEADER:
                controls.append(record)
        self.removed.update(["tracked deletions"] * len(deleted))
        paragraph = _Said()
        self._say(_without(text, deleted), controls, runs, paragraph)
        shape = self.info.shape(header.number(8, "H"), header.number(10, "B"))
        letters = paragraph.letters
        most = max(letters, key=letters.__getitem__, default=0)
        known = letters[most] and most < len(self.info.letters)
        size, bold = self.info.letters[most] if known else (None, False)
        return Paragraph(
            _whole("".join(paragraph.text)), shape, self._outline, size or None, bold, tuple(paragraph.parts)
        )

    def _say(self, text: str, controls: list[Record], runs: list[tuple[int, int]], paragraph: _Said) -> None:
        waiting = iter(controls)
        start = 0
        for match in _CONTROL.finditer(text):
            _plain(text, start, match.start(), runs, paragraph)
            start = match.end()
            if match[0][0] == "\t":
                paragraph.text.append(LEADER if ord(match[0][3]) & 0xFF else "\t")
            elif match[0][0] not in _INLINE and (control := next(waiting, None)) is not None:
                self._control(control, paragraph)
        _plain(text, start, len(text), runs, paragraph)

    def _control(self, control: Record, paragraph: _Said) -> None:
        name = bytes(control.data[:4])[::-1].decode("latin-1")
        if name == "secd":
            self._outline = control.number(18, "H")
        elif name == "tbl ":
            paragraph.parts.append(self._table(control))
        elif name in _REMOVED:
            self.removed[_REMOVED[name]] += 1
        elif name in ("fn  ", "en  "):
            paragraph.text.append(note_mark(control))
            paragraph.parts += [Box(paragraphs, note=True) for _, paragraphs in self._lists(control)]
        elif name == "atno":
            paragraph.text.append(auto_number(control))
        elif name == "form":
            paragraph.text.append(form(control))
        elif name == "eqed":
            scripts = [record.string(4)[0] for record in control.below if record.tag == records.EQEDIT]
            paragraph.text += [equation.text(script) for script in scripts]
        elif name in ("tcps", "tdut"):  # letters one over the other; a word with small text above it
            paragraph.text.append(control.string(4)[0])
        else:
            paragraph.parts += self._boxes(control)

    def _lists(self, record: Record) -> Iterator[tuple[Record, Paragraphs]]:
        """Yield the lists of paragraphs straight below a record, each with its header."""
        header: Record | None = None
        found: list[Paragraph] = []
        for below in record.below:
            if below.tag == records.PARA_HEADER:
                found.append(self._paragraph(below))
            elif below.tag == records.LIST_HEADER:
                if header is not None:
                    yield header, tuple(found)
                header, found = below, []
        if header is not None:
            yield header, tuple(found)

    def _boxes(self, record: Record) -> Iterator[Box]:
        """Yield the text of a drawing: its caption, the boxes in it, and letters drawn as a picture."""
        for _, paragraphs in self._lists(record):
            yield Box(paragraphs)
        for below in record.below:
            if below.tag == records.SHAPE_COMPONENT:
                yield from self._boxes(below)
            elif below.tag == records.TEXTART:
                yield Box((Paragraph(below.string(32)[0]),))

    def _table(self, control: Record) -> Table:
        places = [place for place, record in enumerate(control.below) if record.tag == records.TABLE]
        before = {id(record) for record in control.below[: places[0] if places else 0]}
        cells: list[Cell] = []
        caption: Paragraphs = ()
        above = True
        for header, paragraphs in self._lists(control):
            if id(header) in before:
                caption, above = paragraphs, header.number(8, "I") & 3 != _BELOW
            else:
                cells.append(_cell(header, paragraphs))
        return Table(tuple(cells), caption, above)


def _cell(header: Record, paragraphs: Paragraphs) -> Cell:
    column, row, columns, rows = (header.number(at, "H") for at in (8, 10, 12, 14))
    return Cell(paragraphs, row, column, max(rows, 1), max(columns, 1), bool(header.number(4, "I") >> 18 & 1))


def _units(data: memoryview) -> str:
    """Return one character for each unit of UTF-16, so that places count units."""
    whole = data[: len(data) // 2 * 2]
    text = bytes(whole).decode("utf-16-le", "surrogatepass")
    return text if len(text) * 2 == len(whole) else "".join(map(chr, whole.cast("H")))  # it has pairs


def _without(text: str, deleted: list[tuple[int, int]]) -> str:
    """Blank out what was deleted in tracking; controls stay, for each has a record."""
    for start, end in deleted[:_MOST_DELETED]:
        text = text[:start] + re.sub(r"[^\x00-\x1f]", "\0", text[start:end]) + text[end:]
    return text


def _whole(text: str) -> str:
    """Join the surrogates that `_units` left apart."""
    if not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _plain(text: str, start: int, end: int, runs: list[tuple[int, int]], paragraph: _Said) -> None:
    if start >= end:
        return
    said = text[start:end].replace("\r", "")
    paragraph.text.append(said.translate(_PLAIN) if _SIGNS.search(said) else said)
    if len(runs) == 1:
        paragraph.letters[runs[0][1]] += not text[start:end].isspace()
        return
    for place, (at, shape) in enumerate(runs):
        until = runs[place + 1][0] if place + 1 < len(runs) else len(text)
        if at < end and until > start:
            paragraph.letters[shape] += len("".join(text[max(at, start) : min(until, end)].split()))
