"""The lines of a stretch of text."""

from collections.abc import Iterator


def lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of the lines with text between two offsets, without the line ends."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if stop > start and not text[start:stop].isspace():
            yield start, stop
        start = stop + 1
