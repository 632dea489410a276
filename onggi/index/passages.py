"""What of a chunk is searched: its text below the headings it stands under."""

from collections.abc import Iterator
from pathlib import Path

from onggi.core import tables
from onggi.core.schema import Chunk


def passage(chunk: Chunk) -> str:
    """Return the text of a chunk with those headings in front that it does not begin with itself.

    Examples
    --------
    >>> passage(Chunk("a#9-15", "a", 9, 15, "닷새 걸린다", 3, "메주 > 띄우기"))
    '메주 > 띄우기\\n닷새 걸린다'
    """
    headings = [heading for heading in chunk.heading.split(" > ") if heading and not chunk.text.startswith(heading)]
    return "\n".join([" > ".join(headings), chunk.text]) if headings else chunk.text


def passages(chunks: Path) -> Iterator[str]:
    """Yield the passage of every row of a chunks table."""
    return (passage(chunk) for chunk in tables.read(chunks, Chunk))
