"""CSV and TSV: one line a row."""

import csv
import io
import sys

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content, row_blocks
from onggi.documents.encoding import decode

csv.field_size_limit(sys.maxsize)  # of a cell; ingest.max_mb limits the file


def read(data: bytes, where: str) -> Content:
    """Read a table whose delimiter is a comma, a tab or a semicolon, whichever its first line holds most of.

    Raises
    ------
    DocumentError
        The bytes are not text (see `decode`), or a quoted cell is not closed.
    """
    text, encoding = decode(data, where)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise DocumentError(f"{where}:{reader.line_num}", f"not a table ({error})", "mend the quotes") from error
    return Content(row_blocks(rows), meta={"encoding": encoding})
