"""Lines are set 10 points high, every character 10 wide, on a measure from 50 to 250."""

import pytest

from onggi.documents.blocks import Block, Place
from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.paragraphs import Layout
from onggi.documents.pdf.reading import Line
from onggi.documents.pdf.tables import Cell, Table


def line(y: float, text: str, x: float = 50, size: float = 10, spaced: bool = False, glued: bool = False) -> Line:
    return Line((Run(text, x, x + len(text) * size, y, size, spaced=spaced, glued=glued),))


def row(y: float, *cells: tuple[float, str]) -> Line:
    return Line(tuple(Run(text, x, x + len(text) * 10, y, 10) for x, text in cells))


def texts(*pages: list[Line]) -> list[str]:
    return [block.text for block in Layout(list(pages), {}).blocks()]


PAGES = [Place("page", number) for number in range(1, 5)]
FULL = "장독대들은 누구나 빌릴 수가 있으며"  # 19 characters: 190 of 200 points
ENDED = "장독대는 누구나 빌릴 수가 있습니다."
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
    "second", [line(476, "조금 먼 줄"), line(485, "들여 쓴 줄", x=65), line(485, "내어 쓴 줄", x=40)]
)
def test_after_the_end_of_a_sentence_less_parts_paragraphs(second: Line) -> None:
    below = [line(400 - 15 * n, f"짧은 줄 {n}") for n in range(3)]
    before = [line(515, FULL)] if second.left < 50 else []
    assert texts(page(*before, line(500, ENDED), second, *below))[1] == second.text
    assert second.text not in texts(page(*before, line(500, FULL), second, *below))


