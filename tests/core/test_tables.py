import dataclasses
import errno
import math
import types
import typing
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onggi.core import schema, tables
from onggi.core.errors import TableError
from onggi.core.schema import Answer, Candidate, Chunk, Document, Evidence, Hit, Question, Section, Source, SplitRow

TABLES = sorted(tables.ORDER, key=lambda row: row.__name__)

TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("가힣한글ㅎ" + unicodedata.normalize("NFD", "각뭷"))),
    max_size=12,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a field."""
    if isinstance(hint, types.UnionType):
        return st.one_of([values(part) for part in typing.get_args(hint)])
    if typing.get_origin(hint) is typing.Literal:
        return st.sampled_from(typing.get_args(hint))
    if typing.get_origin(hint) is list:
        return st.lists(values(typing.get_args(hint)[0]), max_size=3)
    if typing.get_origin(hint) is dict:
        return st.dictionaries(TEXT, values(typing.get_args(hint)[1]), max_size=3)
    if dataclasses.is_dataclass(hint):
        return rows_of(hint)
    plain = {
        str: TEXT,
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False),
        type(None): st.none(),
    }
    return plain[hint]


def rows_of(row_type: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(row_type)
    return st.builds(row_type, **{field.name: values(hints[field.name]) for field in dataclasses.fields(row_type)})


def key(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in tables.ORDER[type(row)])


def chunk(doc_id: str = "독.md", start: int = 0, text: str = "된장") -> Chunk:
    return Chunk(f"{doc_id}#{start}-{start + len(text)}", doc_id, start, start + len(text), text, 1, "")


def some() -> list[Chunk]:
    return [chunk(start=10 * n, text="메주") for n in range(5)]


def test_every_row_class_of_the_schema_is_a_table_or_part_of_one() -> None:
    classes = {member for member in vars(schema).values() if dataclasses.is_dataclass(member)}
    assert classes == {*TABLES, Section, Evidence, schema.Source, schema.Origin, schema.Table}


@pytest.mark.parametrize("row_type", TABLES)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_what_is_read_is_what_was_written(tmp_path: Path, row_type: type, data: st.DataObject) -> None:
    rows = sorted(data.draw(st.lists(rows_of(row_type), max_size=5, unique_by=key)), key=key)
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    assert tables.write(first, row_type, rows) == tables.count(first, row_type) == len(rows)
    again = list(tables.read(first, row_type))
    assert again == rows
    assert [_signs(row) for row in again] == [_signs(row) for row in rows]
    tables.write(second, row_type, again)
    assert second.read_bytes() == first.read_bytes()


def _signs(row: Any) -> float | None:
    """The sign of a score, which tells 0.0 from -0.0."""
    score = getattr(row, "score", None)
    return None if score is None else math.copysign(1, score)


def test_the_order_of_a_dictionary_does_not_change_the_bytes(tmp_path: Path) -> None:
    for name, meta in (("a", {"쪽": "1", "저자": "독"}), ("b", {"저자": "독", "쪽": "1"})):
        tables.write(tmp_path / name, Document, [Document("d", "d", "", "md", "", [], meta)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_none_and_empty_are_told_apart(tmp_path: Path) -> None:
    answers = [Answer("a", None, None, 0.0, []), Answer("b", "", "", -0.0, [""])]
    tables.write(tmp_path / "t", Answer, answers)
    assert list(tables.read(tmp_path / "t", Answer)) == answers
    assert tables.column(tmp_path / "t", Answer, "text") == [None, ""]


def test_nested_rows_come_back_as_their_classes(tmp_path: Path) -> None:
    asked = Question("q", "얼마?", "규정", ["천 원"], [Evidence("a"), Evidence("b", 0, 3)], "gold", "test")
    tables.write(tmp_path / "t", Question, [asked])
    (read,) = tables.read(tmp_path / "t", Question)
    assert read == asked and isinstance(read.evidence[1], Evidence)


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([chunk("나"), chunk("가")], "row ('가', 0, 2) comes after ('나', 0, 2)"),
        ([chunk("가", 5), chunk("가", 4)], "row ('가', 4, 6) comes after ('가', 5, 7)"),
        ([chunk("가"), chunk("가")], "row ('가', 0, 2) comes after ('가', 0, 2)"),
    ],
)
def test_rows_out_of_order_or_twice_are_refused(tmp_path: Path, rows: list[Chunk], named: str) -> None:
    path = tmp_path / "t.parquet"
    tables.write(path, Chunk, some())
    with pytest.raises(TableError) as caught:
        tables.write(path, Chunk, rows)
    expected = f"{path}: {named}; write rows in the order of ('doc_id', 'start', 'end'), each once"
    assert str(caught.value) == expected
    assert list(tables.read(path, Chunk)) == some() and list(tmp_path.iterdir()) == [path]


def test_order_is_checked_across_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_PER_GROUP", 1)
    with pytest.raises(TableError, match="comes after"):
        tables.write(tmp_path / "t", SplitRow, [SplitRow("b", "b", "dev"), SplitRow("a", "a", "dev")])


@pytest.mark.parametrize(
    ("row_type", "later"),
    [(Hit, Hit("q", "c", 2, 0.5)), (Candidate, Candidate("q", "d", [Source("bm25", 1, 9.5)], 0.1, 0.2, "kept"))],
)
def test_the_whole_key_orders_a_table(tmp_path: Path, row_type: type, later: Any) -> None:
    earlier = dataclasses.replace(later, **({"rank": 1} if row_type is Hit else {"chunk_id": "c"}))
    assert tables.write(tmp_path / "t", row_type, [earlier, later]) == 2
    with pytest.raises(TableError):
        tables.write(tmp_path / "t", row_type, [later, earlier])


def many(made: list[int] | None = None) -> Iterator[Chunk]:
    for n in range(5_000):
        if made is not None:
            made.append(n)
        yield chunk(start=10 * n, text="가나다라마바사아자차")


def test_rows_are_written_as_they_come_in_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    written_at: list[int] = []
    real = pq.ParquetWriter.write_table

    def write_table(self: pq.ParquetWriter, *args: Any) -> None:
        written_at.append(len(made))
        real(self, *args)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_table)
    assert tables.write(tmp_path / "t", Chunk, many(made)) == 5_000
    assert written_at == [1024, 2048, 3072, 4096, 5000]
    metadata = pq.ParquetFile(tmp_path / "t").metadata
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [1024] * 4 + [5000 - 4096]
    assert sum(1 for _ in tables.read(tmp_path / "t", Chunk)) == 5_000


def test_some_columns_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_PER_GROUP", 2)
    tables.write(tmp_path / "t", Chunk, [Chunk(f"a#{n}-9", "a", n, 9, f"{n}번", 1, "독") for n in range(5)])
    assert list(tables.columns(tmp_path / "t", Chunk, "text", "start")) == [(f"{n}번", n) for n in range(5)]


def test_reading_holds_one_row_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.write(tmp_path / "t", Chunk, many())
    groups: list[int] = []
    real = pq.ParquetFile.read_row_group

    def read_row_group(self: pq.ParquetFile, index: int) -> pa.Table:
        groups.append(index)
        return real(self, index)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", read_row_group)
    monkeypatch.delattr(pq.ParquetFile, "read")
    rows = tables.read(tmp_path / "t", Chunk)
    for _ in range(1025):
        next(rows)
    assert groups == [0, 1]


def test_there_is_no_metadata_but_the_schema(tmp_path: Path) -> None:
    tables.write(tmp_path / "t", Document, [])
    file = pq.ParquetFile(tmp_path / "t")
    assert file.metadata.metadata is None and file.metadata.num_rows == 0
    assert list(tables.read(tmp_path / "t", Document)) == []


def test_the_columns_of_a_table_are_the_fields_of_its_row() -> None:
    assert tables.arrow_schema(Hit).equals(
        pa.schema(
            [
                pa.field("query_id", pa.string(), nullable=False),
                pa.field("chunk_id", pa.string(), nullable=False),
                pa.field("rank", pa.int64(), nullable=False),
                pa.field("score", pa.float64(), nullable=False),
                pa.field(
                    "sources",
                    pa.list_(
                        pa.field(
                            "element",
                            pa.struct(
                                [
                                    pa.field("system", pa.string(), nullable=False),
                                    pa.field("rank", pa.int64(), nullable=False),
                                    pa.field("score", pa.float64(), nullable=False),
                                ]
                            ),
                            nullable=False,
                        )
                    ),
                    nullable=False,
                ),
            ]
        )
    )
    assert tables.arrow_schema(Answer).field("text").nullable


def test_no_table(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    for read in (lambda: list(tables.read(path, Chunk)), lambda: tables.column(path, Chunk, "text")):
        with pytest.raises(TableError) as caught:
            read()
        assert str(caught.value) == f"{path}: no such table; run `dvc repro` to build it"


def test_a_table_of_other_columns(tmp_path: Path) -> None:
    tables.write(tmp_path / "t", SplitRow, [SplitRow("a", "a", "dev")])
    with pytest.raises(TableError) as caught:
        tables.count(tmp_path / "t", Source)
    assert str(caught.value) == (
        f"{tmp_path / 't'}: has columns (doc_id: string, group: string, split: string); expected (system: string, "
        "rank: int64, score: double); run `dvc repro`"
    )


def test_a_table_whose_columns_have_other_types(tmp_path: Path) -> None:
    pq.write_table(pa.table({"doc_id": ["a"], "group": [1], "split": ["dev"]}), tmp_path / "t")
    with pytest.raises(TableError, match=r"has columns \(doc_id: string, group: int64, split: string\)"):
        list(tables.read(tmp_path / "t", SplitRow))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"doc_id,text\n1,2\n", "독".encode("cp949") * 99])
def test_a_file_that_is_no_parquet(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(TableError, match=r"t: not a readable Parquet file \(.*\); remove it and run `dvc repro`$"):
        tables.count(tmp_path / "t", Chunk)


def test_a_truncated_table(tmp_path: Path) -> None:
    tables.write(tmp_path / "t", Chunk, many())
    whole = (tmp_path / "t").read_bytes()
    (tmp_path / "t").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match="not a readable Parquet file"):
        list(tables.read(tmp_path / "t", Chunk))


@pytest.mark.parametrize(
    "read",
    [
        lambda path: list(tables.read(path, Chunk)),
        lambda path: list(tables.columns(path, Chunk, "text")),
        lambda path: tables.column(path, Chunk, "text"),
    ],
)
def test_a_table_with_a_hole_in_the_middle(tmp_path: Path, read: Any) -> None:
    tables.write(tmp_path / "t", Chunk, many())
    whole = (tmp_path / "t").read_bytes()
    (tmp_path / "t").write_bytes(whole[:4] + bytes(20_000) + whole[20_004:])
    with pytest.raises(TableError, match="not a readable Parquet file"):
        read(tmp_path / "t")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="not a readable Parquet file"):
        tables.count(tmp_path, Chunk)


def test_rows_that_end_in_an_error_leave_the_table_as_it_was(tmp_path: Path) -> None:
    tables.write(tmp_path / "t", Chunk, some())

    def rows() -> Iterator[Chunk]:
        yield from many()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tables.write(tmp_path / "t", Chunk, rows())
    assert list(tables.read(tmp_path / "t", Chunk)) == some() and list(tmp_path.iterdir()) == [tmp_path / "t"]


def test_a_full_disk_names_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pq.ParquetWriter.__init__

    def onto_a_full_device(self: pq.ParquetWriter, where: Path, *args: Any, **kwargs: Any) -> None:
        where.symlink_to("/dev/full")
        real(self, where, *args, **kwargs)

    monkeypatch.setattr(pq.ParquetWriter, "__init__", onto_a_full_device)
    with pytest.raises(OSError, match="No space left on device") as caught:
        tables.write(tmp_path / "t", Chunk, many())
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path / "t"))
    assert list(tmp_path.iterdir()) == []


def test_a_group_of_long_texts_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHARACTERS_PER_GROUP", 10)
    rows = [Document(f"{n}", "", "", "md", "가" * length) for n, length in enumerate((9, 1, 30, 2, 2))]
    tables.write(tmp_path / "t", Document, rows)
    with pq.ParquetFile(tmp_path / "t") as file:
        assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [2, 1, 2]
    assert list(tables.read(tmp_path / "t", Document)) == rows
