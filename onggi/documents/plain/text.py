"""Plain text: every line is kept, no headings are guessed."""

from collections.abc import Iterator

from onggi.documents.blocks import Block, Content, Place, clean
from onggi.documents.encoding import decode

_MOST_LINES = 50_000
"""Lines that are told one by one; of a longer text every hundredth is."""


def read(data: bytes, where: str) -> Content:
    """Read plain text; raises `DocumentError` (see `decode`)."""
    text, encoding = decode(data, where)
    cleaned = clean(text)
    return Content([Block(cleaned, places=tuple(_lines(text, cleaned)))], meta={"encoding": encoding})


def _lines(text: str, cleaned: str) -> Iterator[tuple[int, Place]]:
    """Yield where the lines of a file start in its cleaned text, which has fewer empty ones."""
    numbers = [
        number
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1)
        for part in ([line] if line.isascii() else clean(line).split("\n"))
        if part.strip()
    ]
    every = 1 if len(numbers) <= _MOST_LINES else 100
    offset = at = 0
    for line in cleaned.split("\n"):
        if line.strip():
            if at % every == 0 and at < len(numbers):
                yield offset, Place("line", numbers[at])
            at += 1
        offset += len(line) + 1
