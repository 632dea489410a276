"""Lines are set 10 points high, every character 10 wide, on a measure from 50 to 250."""

import pytest

from onggi.documents.blocks import Block
from onggi.documents.pdf_layout import Layout, Line, Segment


def line(y: float, text: str, x: float = 50, size: float = 10, spaced: bool = False, glued: bool = False) -> Line:
    return Line((Segment(text, x, x + len(text) * size),), y, size, spaced, glued)


def row(y: float, *cells: tuple[float, str]) -> Line:
    return Line(tuple(Segment(text, x, x + len(text) * 10) for x, text in cells), y, 10)


def texts(*pages: list[Line]) -> list[str]:
    return [block.text for block in Layout(list(pages), {}).blocks()]


FULL = "가나다라 마바사아 자차카타 파하거너"  # 19 characters: 190 of 200 points
LONGEST = "모든 줄 가운데 가장 긴 줄은 이것입니다"  # 21 characters, twice, so that the measure is known


def page(*lines: Line) -> list[Line]:
    return [*lines, line(20, LONGEST, size=9.5), line(8, LONGEST, size=9.5)]


def test_a_full_line_goes_on_in_the_next_and_a_short_one_ends_a_paragraph() -> None:
    lines = page(line(500, FULL), line(485, "더불어 끝납니다."), line(470, "새 문단입니다."))
    assert texts(lines)[:2] == [f"{FULL} 더불어 끝납니다.", "새 문단입니다."]


def test_a_line_that_left_room_for_the_next_word_was_ended_on_purpose() -> None:
    lines = page(line(500, "열일곱 자를 채운 줄 하나"), line(485, "더 들어갔을 말"))
    assert texts(lines)[:2] == ["열일곱 자를 채운 줄 하나", "더 들어갔을 말"]


@pytest.mark.parametrize(
    "second",
    [
        line(470, "멀리 있는 줄"),
        line(485, "들여 쓴 줄", x=65),
        line(485, "큰 글자의 줄", size=13),
        line(485, "- 표가 붙은 줄"),
        line(485, "가. 표가 붙은 줄"),
        line(485, "2) 표가 붙은 줄"),
    ],
)
def test_distance_indent_size_and_list_marks_part_paragraphs(second: Line) -> None:
    below = [line(400 - 15 * n, f"짧은 줄 {n}") for n in range(3)]
    lines = page(line(500, FULL), second, *below)
    assert texts(lines)[:2] == [FULL, second.text]


def test_single_lines_far_apart_stay_paragraphs_beside_one_that_goes_on() -> None:
    apart = [line(500 - 23 * n, FULL) for n in range(8)]
    together = [line(300, FULL), line(284, FULL), line(268, "더불어 끝.")]
    assert texts(page(*apart, *together))[:9] == [FULL] * 8 + [f"{FULL} {FULL} 더불어 끝."]


def test_a_hanging_item_goes_on_and_the_next_item_is_its_own() -> None:
    lines = page(line(500, "• " + FULL[:-1]), line(485, "더불어 끝", x=60), line(470, "• 둘째"), line(455, "본문"))
    blocks = Layout([lines], {}).blocks()
    assert [(block.text, block.tight) for block in blocks[:3]] == [
        (f"• {FULL[:-1]} 더불어 끝", False),
        ("• 둘째", True),
        ("본문", True),
    ]


def test_a_box_has_its_own_measure() -> None:
    boxed = "좁은 상자 안의 글이"
    lines = page(line(500, boxed, x=80), line(485, "여기서 끝나지 않고", x=80), line(470, "끝납니다.", x=80))
    assert len(boxed) == len("여기서 끝나지 않고") + 1
    assert texts(lines)[:3] != [f"{boxed} 여기서 끝나지 않고 끝납니다."]
    lines = page(line(500, boxed, x=80), line(485, "여기서 안 끝나는 줄", x=80), line(470, "끝납니다.", x=80))
    assert texts(lines)[0] == f"{boxed} 여기서 안 끝나는 줄 끝납니다."


def test_rows_cells_and_wrapped_cells() -> None:
    lines = [
        row(500, (50, "구분"), (100, "때"), (180, "비고")),
        row(478, (50, "평일"), (100, "열 시부터")),
        line(464, "여섯 시까지", x=100),
        line(478, "미리 예약", x=180),
        line(464, "하여야 함", x=180),
        row(442, (50, "주말"), (100, "쉼")),
        line(400, "끝"),
    ]
    blocks = Layout([lines], {}).blocks()
    assert [(block.text, block.tight) for block in blocks] == [
        ("구분 | 때 | 비고", False),
        ("평일 | 열 시부터 여섯 시까지 | 미리 예약 하여야 함", True),
        ("주말 | 쉼", True),
        ("끝", False),
    ]


