"""The sheet that a person fills in, also after a spreadsheet had it."""

from pathlib import Path

import pytest

from onggi.core.errors import GoldError
from onggi.pooling.sheet import Row, read, write

ROWS = [
    Row("q1", "장/메주.md", 0, 9, '닷새,\n"뒤"에 띄운다', "1"),
    Row("q2", "=cmd.md", 3, 5, "-1,200원", ""),
    Row("q3", "a.md", 0, 2, "'말", "p12"),
]


def filled(folder: Path, *lines: str, header: str = "query_id,doc_id,start,end,text,verdict") -> Path:
    file = folder / "filled.csv"
    file.write_text("\n".join([header, *lines]), "utf-8")
    return file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pool.csv"
    write(file, ROWS)
    assert [row.where for row in read(file)] == [f"{file}:{line}" for line in (2, 4, 5)]
    assert [(r.query_id, r.doc_id, r.start, r.end, r.text, r.verdict) for r in read(file)] == [
        (r.query_id, r.doc_id, r.start, r.end, r.text, r.verdict) for r in ROWS
    ]


def test_a_spreadsheet_reads_it_as_korean_and_calculates_nothing(tmp_path: Path) -> None:
    write(tmp_path / "pool.csv", ROWS)
    content = (tmp_path / "pool.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfquery_id,doc_id,start,end,text,verdict\n")
    assert b"q2,'=cmd.md,3,5,\"'-1,200" in content


def test_a_spreadsheet_may_order_columns_end_lines_and_add_blank_ones(tmp_path: Path) -> None:
    file = tmp_path / "pool.csv"
    file.write_bytes("\ufeffverdict,text,start,end,doc_id,query_id\r\n P1 ,말,0,1,a,q\r\n,,,,,\r\n".encode())
    assert read(file) == [Row("q", "a", 0, 1, "말", "p1", f"{file}:2")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q,a,0,1,말,2", "verdict: got '2'; write 0 (does not answer), 1"),
        ("q,a,0,1,말,yes", "verdict: got 'yes'"),
        ("q,a,zero,1,말,1", "start: got 'zero'; leave it as `onggi gold pool` wrote it"),
        ("q,a,0,1.0,말,1", "end: got '1.0'"),
        ("q,a,0,-1,말,1", "end: got '-1'"),
        ("q,a,0,٣,말,1", "end: got '٣'"),
        ("q,a,0,1,말", "has 5 cells; give it 6"),
        ('q,a,0,1,"말,1', "not CSV ("),
    ],
)
def test_a_wrong_row_is_named_by_its_line(tmp_path: Path, line: str, message: str) -> None:
    file = filled(tmp_path, 'q,a,0,1,"두\n줄",0', line)
    with pytest.raises(GoldError) as raised:
        read(file)
    assert str(raised.value).startswith(f"{file}:4: ") and message in str(raised.value)


def test_what_is_no_sheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"filled\.csv:1: has the columns a,b; give it query_id,doc_id"):
        read(filled(tmp_path, header="a,b"))
    with pytest.raises(GoldError, match="no such file; name the CSV"):
        read(tmp_path / "gone.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(GoldError, match="is empty"):
        read(tmp_path / "empty.csv")
    (tmp_path / "cp949.csv").write_bytes("판정".encode("cp949"))
    with pytest.raises(GoldError, match=r"not UTF-8 \(byte 0\); save it as CSV UTF-8"):
        read(tmp_path / "cp949.csv")
