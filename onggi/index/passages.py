"""What of a chunk is searched: its text below the headings it stands under."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk


def passage(chunk: Chunk) -> str:
    """Return the text of a chunk with what it is read under in front: headings it does not begin with, columns.

    Examples
    --------
    >>> passage(Chunk("a#9-15", "a", 9, 15, "닷새 걸린다", 3, "메주 > 띄우기"))
    '메주 > 띄우기\\n닷새 걸린다'
    >>> passage(Chunk("b#20-27", "b", 20, 27, "주말 | 쉼", 4, "개장", columns="요일 | 시간"))
    '개장\\n요일 | 시간\\n주말 | 쉼'
    """
    return _below(chunk.heading, chunk.columns, chunk.text)


def _below(heading: str, columns: str, text: str) -> str:
    headings = " > ".join(name for name in heading.split(" > ") if name and not text.startswith(name))
    return "\n".join(filter(None, [headings, columns, text]))


def passages(chunks: Path) -> Iterator[str]:
    """Yield the passage of every row of a chunks table."""
    return (_below(*row) for row in tables.columns(chunks, Chunk, "heading", "columns", "text"))


class Passages:
    """The passages of a chunks table by id, read as they are asked for; only the ids stay in memory."""

    def __init__(self, chunks: Path) -> None:
        self.path = chunks
        self._rows = {chunk_id: row for row, chunk_id in enumerate(tables.column(chunks, Chunk, "chunk_id"))}

    def of(self, chunk_ids: Iterable[str]) -> dict[str, str]:
        """Return the passages of some chunks, in the order of the table.

        Raises
        ------
        TableError
            The table lacks a chunk.
        """
        wanted = set(chunk_ids)
        if unknown := sorted(wanted - self._rows.keys()):
            raise TableError(self.path, f"lacks {unknown[0]!r}, which a run names", "run `dvc repro`")
        rows = sorted(self._rows[chunk_id] for chunk_id in wanted)
        passages = {}
        with pq.ParquetFile(self.path) as file:
            for group, members in groupby(rows, key=lambda row: row // tables.ROWS_PER_GROUP):
                table = file.read_row_group(group).take([row % tables.ROWS_PER_GROUP for row in members])
                for row in table.to_pylist():
                    chunk = Chunk(**row)
                    passages[chunk.chunk_id] = passage(chunk)
        return passages
