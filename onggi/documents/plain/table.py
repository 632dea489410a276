"""CSV and TSV: one line a row."""

import csv
import io
import itertools
import sys
from collections.abc import Iterator

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content, Place, row_blocks
from onggi.documents.encoding import decode

csv.field_size_limit(sys.maxsize)  # of a cell; ingest.max_mb limits the file

_MOST_ROWS = 50_000
"""Rows that are told one by one; of a longer table every hundredth is."""


def read(data: bytes, where: str) -> Content:
    """Read a table whose delimiter is a comma, a tab or a semicolon, whichever its first line holds most of.

    Raises
    ------
    DocumentError
        The bytes are not text (see `decode`), or a quoted cell is not closed.
    """
    text, encoding = decode(data, where)
    text = text.removeprefix("\ufeff")
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    every = 1 if text.count("\n") <= _MOST_ROWS else 100
    for _ in _rows(text, delimiter, where):  # so that what is wrong shows before a row is told
        pass
    rows, again = itertools.tee(_rows(text, delimiter, where))
    places = (Place("line", line) if at % every == 0 else None for at, (line, _) in enumerate(again))
    return Content(row_blocks((row for _, row in rows), places=places), meta={"encoding": encoding})


def _rows(text: str, delimiter: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows, each with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DocumentError(f"{where}:{reader.line_num}", f"not a table ({error})", "mend the quotes") from error
