import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.core.schema import Section
from onggi.documents.blocks import Block, Place, TooLong, clean, join, one_line, row_blocks

LIMIT = 1_000_000


def test_clean_gives_nfc_plain_spaces_and_line_ends() -> None:
    decomposed = unicodedata.normalize("NFD", "간장")
    assert clean(f"\ufeff{decomposed}\u200b\u00ad\u00a0독\r\n\r\n \t\r\n끝\x07\r다음  ") == "간장 독\n\n끝\n다음"


def test_clean_drops_lone_surrogates_and_turns_separators_into_lines() -> None:
    assert clean("가\ud800나\u2028다\x0b라\x0c마") == "가나\n다\n라\n마"


def test_removing_a_zero_width_space_between_jamo_composes_them() -> None:
    assert clean("\u1100\u200b\u1161") == "가"


def test_long_runs_of_spaces_take_no_longer_than_other_text() -> None:
    assert clean("가" + " " * 1_000_000 + "나\n" + " \n" * 100_000 + "다") == "가" + " " * 1_000_000 + "나\n\n다"


def test_one_line_folds_everything() -> None:
    assert one_line(" 장독\n\n 뚜껑\t안내 ") == "장독 뚜껑 안내"


def test_headings_stay_in_the_text_and_give_sections() -> None:
    joined = join(
        [
            Block("머리말"),
            Block("첫째", level=1),
            Block("본문 하나"),
            Block("갑", level=2),
            Block("본문 둘"),
            Block("둘째", level=1),
            Block("본문 셋"),
        ],
        LIMIT,
    )
    assert joined.text == "머리말\n\n첫째\n\n본문 하나\n\n갑\n\n본문 둘\n\n둘째\n\n본문 셋"
    assert joined.sections == [
        Section([], 0, 3),
        Section(["첫째"], 5, 14),
        Section(["첫째", "갑"], 16, 23),
        Section(["둘째"], 25, 33),
    ]
    assert joined.first_heading == "첫째"


def test_a_numbered_heading_is_no_title() -> None:
    assert join([Block("독 안내"), Block("1. 여는 날", level=1), Block("월")], LIMIT).first_heading == ""


def test_a_heading_straight_above_a_deeper_one_opens_its_section() -> None:
    joined = join([Block("조례", level=1), Block("제1장", level=2), Block("본문"), Block("제2장", level=2)], LIMIT)
    assert joined.text == "조례\n\n제1장\n\n본문\n\n제2장"
    assert joined.sections == [Section(["조례", "제1장"], 0, 11), Section(["조례", "제2장"], 13, 16)]


def test_headings_of_one_level_in_a_row_keep_their_own_sections() -> None:
    joined = join([Block("갑", level=2), Block("을", level=2), Block("본문")], LIMIT)
    assert joined.sections == [Section(["갑"], 0, 1), Section(["을"], 3, 8)]


def test_a_skipped_level_leaves_no_gap_in_the_path() -> None:
    joined = join([Block("갑", level=1), Block("하나"), Block("을", level=4), Block("둘")], LIMIT)
    assert [section.heading for section in joined.sections] == [["갑"], ["갑", "을"]]


def test_tight_blocks_follow_on_the_next_line_but_never_a_heading() -> None:
    blocks = [Block("준비물", level=1), Block("모자", tight=True), Block("물", tight=True), Block("끝")]
    assert join(blocks, LIMIT).text == "준비물\n\n모자\n물\n\n끝"


def test_an_empty_first_row_does_not_tie_the_second_to_the_paragraph_above() -> None:
    assert join([Block("안내"), Block(" "), Block("가 | 나", tight=True)], LIMIT).text == "안내\n\n가 | 나"


def test_rows_keep_empty_cells_inside_and_drop_empty_rows() -> None:
    rows = [["구분", "값", ""], ["", ""], ["", "어른", "5"], ["", "한 칸뿐", ""], ["가\n나", "", "다"]]
    texts = [block.text for block in row_blocks(rows)]
    assert texts == ["구분 | 값", " | 어른 | 5", "한 칸뿐", "가 나 |  | 다"]


def test_places_become_stretches_of_the_text_and_empty_ones_are_none() -> None:
    page = [Place("page", number) for number in range(1, 6)]
    blocks = [
        Block("첫 쪽", places=((0, page[0]),)),
        Block("이어지는 문단", places=((0, page[1]), (5, page[2]))),
        Block("끝", places=((1, page[3]), (1, page[4]))),
        Block("  ", places=((0, Place("page", 6)),)),
    ]
    joined = join(blocks, LIMIT)
    assert joined.text == "첫 쪽\n\n이어지는 문단\n\n끝"
    assert [(joined.text[o.start : o.end], o.number) for o in joined.origins] == [
        ("첫 쪽", 1),
        ("이어지는", 2),
        ("문단\n\n끝", 3),
    ]


