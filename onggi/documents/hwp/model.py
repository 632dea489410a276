"""What HWP 5 and HWPX both say of a document, so that one document in both forms becomes the same blocks."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Shape:
    """How the paragraphs of one kind begin.

    Parameters
    ----------
    level : int or None
        Outline level, 1 for the highest.
    numbering : int or None
        Definition that counts the paragraphs (0: the outline's, which each section names).
    depth : int
        Level of the paragraph in that definition, from 0.
    bullet : str
        Sign before each paragraph.
    """

    level: int | None = None
    numbering: int | None = None
    depth: int = 0
    bullet: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, and the objects that are anchored in it in their order."""

    text: str
    shape: Shape = field(default_factory=Shape)
    outline: int = 0
    """Definition that counts the outline of its section."""
    size: float | None = None
    bold: bool = False
    parts: "tuple[Part, ...]" = ()


Paragraphs: TypeAlias = tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at a row and a column (from 0), how many of each it covers, and whether it is one of a head."""

    paragraphs: Paragraphs
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    head: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its cells by row and column, and its caption, which stands above or below."""

    cells: tuple[Cell, ...]
    caption: Paragraphs = ()
    caption_above: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """Text beside the text of its paragraph: of a box, a caption, a footnote, an endnote.

    Notes are told after the paragraph of the body, or after the table, in which they are cited.
    """

    paragraphs: Paragraphs
    note: bool = False


Part: TypeAlias = Table | Box


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a numbering: ``^1`` in ``pattern`` stands for the number of the first, ``^n`` for the path."""

    pattern: str = ""
    kind: str = "DIGIT"
    start: int = 1


LEADER = " ····· "
"""A tab that is filled, as before the page in a table of contents."""

_BOXES = {"checkBtn": "☐☑", "radioBtn": "○◉"}


def field_text(kind: str, chosen: bool, said: str) -> str:
    """Return a field of a form as text.

    Examples
    --------
    >>> field_text("checkBtn", True, "동의함")
    '☑ 동의함'
    """
    return f"{_BOXES[kind][chosen]} {said}".strip() if kind in _BOXES else said
