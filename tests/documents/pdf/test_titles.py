"""Titles: from the metadata only if they name the document, else the largest text."""

import pytest

from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.reading import Line
from onggi.documents.pdf.titles import title


def line(text: str, size: float = 10) -> Line:
    return Line((Run(text, 50, 50 + size * len(text), 500, size),))


PAGE = [
    line("보도자료", 14),
    line("금융권의 상생금융", 26),
    line("추진현황", 26),
    line("정부와 금융권은 2024년에 내용을 밝혔다. " * 5),
]


@pytest.mark.parametrize(
    "told",
    [
        "<31315FC0CCBFB5BCB12EC0CCBCDBC8F12EC7D1C0CEBFB55F>",
        "2024³â 3¿ù ÅëÈŁ½Å¿ëÁ¤Ã¥º¸°í¼Ł(¾È)",
        "PowerPoint 프레젠테이션",
        "Microsoft Word - 보도자료.docx",
        "문 내용",
        "3",
        "1111",
        "untitled",
        "",
        "02 KJG-19-089(강현우)-4.hwp",
    ],
)
def test_what_programs_write_is_no_title(told: str) -> None:
    assert title(told, [PAGE]) == "금융권의 상생금융 추진현황"


@pytest.mark.parametrize("told", ["금융권의 상생금융", "상생금융과 금융권의 추진현황"])
def test_a_title_that_the_text_knows_is_one(told: str) -> None:
    assert title(told, [PAGE]) == told


def test_a_first_page_of_one_size_has_no_title() -> None:
    assert title("", [[line("그냥 본문입니다."), line("그냥 본문입니다.")]]) == ""


def test_a_number_is_no_title_however_large() -> None:
    assert (
        title("", [[line("III", 40), line("향후 정책 방향", 20), line("본문이 이어집니다. " * 9)]]) == "향후 정책 방향"
    )


def test_an_empty_first_page_is_passed_over() -> None:
    assert title("", [[], PAGE]) == "금융권의 상생금융 추진현황"


def test_what_the_metadata_say_is_better_than_nothing() -> None:
    plain = [line("그냥 본문입니다."), line("그냥 본문입니다.")]
    assert title("장 담그기", [plain]) == "장 담그기"
    assert title("문 내용", [plain]) == ""
    assert title("2024³â 3¿ù ÅëÈŁ½Å¿ëÁ¤Ã¥", [plain]) == ""


def test_a_label_is_no_part_of_a_title_and_a_court_is_one_of_its_judgment() -> None:
    body = line("본문이 이어집니다. " * 9)
    assert title("", [[line("참고", 20), line("장독 현황", 20), body]]) == "장독 현황"
    assert (
        title("", [[line("장독고등법원", 20), line("제3형사부", 20), line("판결", 20), body]])
        == "장독고등법원 제3형사부 판결"
    )
    assert title("", [[line("장독의회", 40), line("장독 운영 계획", 20), body]]) == "장독 운영 계획"
