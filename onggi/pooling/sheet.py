"""The sheet a person fills in: a CSV table with a row per span, which `onggi gold pool` writes and `merge` reads."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from onggi.core.errors import GoldError
from onggi.core.outs import write_text
from onggi.korean.normalize import nfc
from onggi.truth.judgments import VERDICT, VERDICTS
from onggi.truth.labels import shortened

COLUMNS = ("query_id", "doc_id", "start", "end", "text", "verdict")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet calculate a cell: an apostrophe before it keeps it text."""


@dataclass(frozen=True, slots=True)
class Row:
    """A span [start, end) of a document in code points, and what a person said of it; empty while it is open.

    ``where`` is the file and line it came from.
    """

    query_id: str
    doc_id: str
    start: int
    end: int
    text: str
    verdict: str = ""
    where: str = ""


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write a sheet, with the mark that tells spreadsheets that it is UTF-8."""
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row.query_id, row.doc_id, row.start, row.end, row.text, row.verdict)
        writer.writerow([cell if isinstance(cell, int) else _guarded(cell) for cell in cells])
    write_text(path, "\ufeff" + content.getvalue())


def read(path: Path) -> list[Row]:
    """Read a sheet; its columns may stand in another order, and white space around a verdict is no matter.

    Raises
    ------
    GoldError
        The file is missing or no such sheet, or a row is malformed; the message names file and line.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise GoldError(path, "no such file", "name the CSV of `onggi gold pool`, filled in") from None
    except UnicodeDecodeError as error:
        raise GoldError(path, f"not UTF-8 (byte {error.start})", "save it as CSV UTF-8") from None
    return list(_rows(path, content))


def _rows(path: Path, content: str) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(content, newline=""), strict=True)
    before = 0
    header: list[str] = []
    try:
        for cells in lines:
            where, before = f"{path}:{before + 1}", lines.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                if sorted(header) != sorted(COLUMNS):
                    what = f"has the columns {shortened(','.join(header), 80)}"
                    raise GoldError(where, what, f"give it {','.join(COLUMNS)}")
            else:
                yield _row(where, header, cells)
    except csv.Error as error:
        raise GoldError(f"{path}:{before + 1}", f"not CSV ({error})", "save it as CSV again") from None
    if not header:
        raise GoldError(path, "is empty", "name the CSV of `onggi gold pool`, filled in")


def _row(where: str, header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise GoldError(where, f"has {len(cells)} cells", f"give it {len(header)}: {','.join(header)}")
    named = dict(zip(header, cells, strict=True))
    verdict = named["verdict"].strip().lower()
    if verdict and not VERDICT.fullmatch(verdict):
        raise GoldError(where, f"verdict: got {shortened(verdict)!r}", f"write {VERDICTS}, or leave it empty")
    for key in ("start", "end"):
        if not (named[key].isascii() and named[key].isdecimal() and len(named[key]) < 16):
            raise GoldError(where, f"{key}: got {shortened(named[key])!r}", "leave it as `onggi gold pool` wrote it")
    query_id, doc_id, text = (_unguarded(named[key]) for key in ("query_id", "doc_id", "text"))
    return Row(query_id, nfc(doc_id), int(named["start"]), int(named["end"]), nfc(text), verdict, where)


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
