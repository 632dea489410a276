"""What every reader returns, and the one place where it becomes text and sections."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from onggi.core.schema import Section

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
    pages : tuple of int
        Offsets into ``text`` at which a page starts.
    """

    text: str
    level: int | None = None
    tight: bool = False
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found in one file; ``title`` is empty where the format gave none."""

    blocks: Iterable[Block]
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)


def row_blocks(rows: Iterable[Iterable[str]]) -> Iterator[Block]:
    """Yield one line for each row of a table: its cells joined by `` | ``.

    Left out are empty rows, the empty cells at the end of a row, and those before its only cell.
    """
    tight = False
    for row in rows:
        cells = [one_line(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(list(filter(None, cells))) == 1:
            cells = cells[-1:]
        if cells:
            yield Block(" | ".join(cells), tight=tight)
            tight = True


@dataclass(frozen=True, slots=True)
class Joined:
    """The text of a document, its sections and the offsets at which its pages start."""

    text: str
    sections: list[Section]
    pages: list[int]

    @property
    def first_heading(self) -> str:
        """The first heading of the document, or an empty string."""
        return next((section.heading[0] for section in self.sections if section.heading), "")


class TooLong(Exception):
    """The text of a document is over the limit."""


def join(blocks: Iterable[Block], limit: int) -> Joined:
    """Join blocks into one text and find its sections.

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
    pages: list[int] = []
    for block in blocks:
        heading = block.level is not None
        text = one_line(block.text) if heading else clean(block.text)
        loose = loose or not block.tight
        if not text:
            pages += [length] * len(block.pages)
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
        bare = heading
        parts += [separator, text]
        length = start + len(text)
        ends[-1] = length
        pages += [start + min(offset, len(text)) for offset in block.pages]
        loose = heading
        if length > limit:
            raise TooLong
    sections = [Section(names, start, end) for (start, names), end in zip(starts, ends, strict=True)]
    return Joined("".join(parts), sections, pages)
