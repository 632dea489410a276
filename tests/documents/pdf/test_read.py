from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.documents import pdf
from onggi.documents.blocks import Joined

Read = Callable[[str, bytes], Joined]
Make = Callable[..., bytes]

FULL = "가온시 장독대는 누구나 빌릴 수 있으며 빌리려는 사람은"  # 29 characters, 10 points each: 290 points
NEXT = "신청서를 냅니다."


def test_lines_of_a_paragraph_are_joined_and_page_numbers_dropped(make_pdf: Make, read: Read) -> None:
    data = make_pdf(
        [(50, 550, "장독대 안내", 16), (50, 520, FULL), (50, 505, NEXT), (50, 475, "둘째 문단."), (190, 20, "- 1 -")],
        [(50, 550, "셋째 문단."), (190, 20, "2 / 2")],
    )
    joined = read(".pdf", data)
    assert joined.text == f"장독대 안내\n\n{FULL} {NEXT}\n\n둘째 문단.\n\n셋째 문단."
    assert [section.heading for section in joined.sections] == [[]]
    assert [(o.start, o.number) for o in joined.origins] == [(0, 1), (joined.text.index("셋째"), 2)]


def test_a_number_inside_the_page_is_no_page_number(make_pdf: Make, read: Read) -> None:
    assert (
        read(".pdf", make_pdf([(50, 500, "위쪽 글"), (90, 450, "77"), (50, 400, "아래쪽 글")])).text
        == "위쪽 글\n\n77\n\n아래쪽 글"
    )


def test_running_heads_are_told_once(make_pdf: Make, read: Read) -> None:
    pages = [[(50, 570, f"{n} 장독 조례"), (50, 500, f"본문 {word}")] for n, word in enumerate(("가", "나", "다"))]
    assert read(".pdf", make_pdf(*pages)).text == "0 장독 조례\n\n본문 가\n\n본문 나\n\n본문 다"


def test_the_outline_gives_the_headings(make_pdf: Make, read: Read) -> None:
    data = make_pdf(
        [(50, 550, "제1장 총칙", 16), (50, 520, "1. 목적", 12), (50, 490, "본문 하나.")],
        [(50, 550, "1. 목적 되풀이"), (50, 500, "2. 정의", 12), (50, 470, "본문 둘.")],
        title="총칙",
        outline=[("총칙", 0, 0, 566), ("목적", 1, 0, 532), ("2. 정의", 1, 1, 512)],
    )
    joined = read(".pdf", data)
    assert [(s.heading, joined.text[s.start : s.end]) for s in joined.sections] == [
        (["제1장 총칙", "1. 목적"], "제1장 총칙\n\n1. 목적\n\n본문 하나.\n\n1. 목적 되풀이"),
        (["제1장 총칙", "2. 정의"], "2. 정의\n\n본문 둘."),
    ]
    assert pdf.read(data, "조례.pdf").title == "총칙"


def test_an_outline_that_is_not_on_the_pages_is_not_used(make_pdf: Make, read: Read) -> None:
    data = make_pdf([(50, 550, "본문")], outline=[("Slide 1", 0, 0, 560), ("Slide 2", 0, 0, 300), ("본문", 0, 0, 560)])
    assert [section.heading for section in read(".pdf", data).sections] == [[]]


def test_wide_gaps_part_cells(make_pdf: Make, read: Read) -> None:
    data = make_pdf(
        [
            (50, 500, "구분"),
            (150, 500, "값"),
            (50, 478, "어른"),
            (150, 478, "오천 원"),
            (50, 400, "1."),
            (70, 400, "신청"),
        ]
    )
    assert read(".pdf", data).text == "구분 | 값\n어른 | 오천 원\n\n1. 신청"


def test_a_page_without_text_gives_no_blocks(make_pdf: Make) -> None:
    assert list(pdf.read(make_pdf([]), "빈.pdf").blocks) == []


def test_encrypted(make_pdf: Make) -> None:
    with pytest.raises(DocumentError, match=r"^가\.pdf: is encrypted; save it without a password$"):
        pdf.read(make_pdf([(50, 500, "글")], password="비밀x"), "가.pdf")


def test_truncated(make_pdf: Make) -> None:
    data = make_pdf([(50, 500, "글")])
    with pytest.raises(
        DocumentError, match=r"^가\.pdf: is truncated \(its end mark %%EOF is missing\); copy it again$"
    ):
        pdf.read(data[: len(data) // 2], "가.pdf")


def test_damaged() -> None:
    with pytest.raises(DocumentError, match="is damaged"):
        pdf.read(b"%PDF-1.7\nnothing\n%%EOF", "가.pdf")


def test_no_pdf() -> None:
    with pytest.raises(DocumentError, match="is no PDF"):
        pdf.read(b"<html>", "가.pdf")
