"""Titles of HWP documents: what their properties say, else the largest line, else a first line that stands out."""

import pytest

from onggi.documents.blocks import Block
from onggi.documents.hwp.titles import title

PROSE = Block("장독대에는 크고 작은 항아리가 모두 서른 개 놓여 있으며 해마다 다시 센다.", size=12)


def test_the_properties_are_believed_if_the_document_begins_with_them() -> None:
    assert title("장독 빌리기 안내서", [Block("장독 빌리기 안내서", size=12), PROSE]) == "장독 빌리기 안내서"
    assert title("지난해 안내서", [Block("장독 빌리기", size=12), PROSE]) == ""
    assert title("장독박물관의회", [Block("장독박물관의회", size=12), PROSE]) == ""


@pytest.mark.parametrize(
    "passed_over", ["보도자료", "2026. 1. 2.(금)", "장독군청", "[ 목   차 ]", "저작권", "장독부 장관"]
)
def test_the_largest_line_that_names_the_document(passed_over: str) -> None:
    blocks = [Block(passed_over, size=30), Block("장독 대여 계획", size=24), PROSE]
    assert title("", blocks) == "장독 대여 계획"


def test_lines_of_the_largest_size_are_one_title() -> None:
    blocks = [
        Block("올해 장독 대여는 지난해에", size=24),
        Block("견주어 두 배", size=24),
        Block("장독군청", size=24),
        PROSE,
    ]
    assert title("", blocks) == "올해 장독 대여는 지난해에 견주어 두 배"


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (Block("장독 대여 결과", row="body"), "장독 대여 결과"),
        (Block("■ 장독법 시행령 [별표 2] <개정 2026. 1. 2.>", size=9), "장독법 시행령 [별표 2]"),
        (Block("장 독 통 계", size=12, bold=True), "장독통계"),
        (Block("장독 대여 결과", size=12), ""),
        (Block("장독 | 서른 개", row="body"), ""),
    ],
)
def test_a_first_line_that_stands_out(first: Block, found: str) -> None:
    assert title("", [first, PROSE]) == found


def test_headings_behind_the_list_of_contents_are_not_asked() -> None:
    blocks = [Block("항아리", size=12), Block("1. 장독 ····· 3", size=20), Block("장독의 쓰임", size=30), PROSE]
    assert title("", blocks) == ""
