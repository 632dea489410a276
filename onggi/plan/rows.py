"""What became of the rows of a table."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from onggi.core import schema, tables

IDS: dict[type, tuple[str, ...]] = {schema.Chunk: ("chunk_id",), schema.Hit: ("query_id", "chunk_id")}
"""What names a row, where that is not what its table is ordered by."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Names of rows, of files or of lines, sorted."""

    added: list[str]
    removed: list[str]
    changed: list[str]

    @classmethod
    def of(cls, was: dict[str, object], now: dict[str, object]) -> "Difference":
        """Compare what is there by name.

        Examples
        --------
        >>> Difference.of({"a": 1, "b": 2}, {"b": 3, "c": 4})
        Difference(added=['c'], removed=['a'], changed=['b'])
        """
        return cls(
            sorted(now.keys() - was.keys()),
            sorted(was.keys() - now.keys()),
            sorted(name for name in was.keys() & now.keys() if was[name] != now[name]),
        )


def rows_of(path: Path) -> tuple[str, dict[str, object]] | None:
    """Return the class of a table's rows and a digest of each row by its id; None where it is no table of ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            row_type = next((t for t in tables.ORDER if file.schema_arrow.equals(tables.arrow_schema(t))), None)
            if row_type is None:
                return None
            ids = IDS.get(row_type, tables.ORDER[row_type])
            return row_type.__name__, {
                " ".join(str(row[column]) for column in ids): hashlib.blake2b(
                    json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"), digest_size=16
                ).digest()
                for group in range(file.num_row_groups)
                for row in file.read_row_group(group).to_pylist()
            }
    except (pa.ArrowException, OSError):
        return None