def test_text_over_the_limit_is_refused() -> None:
    assert join([Block("가나다")], 3).text == "가나다"
    with pytest.raises(TooLong):
        join([Block("가나다라")], 3)


TEXT = st.text(
    alphabet=st.sampled_from("가각힣ㄱ\u1100\u1161\u11a8a0 .\n\r\t\u00a0\u200b\ufeff\u00ad\u0301\ud800\x00#"),
    max_size=12,
)
PAGE = Place("page", 1)
BLOCKS = st.lists(
    st.builds(Block, TEXT, level=st.none() | st.integers(0, 4), tight=st.booleans(), places=st.just(((0, PAGE),))),
    max_size=12,
)


@given(BLOCKS)
def test_sections_lie_in_order_and_cover_all_text(blocks: list[Block]) -> None:
    joined = join(blocks, LIMIT)
    text = joined.text
    assert text == unicodedata.normalize("NFC", text) == text.strip()
    assert not set(text) & set("\r\u00a0\u200b\ufeff\u00ad\ud800\x00")
    assert "\n\n\n" not in text
    covered = [False] * len(text)
    last = 0
    for section in joined.sections:
        assert last <= section.start < section.end <= len(text)
        last = section.end
        covered[section.start : section.end] = [True] * (section.end - section.start)
        opening = text[section.start : section.end].split("\n\n")
        assert not section.heading or section.heading[-1] in opening
    assert all(character.isspace() or inside for character, inside in zip(text, covered, strict=True))
    told = [at for origin in joined.origins for at in range(origin.start, origin.end)]
    assert told == sorted(set(told))
    assert all(text[at].isspace() or at in told for at in range(len(text)))


@given(TEXT)
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_long_runs_of_marks_are_parted() -> None:
    """Unicode sorts the marks of a run, and one of 800,000 takes hours; text of people has few on a letter."""
    assert clean("가" + "\u0316\u0301" * 15) == "가" + "\u0316" * 15 + "\u0301" * 15
    parted = clean("가" + "\u0301\u0316" * 20)
    assert parted == "가" + "\u0316" * 15 + "\u0301" * 15 + "\u034f" + "\u0316" * 5 + "\u0301" * 5
    assert clean(parted) == parted
    assert clean("-" * 100 + "…" * 100) == "-" * 100 + "…" * 100


def test_rows_that_follow_each_other_are_a_table_and_know_their_head() -> None:
    rows = [["요일", "시간"], ["월", "9"], ["화", ""]]
    joined = join([Block("안내"), *row_blocks(rows), Block("끝"), *row_blocks([["1", "2"], ["가", "나"]])], LIMIT)
    assert [(joined.text[t.start : t.body], joined.text[t.body : t.end]) for t in joined.tables] == [
        ("요일 | 시간", "\n월 | 9\n화"),
        ("", "1 | 2\n가 | 나"),
    ]


def test_two_tables_in_a_row_are_two() -> None:
    joined = join([*row_blocks([["가", "나"]]), *row_blocks([["다", "라"]])], LIMIT)
    assert [joined.text[t.start : t.end] for t in joined.tables] == ["가 | 나", "다 | 라"]


def test_the_format_may_say_how_many_rows_are_heads() -> None:
    blocks = list(row_blocks([["연도", ""], ["2023", "2024"], ["1", "2"]], heads=2))
    assert [block.row for block in blocks] == ["head", "head", "body"]
    assert [block.row for block in row_blocks([["가", "나"]], heads=0)] == ["body"]


def test_a_head_in_the_middle_of_a_table_is_no_part_of_its_columns() -> None:
    rows = [Block("가 | 나", row="head"), Block("1", row="body", tight=True), Block("가 | 나", row="head", tight=True)]
    (table,) = join(rows, LIMIT).tables
    assert (table.start, table.body, table.end) == (0, 5, 13)


@pytest.mark.parametrize("first", [["가", ""], ["가", "가"], ["가", "1,000"], ["가"], ["가", "아" * 21]])
def test_a_first_row_that_names_no_columns(first: list[str]) -> None:
    assert next(row_blocks([first, ["다", "라"]])).row == "body"