@pytest.mark.parametrize(
    "second",
    [
        line(460, "멀리 있는 줄"),
        line(485, "멀리 들여 쓴 줄", x=115),
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
    apart = [line(500 - 23 * n, ENDED) for n in range(8)]
    together = [line(300, FULL), line(284, FULL), line(268, "더불어 끝.")]
    assert texts(page(*apart, *together))[:9] == [ENDED] * 8 + [f"{FULL} {FULL} 더불어 끝."]


def test_a_hanging_item_goes_on_and_the_next_item_is_its_own() -> None:
    lines = page(line(500, "• " + FULL[:-1]), line(485, "더불어 끝", x=60), line(470, "• 둘째"), line(455, "본문"))
    blocks = Layout([lines], {}).blocks()
    assert [(block.text, block.tight) for block in blocks[:3]] == [
        (f"• {FULL[:-1]} 더불어 끝", False),
        ("• 둘째", True),
        ("본문", True),
    ]


def test_a_box_has_its_own_measure() -> None:
    boxed = ["좁은 상자에 든 글이라", "여기에서 다 안 끝나고", "다음 줄로 이어 갑니다", "끝."]
    lines = page(*(line(500 - 15 * at, text, x=80) for at, text in enumerate(boxed)))
    assert texts(lines)[0] == "좁은 상자에 든 글이라 여기에서 다 안 끝나고 다음 줄로 이어 갑니다 끝."
    lines = page(line(500, "좁은 상자", x=80), *lines[1:])
    assert texts(lines)[0] == "좁은 상자"


def test_rows_cells_and_wrapped_cells() -> None:
    lines = [
        row(500, (50, "구분"), (100, "때"), (180, "비고")),
        row(478, (50, "평일"), (100, "열 시부터")),
        line(464, "여섯 시까지", x=100),
        line(478, "미리 예약", x=180),
        line(464, "반드시 하여야 함", x=180),
        row(442, (50, "주말"), (100, "쉼")),
        line(400, "끝"),
    ]
    blocks = Layout([lines], {}).blocks()
    assert [(block.text, block.tight) for block in blocks] == [
        ("구분 | 때 | 비고", False),
        ("평일 | 열 시부터 여섯 시까지 | 미리 예약 반드시 하여야 함", True),
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
        Block(
            f"{joined} 이어진 글.",
            places=((0, PAGES[0]), (len(joined) + 1, PAGES[1]), (len(joined) + 1, PAGES[2])),
            size=10,
        ),
        Block("다음", places=((2, PAGES[3]),), size=10),
    ]


def test_a_paragraph_goes_on_behind_the_footnotes_of_its_page() -> None:
    notes = [line(60, "1) 장독대의 뜻", size=8), line(48, "2) 옹기의 뜻", size=8)]
    pages = [[line(100, LONGEST), line(85, FULL + "서"), *notes], [line(500, "이어진 글."), line(470, "다음")]]
    blocks = Layout(pages, {}).blocks()
    joined = f"{LONGEST} {FULL}서"
    assert [block.text for block in blocks] == ["1) 장독대의 뜻", "2) 옹기의 뜻", f"{joined} 이어진 글.", "다음"]
    assert [block.places for block in blocks] == [((0, PAGES[0]),), (), ((len(joined) + 1, PAGES[1]),), ()]


def test_footnotes_stay_behind_a_paragraph_that_has_ended() -> None:
    pages = [
        [line(100, LONGEST), line(85, ENDED), line(60, "1) 장독대의 뜻", size=8)],
        [line(500, "새 글."), line(470, "다음")],
    ]
    assert texts(*pages) == [f"{LONGEST} {ENDED}", "1) 장독대의 뜻", "새 글.", "다음"]


def test_footnotes_do_not_part_a_sentence_at_the_end_of_a_column() -> None:
    left = [line(100, LONGEST), line(85, FULL + "서"), line(60, "1) 장독대의 뜻", size=8)]
    assert texts([*left, line(500, "이어진 글.", x=300)]) == ["1) 장독대의 뜻", f"{LONGEST} {FULL}서 이어진 글."]


def test_rows_of_a_label_and_values_stay_apart() -> None:
    rows = ["대출 규모 : 686 → 784 → 909", "연체율 : 0.79 → 0.56 → 0.53"]
    lines = page(*(line(500 - 15 * at, text, size=13) for at, text in enumerate(rows)))
    assert texts(lines)[:2] == rows


def test_a_sentence_that_ends_the_page_ends_the_paragraph() -> None:
    assert texts([line(100, LONGEST + ".")], [line(500, "새 글")]) == [LONGEST + ".", "새 글"]


def test_headings_are_taken_from_the_outline() -> None:
    lines = page(line(500, "1. 목적은 이러하고"), line(485, "저러하다"), line(470, "본문"))
    blocks = Layout([lines], {(0, 0): (2, 2)}).blocks()
    assert blocks[0] == Block("1. 목적은 이러하고 저러하다", level=2, places=((0, PAGES[0]),), size=10)
    assert (blocks[1].text, blocks[1].level) == ("본문", None)


def test_a_paragraph_runs_into_the_next_column() -> None:
    first = [line(500 - 15 * at, "왼쪽 단의 글이 끝나지 않은 채로") for at in range(5)]
    second = [line(500, "이어집니다.", x=250), line(485, "다음 문단은 따로 있습니다.", x=250)]
    found = texts([*first, *second])
    assert found[0].endswith("끝나지 않은 채로 이어집니다.")


def test_entries_of_a_table_of_contents_stay_apart() -> None:
    lines = [line(500 - 15 * at, f"{name} ············ {at}") for at, name in enumerate(("추진 배경", "추진 방향"))]
    assert texts(lines) == ["추진 배경 … 0", "추진 방향 … 1"]


def test_entries_of_an_index_stay_apart() -> None:
    entries = ["장독대와 옹기와 항아리 … 26, 102", "항아리와 옹기와 장독대 … 81–84, 90"]
    assert texts([line(500 - 15 * at, text) for at, text in enumerate(entries)]) == entries


def test_lines_of_a_program_stay_apart_and_what_is_said_of_them_does_not() -> None:
    for first, second in (("\\begin{IEEEeqnarray}{", "a & = & b"), ("This is an example of", "% a program")):
        assert texts(page(line(500, first), line(485, second)))[:2] == [first, second]
    for first, second in ((FULL, "쓰는 \\begin"), ("This is an example of", "a program")):
        assert texts(page(line(500, first), line(485, second)))[0] == f"{first} {second}"


def test_numbers_along_the_axis_of_a_chart_are_one_block() -> None:
    assert texts([line(500 - 15 * at, str(at)) for at in range(4)]) == ["0 1 2 3"]


def test_blocks_know_the_size_and_weight_of_their_letters() -> None:
    bold = Line((Run("제목", 50, 90, 500, 20, bold=True),))
    blocks = Layout([[bold, line(470, "본문입니다.")]], {}).blocks()
    assert [(block.size, block.bold) for block in blocks] == [(20, True), (10, False)]


def test_pages_have_the_labels_that_the_file_gives() -> None:
    blocks = Layout([[line(500, "가")], [line(500, "나")]], {}, ["i", ""]).blocks()
    assert [block.places for block in blocks] == [((0, Place("page", 1, "i")),), ((0, Place("page", 2)),)]


def test_rows_of_a_table_with_rulings() -> None:
    def cell(column: int, *texts: str, width: float = 50) -> Cell:
        lines = [(Run(text, 0, 10 * len(text), -12 * at, 10),) for at, text in enumerate(texts)]
        return Cell(tuple(lines), column, width)

    rows = ((cell(0, "구분"), cell(1, "정원")), (cell(0, "한국항공", "직업전문학교", width=60), cell(1, "30명")))
    table = Table(rows, (0, 1), 0, 100, 500, 400, 0)
    assert [block.text for block in Layout([[table]], {}).blocks()][1:] == [
        "구분 | 정원",
        "한국항공 직업전문학교 | 30명",
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [([("이 사건 처분", 4), ("과세액", 20)], "이 사건 처분 과세액"), ([("항공대학", 0), ("교", 18)], "항공대학교")],
)
def test_centred_lines_of_a_cell_end_where_their_writer_wanted(lines: list[tuple[str, float]], text: str) -> None:
    runs = tuple((Run(word, x, x + 10 * len(word), -12 * at, 10),) for at, (word, x) in enumerate(lines))
    table = Table(((Cell(runs, 0, 10 * len(lines[0][0]) + 8), Cell(runs[:1], 1, 90)),), (0, 1), 0, 100, 500, 400, 0)
    assert Layout([[table]], {}).blocks()[-1].text.startswith(text)


def test_the_end_of_a_verb_is_no_list_mark() -> None:
    cut = FULL[:-2] + " 있었"
    assert texts(page(line(500, cut), line(485, "다. 그리고 끝난다.")))[0] == f"{cut}다. 그리고 끝난다."
    noun = FULL[:-2] + " 용기"
    assert texts(page(line(500, noun), line(485, "다. 크기와 모양")))[:2] == [noun, "다. 크기와 모양"]


def test_a_sentence_goes_on_in_a_line_that_was_shrunk_to_fit() -> None:
    def sized(first: str, second: str, size: float) -> list[str]:
        long = [Line((Run(first, 50, 310, 500, 10),)), line(500 - 14, second, size=size)]
        return texts([*long, *(Line((Run("가" * 26, 50, 310, y, 10),)) for y in (40, 30, 20))])[:2]

    start = "장독대를 오래 빌리는 이들과 그때 함께 쓴 것"
    assert sized(f"{start}을", "모두 적는다.", 9)[0] == f"{start}을 모두 적는다."
    assert sized(f"{start}들", "모두 적는다.", 9) == [f"{start}들", "모두 적는다."]
    assert sized(f"{start}을", "모두 적는다.", 7) == [f"{start}을", "모두 적는다."]


def test_entries_with_labels_of_one_kind_stay_apart() -> None:
    first, second = "* (장독) 여섯 달을 두고 익힌다 하고서", "(항아리들은) 그늘에 둔다"
    assert texts(page(line(500, first), line(485, second, x=60)))[:2] == [first, second]


def test_what_a_list_says_of_a_name_hangs_below_it() -> None:
    first = row(500, (50, "소금"), (100, "장독에 넣기 전에 물에 풀어 두며"))
    block = texts(page(first, line(487, "가라앉힌 뒤에", x=70), line(474, "거른다.", x=70)))[0]
    assert block == "소금 | 장독에 넣기 전에 물에 풀어 두며 가라앉힌 뒤에"
    assert texts(page(row(500, (50, "소금"), (240, "9")), line(487, "가라앉힌 뒤에", x=70)))[:2] == [
        "소금 | 9",
        "가라앉힌 뒤에",
    ]


def test_a_running_head_does_not_part_a_sentence() -> None:
    head = Line((Run("장독의 기록", 50, 110, 580, 10, running=True),))
    layout = Layout([page(line(500, FULL)), [head, line(550, "더불어 끝납니다."), *page(line(535, "둘째"))]], {})
    blocks = [block for block in layout.blocks() if LONGEST not in block.text]
    assert [block.text for block in blocks] == [f"{FULL}", "장독의 기록", "더불어 끝납니다.", "둘째"]
    first = [line(535, LONGEST), line(520, LONGEST), line(500, FULL)]
    layout = Layout([first, [head, *page(line(550, "더불어 끝납니다."), line(535, "둘째"))]], {})
    joined, told, second = [block for block in layout.blocks() if LONGEST not in block.text or FULL in block.text]
    assert (joined.text.endswith("더불어 끝납니다."), told.text, second.text) == (True, "장독의 기록", "둘째")
    assert joined.places[-1] == (len(joined.text) - len("더불어 끝납니다."), PAGES[1])


def test_entries_of_an_index_stay_apart_from_one_without_leaders() -> None:
    entry = "항아리 뚜껑 . . 12, 13, 39, 42"
    lines = [line(500, entry, size=9.5), line(487, "항아리 받침 ········· 27", size=9.5)]
    assert texts(page(*lines))[:2] == [entry, "항아리 받침 … 27"]


def test_the_next_entry_stands_below_the_lines_that_hang() -> None:
    lines = [line(500, FULL), line(485, FULL[:-2], x=70), line(470, "장독대들은 모두", x=50)]
    assert texts(page(*lines))[:2] == [f"{FULL} {FULL[:-2]}", "장독대들은 모두"]


def test_an_item_whose_mark_stands_far_in_goes_on_at_the_margin() -> None:
    first = "① 장독을 모두 세고서"
    assert (
        texts(page(line(500, first, x=130), line(485, "더불어 적는다."), line(470, "끝.")))[0]
        == f"{first} 더불어 적는다."
    )
