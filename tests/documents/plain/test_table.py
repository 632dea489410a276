from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Joined
from onggi.documents.plain import table

Read = Callable[[str, bytes], Joined]


def test_each_row_is_a_line(read: Read) -> None:
    data = '강좌,정원,비고\r\n서예,12,"붓은 ""직접"" 준비,\n먹은 제공"\r\n\r\n도예,,흙값 따로\r\n'
    assert (
        read(".csv", data.encode()).text
        == '강좌 | 정원 | 비고\n서예 | 12 | 붓은 "직접" 준비, 먹은 제공\n도예 |  | 흙값 따로'
    )


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_the_one_of_the_first_line(read: Read, delimiter: str) -> None:
    data = f"\ufeff동{delimiter}요일\n갯머리동{delimiter}화, 금"
    if delimiter == ",":
        data = data.replace("화, 금", '"화, 금"')
    assert read(".csv", data.encode()).text == "동 | 요일\n갯머리동 | 화, 금"


def test_cp949_is_read(read: Read) -> None:
    assert read(".tsv", "구분\t값\n어른\t5".encode("cp949")).text == "구분 | 값\n어른 | 5"
    assert table.read("구분,값".encode("cp949"), "표.csv").meta == {"encoding": "cp949"}


def test_an_open_quote_is_named_with_its_line() -> None:
    with pytest.raises(DocumentError, match=r"^표\.csv:3: not a table \(unexpected end of data\); mend the quotes$"):
        table.read('가,나\n다,"라\n마,바'.encode(), "표.csv")


def test_a_cell_may_be_long(read: Read) -> None:
    assert read(".csv", f'구분,값\n"{"장" * 140_000}",1'.encode()).text == f"구분 | 값\n{'장' * 140_000} | 1"


def test_rows_know_the_line_they_start_on(read: Read) -> None:
    joined = read(".csv", '가,나\n\n"다\n라",마\n바,사\n'.encode())
    assert [(joined.text[o.start : o.end], o.number) for o in joined.origins] == [
        ("가 | 나", 1),
        ("다 라 | 마", 3),
        ("바 | 사", 5),
    ]


def test_of_a_long_table_every_hundredth_row_is_a_place(read: Read) -> None:
    joined = read(".csv", b"1,2\n" * 60_000)
    assert [origin.number for origin in joined.origins[:3]] == [1, 101, 201]
    assert len(joined.origins) == 600
