"""What every reader returns, and the one place where it becomes text and sections."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from onggi.core.schema import Origin, Section, Table, Unit
from onggi.documents.signs import sign

_DROPPED = "\u00ad\u200b\u2060\ufeff"  # soft hyphen, zero-width space, word joiner, byte order mark
_SPACES = "\u00a0\u2007\u202f"  # no-break spaces
_BREAKS = "\u000b\u000c\u0085\u2028\u2029"
_TRANSLATION = (
    {code: None for code in [*range(32), *range(127, 160), *range(0xD800, 0xE000)] if code not in (9, 10)}
    | {ord(character): None for character in _DROPPED}
    | {ord(character): " " for character in _SPACES}
    | {ord(character): "\n" for character in _BREAKS}
)
# Most texts hold none of them, and to see that takes a fifth of the time that translating takes.
_TRANSLATED = re.compile(f"[{re.escape(''.join(map(chr, _TRANSLATION)))}]")
_MOST_MARKS = 30
_LONG_RUN = re.compile(rf"[^\w\s]{{{_MOST_MARKS + 1},}}")  # of punctuation or of marks, which are no letters
_JOINER = "\u034f"
_LONGEST_NAME = 20  # characters of what a column is called
_NUMBER = re.compile(r"[\W\d]*")


def clean(text: str) -> str:
    """Return ``text`` in NFC with plain spaces and line ends, and nothing invisible.

    CRLF becomes LF, no-break spaces become spaces; zero-width spaces, soft hyphens, byte order marks, lone
    surrogates and control characters are dropped, and runs of blank lines are folded to one.

    Examples
    --------
    >>> clean("장\\u200b독\\u00a0뚜껑\\r\\n\\r\\n\\r\\n끝")
    '장독 뚜껑\\n\\n끝'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _TRANSLATED.search(text):
        text = text.translate(_TRANSLATION)
    text = unicodedata.normalize("NFC", _LONG_RUN.sub(_parted, text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _parted(run: re.Match[str]) -> str:
    """Return a run of marks with an invisible joiner after each 30, as UAX #15 asks of streams.

    Normalising sorts the marks between two letters, in a time that grows with the square of their number.
    """
    if run[0].isascii():  # a line of dashes: no mark of ASCII combines
        return run[0]
    marks, parted = 0, []
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            parted.append(_JOINER)
            marks = 1
        parted.append(character)
    return "".join(parted)


def one_line(text: str) -> str:
    """Return ``text`` cleaned, with every run of white space folded to one space."""
    return " ".join(clean(text).split())


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; see `onggi.core.schema.Origin`."""

    unit: Unit
    number: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a list item or a table row.

    Parameters
    ----------
    text : str
        As it is read by a person, without markup; cleaned when it is joined.
    level : int or None
        Of a heading, 1 for the highest (0: the title of the whole document); None for anything else.
    tight : bool
        Follows the block before it on the next line (list items, table rows) instead of after a blank one.
    places : tuple of (int, Place)
        Offsets into ``text`` from which it stands at another place than the text before; without one it stands where
        the block before it ends.
    size : float or None
        Height of its letters in points, that of most of them; None where the format gives none.
    bold : bool
        Most of its letters are.
    row : "head", "body" or None
        A row of a table that names its columns, or another one; None for anything else.
    """

    text: str
    level: int | None = None
    tight: bool = False
    places: tuple[tuple[int, Place], ...] = ()
    size: float | None = None
    bold: bool = False
    row: Literal["head", "body"] | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found in one file.

    ``title`` is empty where the format gave none. ``removed`` counts what the reader left out of the blocks, by reason
    (``running heads``, ``pages without text``); it may be filled while the blocks are read.
    """

    blocks: Iterable[Block]
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)


def row_blocks(
    rows: Iterable[Iterable[str]], heads: int | None = None, places: Iterable[Place | None] = ()
) -> Iterator[Block]:
    """Yield one line for each row of a table: its cells joined by `` | ``.

    Left out are empty rows, the empty cells at the end of a row, and those before its only cell. ``heads`` is the
    number of rows that name the columns; where the format does not say, the first row does if it looks so. ``places``
    says where each row stands; rows beyond the last one stand where the row before them does.
    """
    count = 0
    placed = zip(rows, itertools.chain(places, itertools.repeat(None)))  # noqa: B905 - the second never ends
    for number, (row, place) in enumerate(placed):
        cells = [one_line(cell) for cell in row]
        head = number < heads if heads is not None else not count and _names_columns(cells)
        while cells and not cells[-1]:
            cells.pop()
        if len(list(filter(None, cells))) == 1:
            cells = cells[-1:]
        if cells:
            where = ((0, place),) if place else ()
            yield Block(" | ".join(cells), tight=count > 0, places=where, row="head" if head else "body")
            count += 1


def _names_columns(cells: list[str]) -> bool:
    """Tell whether a first row looks like names of columns: two or more, all there, short, distinct, and no numbers."""
    named = all(cells) and all(len(cell) <= _LONGEST_NAME and not _NUMBER.fullmatch(cell) for cell in cells)
    return named and len(set(cells)) == len(cells) > 1


@dataclass(frozen=True, slots=True)
class Joined:
    """The text of a document, its sections, its tables, and where in the file it stands."""

    text: str
    sections: list[Section]
    origins: list[Origin]
    tables: list[Table]

    @property
    def first_heading(self) -> str:
        """The first heading of the document; empty where there is none, or where it is the first of a count."""
        first = next((section.heading[0] for section in self.sections if section.heading), "")
        return "" if sign(first) else first


class TooLong(Exception):
    """The text of a document is over the limit."""


def join(blocks: Iterable[Block], limit: int) -> Joined:
    """Join blocks into one text, and find its sections, origins and tables.

    Headings stay in the text. A heading straight above a deeper one opens the deeper one's section, so that no
    section holds nothing but the headings above its first paragraph.

    Raises
    ------
    TooLong
        The text has more than ``limit`` characters.
    """
    parts: list[str] = []
    length = 0
    loose = True  # a blank line comes before the next block
    bare = False  # the open section holds headings only
    path: list[tuple[int, str]] = []
    starts: list[tuple[int, list[str]]] = []  # where each section starts, and its heading path
    ends: list[int] = []
    tables: list[Table] = []
    places: list[tuple[int, Place]] = []  # where each starts
    for block in blocks:
        heading = block.level is not None
        text = one_line(block.text) if heading else clean(block.text)
        loose = loose or not block.tight
        if not text:
            places += [(length, place) for _, place in block.places]
            continue
        separator = ("\n\n" if loose or heading else "\n") if parts else ""
        start = length + len(separator)
        if block.level is not None:
            deeper = bare and bool(path) and block.level > path[-1][0]
            path = [entry for entry in path if entry[0] < block.level] + [(block.level, text)]
            names = [name for _, name in path]
            if deeper:
                starts[-1] = (starts[-1][0], names)
            else:
                starts.append((start, names))
                ends.append(start)
        elif not starts:
            starts.append((start, []))
            ends.append(start)
        if block.row is not None:
            opens = loose or not tables or tables[-1].end != length
            table = Table(start, start, start) if opens else tables.pop()
            end = start + len(text)
            heads = block.row == "head" and table.body == table.end
            tables.append(Table(table.start, end if heads else table.body, end))
        bare = heading
        parts += [separator, text]
        length = start + len(text)
        ends[-1] = length
        places += [(start + min(offset, len(text)), place) for offset, place in block.places]
        loose = heading
        if length > limit:
            raise TooLong
    sections = [Section(names, start, end) for (start, names), end in zip(starts, ends, strict=True)]
    whole = "".join(parts)
    return Joined(whole, sections, list(_origins(places, whole)), tables)


def _origins(places: list[tuple[int, Place]], text: str) -> Iterator[Origin]:
    """Yield the stretches of text between the starts of places, without the white space around them."""
    for (start, place), (end, _) in itertools.pairwise([*places, (len(text), None)]):
        stretch = text[start:end]
        start += len(stretch) - len(stretch.lstrip())
        if stretch.strip() and place is not None:
            yield Origin(start, start + len(stretch.strip()), place.unit, place.number, place.name)