def test_a_row_whose_first_cell_is_wrapped() -> None:
    lines = [line(500, "밤 개장"), line(486, "기간"), line(500, "칠월", x=120), row(464, (50, "낮"), (120, "유월"))]
    assert texts(lines) == ["밤 개장 기간 | 칠월", "낮 | 유월"]


def test_a_paragraph_runs_over_the_page_and_its_start_is_marked_inside() -> None:
    pages = [[line(100, LONGEST), line(85, FULL + "서")], [], [line(500, "이어진 글."), line(470, "다음")], []]
    blocks = Layout(pages, {}).blocks()
    joined = f"{LONGEST} {FULL}서"
    assert blocks == [
        Block(f"{joined} 이어진 글.", pages=(0, len(joined) + 1, len(joined) + 1)),
        Block("다음", pages=(2,)),
    ]


def test_a_sentence_that_ends_the_page_ends_the_paragraph() -> None:
    assert texts([line(100, LONGEST + ".")], [line(500, "새 글")]) == [LONGEST + ".", "새 글"]


def test_headings_are_taken_from_the_outline() -> None:
    lines = page(line(500, "1. 목적은 이러하고"), line(485, "저러하다"), line(470, "본문"))
    blocks = Layout([lines], {(0, 0): (2, 2)}).blocks()
    assert blocks[0] == Block("1. 목적은 이러하고 저러하다", level=2, pages=(0,))
    assert (blocks[1].text, blocks[1].level) == ("본문", None)


def broken(pairs: list[tuple[str, str]], *, spaced: bool = False) -> list[Line]:
    """Each pair: a full line and the one it goes on in; words in the middle of a line are the evidence."""
    lines = []
    for at, (before, after) in enumerate(pairs):
        lines += [line(1000 - 40 * at, before.rjust(21, "…"), spaced=spaced), line(985 - 40 * at, after)]
    return lines


def around(*breaks: str) -> list[tuple[str, str]]:
    return [(f"앞 {before}", f"{after} 뒤.") for before, after in (pair.split("|") for pair in breaks)]


INSIDE = around("설치|하면", "자동|으로", "프로|그램", "데이|터를", "인터|넷은")
BETWEEN = around("독을|닦고", "물을|붓고", "불을|켜고", "손을|씻고", "문을|닫고")
UNKNOWN = around("모르|는말")
WORDS = line(1200, "말 설치하면 자동으로 프로그램 데이터를 인터넷은 말", x=-200)
OTHERS = line(1160, "말 독을 닦고 물을 붓고 불을 켜고 손을 씻고 문을 닫고 말", x=-200)


def joints(pairs: list[tuple[str, str]]) -> list[str]:
    """Return what became of each break, without the words around it."""
    return [text.split("앞 ")[1].removesuffix(" 뒤.") for text in texts([WORDS, OTHERS, *broken(pairs)])[2:]]


def test_a_document_that_breaks_inside_words_is_joined_without_spaces() -> None:
    joined = ["설치하면", "자동으로", "프로그램", "데이터를", "인터넷은"]
    assert joints(INSIDE * 4 + UNKNOWN) == [*joined * 4, "모르는말"]


def test_a_document_that_breaks_at_both_is_joined_where_there_is_evidence() -> None:
    found = joints(INSIDE * 2 + BETWEEN * 3 + UNKNOWN)
    assert found[:5] == ["설치하면", "자동으로", "프로그램", "데이터를", "인터넷은"]
    assert found[10:15] == ["독을 닦고", "물을 붓고", "불을 켜고", "손을 씻고", "문을 닫고"]
    assert found[-1] == "모르 는말"


def test_in_any_other_document_a_break_is_a_space() -> None:
    assert joints(BETWEEN * 5 + INSIDE[:2])[-2:] == ["설치 하면", "자동 으로"]


def test_few_breaks_are_no_evidence() -> None:
    assert joints(INSIDE * 3)[0] == "설치 하면"


def test_spaces_drawn_at_line_ends_decide() -> None:
    lines = [*broken(INSIDE[:2], spaced=True), line(800, "…" * 18 + "안 붙"), line(785, "임말")]
    found = texts(lines)
    assert found[0].endswith("앞 설치 하면 뒤.")
    assert found[-1].endswith("안 붙임말")


def test_hyphens_at_line_ends_are_joined() -> None:
    soft = [line(500, "x" * 17 + "exam", glued=True), line(485, "ple")]
    hard = [line(400, "x" * 17 + "PCI-"), line(385, "Express")]
    found = texts(soft + hard)
    assert found[0].endswith("example")
    assert found[1].endswith("PCI-Express")
