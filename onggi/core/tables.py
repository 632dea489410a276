"""Parquet tables between the stages: fixed schema, ordered rows, streamed in row groups.

The schema of a table follows from the class of its rows, so that a field is declared once (in `onggi.core.schema`).
"""

import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from onggi.core import counts, schema
from onggi.core.errors import TableError
from onggi.core.outs import replacing

Row = TypeVar("Row")
Item = TypeVar("Item")

ROWS_PER_GROUP = 1024

CHARACTERS_PER_GROUP = 1 << 25
"""Of texts: from so many on a group is full, so that long documents do not fill the memory."""

ORDER: dict[type, tuple[str, ...]] = {
    schema.Document: ("doc_id",),
    schema.Chunk: ("doc_id", "start", "end"),
    schema.Question: ("query_id",),
    schema.WrittenText: ("query_id", "place"),
    schema.SplitRow: ("doc_id",),
    schema.Hit: ("query_id", "rank"),
    schema.Candidate: ("query_id", "chunk_id"),
    schema.Answer: ("query_id",),
}
"""The columns each table is ordered by; together they are unique."""


def write(path: Path, row_type: type[Row], rows: Iterable[Row]) -> int:
    """Stream ``rows`` into a Parquet file and return how many there were.

    Raises
    ------
    TableError
        A row is not after the one before it in the order of its table.
    """
    count = 0
    arrow = arrow_schema(row_type)
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, arrow, compression="zstd", store_schema=False) as writer,
    ):
        for group in _groups(_ordered(path, ORDER[row_type], rows)):
            columns = {name: [_plain(getattr(row, name)) for row in group] for name in arrow.names}
            writer.write_table(pa.table(columns, schema=arrow))
            count += len(group)
    counts.current().written[str(path)] = count
    return count


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    characters = 0
    for row in rows:
        group.append(row)
        characters += len(getattr(row, "text", None) or "")
        if len(group) == ROWS_PER_GROUP or characters >= CHARACTERS_PER_GROUP:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _ordered(path: Path, key: tuple[str, ...], rows: Iterable[Row]) -> Iterator[Row]:
    """Pass rows on as long as each comes after the one before it."""
    last: tuple[Any, ...] | None = None
    for row in rows:
        current = tuple(getattr(row, column) for column in key)
        if last is not None and current <= last:
            raise TableError(path, f"row {current} comes after {last}", f"write rows in the order of {key}, each once")
        last = current
        yield row


def read(path: Path, row_type: type[Row]) -> Iterator[Row]:
    """Yield the rows of a table, one row group in memory at a time.

    Raises
    ------
    TableError
        The file is missing, is not Parquet, or has another schema.
    """
    build = _builder(row_type)
    with _open(path, row_type) as file:
        for index in range(file.num_row_groups):
            for row in _checked(path, file.read_row_group, index).to_pylist():
                yield build(row)


def columns(path: Path, row_type: type[Row], *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield some columns of a table row by row, one row group in memory at a time (see `read` for the errors).

    No other column is read, and no row is made.
    """
    with _open(path, row_type) as file:
        for index in range(file.num_row_groups):
            group = _checked(path, file.read_row_group, index, columns=list(names))
            yield from zip(*(group.column(name).to_pylist() for name in names), strict=True)


def column(path: Path, row_type: type[Row], name: str) -> list[Any]:
    """Return one column of a table as Python values (see `read` for the errors)."""
    with _open(path, row_type) as file:
        values: list[Any] = _checked(path, file.read, columns=[name]).column(name).to_pylist()
        return values


def count(path: Path, row_type: type[Row]) -> int:
    """Return the number of rows of a table (see `read` for the errors)."""
    with _open(path, row_type) as file:
        return int(file.metadata.num_rows)


def _open(path: Path, row_type: type[Row]) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except FileNotFoundError:
        raise TableError(path, "no such table", "run `dvc repro` to build it") from None
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None
    found, expected = file.schema_arrow, arrow_schema(row_type)
    if not found.equals(expected):
        file.close()
        raise TableError(path, f"has columns ({_columns(found)})", f"expected ({_columns(expected)}); run `dvc repro`")
    counts.current().read[str(path)] = file.metadata.num_rows
    return file


def _checked(path: Path, read: typing.Callable[..., pa.Table], *args: Any, **kwargs: Any) -> pa.Table:
    try:
        return read(*args, **kwargs)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> TableError:
    return TableError(path, f"not a readable Parquet file ({error})", "remove it and run `dvc repro`")


def _columns(columns: pa.Schema) -> str:
    return ", ".join(f"{column.name}: {column.type}" for column in columns)


def arrow_schema(row_type: type) -> pa.Schema:
    """Return the Arrow schema of a class of `onggi.core.schema`."""
    hints = typing.get_type_hints(row_type)
    return pa.schema([_arrow_field(f.name, hints[f.name]) for f in dataclasses.fields(row_type)])


def _arrow_field(name: str, hint: Any) -> pa.Field:
    optional = isinstance(hint, types.UnionType)
    if optional:
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    return pa.field(name, _arrow_type(hint), nullable=optional)


def _arrow_type(hint: Any) -> pa.DataType:
    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if hint in plain:
        return plain[hint]
    if typing.get_origin(hint) is typing.Literal:
        return pa.string()
    if typing.get_origin(hint) is list:
        return pa.list_(pa.field("element", _arrow_type(typing.get_args(hint)[0]), nullable=False))
    if typing.get_origin(hint) is dict:
        return pa.map_(pa.string(), _arrow_type(typing.get_args(hint)[1]))
    return pa.struct(list(arrow_schema(hint)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, list) and value and dataclasses.is_dataclass(value[0]):
        # Not `asdict`: it copies deeply.
        names = [field.name for field in dataclasses.fields(value[0])]
        return [{name: getattr(item, name) for name in names} for item in value]
    return value


def _builder(row_type: type[Row]) -> typing.Callable[[dict[str, Any]], Row]:
    hints = typing.get_type_hints(row_type)
    nested = {
        name: typing.get_args(hint)[0]
        for name, hint in hints.items()
        if typing.get_origin(hint) is list and dataclasses.is_dataclass(typing.get_args(hint)[0])
    }
    maps = [name for name, hint in hints.items() if typing.get_origin(hint) is dict]

    def build(row: dict[str, Any]) -> Row:
        for name, item_type in nested.items():
            row[name] = [item_type(**item) for item in row[name]]
        for name in maps:
            row[name] = dict(row[name])
        return row_type(**row)

    return build


def batches(rows: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield rows so many at a time, in order; the last time what is left."""
    batch: list[Item] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
