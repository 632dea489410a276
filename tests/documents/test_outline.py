from onggi.documents.blocks import Block, Place, row_blocks
from onggi.documents.outline import headed

BODY = "독은 볕이 드는 곳에 두고 뚜껑을 열어 바람을 쐬어 준다."


def outline(*blocks: str | Block) -> list[tuple[int, str]]:
    """Return the level and text of the headings that are found."""
    given = [block if isinstance(block, Block) else Block(block) for block in blocks]
    return [(block.level, block.text) for block in headed(given) if block.level is not None]


def test_families_stand_below_each_other_as_they_open() -> None:
    found = outline(
        "Ⅰ. 개요",
        "1. 목적",
        BODY,
        "2. 대상",
        "가. 개인",
        BODY,
        "나. 단체",
        BODY,
        "Ⅱ. 방법",
        "□ 신청",
        BODY,
        "□ 심사",
        BODY,
    )
    assert found == [
        (1, "Ⅰ. 개요"),
        (2, "1. 목적"),
        (2, "2. 대상"),
        (3, "가. 개인"),
        (3, "나. 단체"),
        (1, "Ⅱ. 방법"),
        (2, "□ 신청"),
        (2, "□ 심사"),
    ]


def test_items_of_a_list_are_no_headings() -> None:
    assert outline("준비물", "1. 독", "2. 소금", "3. 메주", BODY) == []


def test_a_sign_before_sentences_heads_nothing() -> None:
    assert outline("○ 독을 닦는다.", BODY, "○ 물을 붓고 소금을 녹인다.", BODY) == []


def test_chapters_are_found_among_lists_with_the_same_sign() -> None:
    items = ["1. 독", "2. 소금을 세 되 준비하여 물에 녹인다.", "3. 메주를 씻어 말린다.", "4. 숯을 달군다."]
    found = outline("1. 준비", BODY, *items, BODY, "2. 담그기", BODY, *items, BODY)
    assert found == [(1, "1. 준비"), (1, "2. 담그기")]


def test_an_article_of_a_law_is_parted_from_its_title_and_keeps_its_places() -> None:
    text = "제3조(정의) 이 규칙에서 쓰는 말의 뜻은 다음과 같다."
    page = Place("page", 1), Place("page", 2)
    blocks = headed([Block("제1장 총칙"), Block(text, places=((0, page[0]), (10, page[1])))])
    assert [(block.text, block.level, block.places) for block in blocks] == [
        ("제1장 총칙", 1, ()),
        ("제3조(정의)", 2, ((0, page[0]),)),
        ("이 규칙에서 쓰는 말의 뜻은 다음과 같다.", None, ((2, page[1]),)),
    ]


def test_judgments() -> None:
    assert outline("주 문", "1. 항소를 기각한다.", "이 유", "1. 기초 사실", BODY, "2. 판단", BODY) == [
        (1, "주 문"),
        (1, "이 유"),
        (2, "1. 기초 사실"),
        (2, "2. 판단"),
    ]


def test_a_question_heads_its_answer() -> None:
    found = outline(
        "1. 대여", "Q1. 며칠 동안 빌릴 수 있나요?", BODY, "Q2. 늦으면 어떻게 되나요?", BODY, "2. 반납", BODY
    )
    assert found == [
        (1, "1. 대여"),
        (2, "Q1. 며칠 동안 빌릴 수 있나요?"),
        (2, "Q2. 늦으면 어떻게 되나요?"),
        (1, "2. 반납"),
    ]


def test_larger_letters_need_no_sign_and_outrank_smaller_ones() -> None:
    def big(text: str, size: float) -> Block:
        return Block(text, size=size)

    body = Block(BODY, size=10)
    found = outline(
        big("장독대 안내", 20), big("빌리기", 14), body, Block("1. 값", size=10), body, big("돌려주기", 14), body
    )
    assert found[:2] == [(1, "장독대 안내"), (2, "빌리기")]
    assert found[-1] == (2, "돌려주기")


def test_heavy_letters_need_no_sign() -> None:
    assert outline(Block("빌리는 법", bold=True), BODY, Block("돌려주는 법", bold=True), BODY) == [
        (1, "빌리는 법"),
        (1, "돌려주는 법"),
    ]


def test_a_heavy_line_that_comes_again_is_a_stamp_and_no_heading() -> None:
    assert outline(Block("해당 없음", bold=True), BODY, Block("해당 없음", bold=True), BODY) == []


def test_a_number_alone_opens_a_chapter_where_it_counts() -> None:
    assert outline("1 여건", BODY, "2 | 방향", BODY) == [(1, "1 여건"), (1, "2 | 방향")]
    assert outline("2 여건", BODY, "7 방향", BODY) == []


def test_a_numbered_box_is_a_heading_and_a_table_is_none() -> None:
    assert outline(*row_blocks([["Ⅰ", "", "근거"]]), BODY, *row_blocks([["Ⅱ", "", "방향"]]), BODY) == [
        (1, "Ⅰ. 근거"),
        (1, "Ⅱ. 방향"),
    ]
    assert outline(*row_blocks([["1", "근거"], ["2", "방향"]]), BODY) == []


def test_entries_of_a_table_of_contents_are_no_headings() -> None:
    assert outline("Ⅰ. 평가 ················ 1", "Ⅱ. 방향 ········· 4", "Ⅰ. 평가", BODY, "Ⅱ. 방향", BODY) == [
        (1, "Ⅰ. 평가"),
        (1, "Ⅱ. 방향"),
    ]


def test_captions_have_nothing_below_them_and_annexes_nothing_above() -> None:
    found = outline(
        "Ⅰ. 동향",
        "< 해마다 >",
        BODY,
        "< 달마다 >",
        BODY,
        "1. 수출",
        BODY,
        "2. 수입",
        BODY,
        "Ⅱ. 결론",
        BODY,
        "붙임 1",
        "1. 표",
        BODY,
    )
    assert (2, "< 해마다 >") in found and (2, "1. 수출") in found and (1, "붙임 1") in found


def test_an_annex_that_the_text_goes_on_behind_is_an_aside_of_its_section() -> None:
    found = outline("Ⅰ. 동향", BODY, "참고 1", "독의 크기", BODY, "Ⅱ. 결론", BODY, "참고 2", "쓰임새", BODY)
    assert found == [
        (1, "Ⅰ. 동향"),
        (2, "참고 1"),
        (3, "독의 크기"),
        (1, "Ⅱ. 결론"),
        (1, "참고 2"),
        (2, "쓰임새"),
    ]


def test_what_stood_below_another_once_does_so_again() -> None:
    def big(text: str, size: float = 12) -> Block:
        return Block(text, size=size)

    body = Block(BODY, size=10)
    found = outline(
        *(big("1. 독과 항아리", 14), big("(1) 큰 독"), big("겨울에 쓰는 독", 11.6), body),
        *(
            big("2. 소금물", 14),
            big("한눈에 보기", 11.6),
            body,
            big("(1) 굵은 소금"),
            big("서해에서 온 소금", 11.6),
            body,
        ),
        *(big("(2) 고운 소금"), body, body, body),
    )
    assert found[-4:] == [(2, "한눈에 보기"), (2, "(1) 굵은 소금"), (3, "서해에서 온 소금"), (2, "(2) 고운 소금")]


def test_a_heading_that_comes_again_stands_where_it_stood() -> None:
    title, body = Block("독 심사", size=20), Block(BODY, size=10)
    form = ["< 개요 >", body, "1. 크기와 모양", body, "가. 둘레와 높이", body]
    more = ["나. 무게와 두께", body, "2. 쓰임새", body]
    found = outline(title, *form, *more, *form, *more)
    assert (
        found[1:6]
        == found[6:]
        == [
            (2, "< 개요 >"),
            (2, "1. 크기와 모양"),
            (3, "가. 둘레와 높이"),
            (3, "나. 무게와 두께"),
            (2, "2. 쓰임새"),
        ]
    )


def test_heavy_lines_are_headings_among_items_with_the_same_sign() -> None:
    found = outline(
        *(Block("o 담그기", bold=True), BODY, "o 독을 물로 씻고 볕에 말린 다음 연기를 쐰다.", BODY),
        *("o 메주를 넣고 소금물을 부은 다음 숯을 띄운다.", BODY, Block("o 거르기", bold=True), BODY),
    )
    assert found == [(1, "o 담그기"), (1, "o 거르기")]


def test_the_name_of_a_law_stands_above_its_articles() -> None:
    found = outline(
        *("< 도시정비법 >", "제31조(위원회)", BODY, "< 도시정비법 시행령 >", "제25조(구성)", BODY),
        *("■ 구 관세법(2014. 12. 23. 법률 제12847호로 개정되기 전의 것)", "제30조(가격)", BODY),
    )
    assert [level for level, _ in found] == [1, 2, 1, 2, 1, 2]


def test_the_line_behind_a_bare_annex_is_its_title() -> None:
    assert outline("붙임 1", "대학 현황", BODY, "<별지 서식 제5호>", Block("동의서", size=30), BODY) == [
        (1, "붙임 1"),
        (2, "대학 현황"),
        (1, "<별지 서식 제5호>"),
        (2, "동의서"),
    ]


def test_an_entry_without_a_page_number_among_contents_is_no_heading() -> None:
    assert outline(
        "Ⅰ. 평가", "1. 성과 ········ 1", "Ⅱ. 방향", "2. 과제 ······ 4", "Ⅰ. 평가", BODY, "Ⅱ. 방향", BODY
    ) == [
        (1, "Ⅰ. 평가"),
        (1, "Ⅱ. 방향"),
    ]


def test_a_caption_of_a_table_that_text_goes_on_behind_is_no_heading() -> None:
    table = list(row_blocks([["해", "값"], ["2024", "3"]]))
    caption, headings = "< 값(억 원) >", ["Ⅰ. 값어치", "Ⅱ. 쓰임새"]
    assert outline(headings[0], BODY, caption, *table, BODY, headings[1], BODY) == [(1, "Ⅰ. 값어치"), (1, "Ⅱ. 쓰임새")]
    assert (2, caption) in outline(headings[0], BODY, caption, *table, headings[1], BODY, caption, *table)


def test_large_and_heavy_lines_that_head_nothing() -> None:
    def of(text: str, size: float = 10) -> list[tuple[int, str]]:
        return outline(Block(BODY, size=10), Block(text, size=size, bold=True), Block(BODY, size=10))

    assert of("독 고르는 법") == [(1, "독 고르는 법")]
    for text in ("거래액 | (단위: 조원)", "(지역인재정책관)", "문화체육관광부 장관", "김독독, 이항아1 , 박동이2"):
        assert of(text) == of(text, 20) == []
    assert of("최종 심의", 8) == []


def test_a_sign_alone_belongs_to_the_line_behind_it() -> None:
    page = Place("page", 1)
    given = [Block("□", places=((0, page),)), Block("독 고르기"), Block(BODY), Block("□"), Block("씻기"), Block(BODY)]
    blocks = headed(given)
    assert [(block.level, block.text) for block in blocks] == [
        (1, "□ 독 고르기"),
        (None, BODY),
        (1, "□ 씻기"),
        (None, BODY),
    ]
    assert blocks[0].places == ((0, page),)
    assert [block.text for block in headed([Block("□"), Block("○ 항목"), Block("■")])] == ["□", "○ 항목", "■"]


def test_headings_that_the_format_gave_stay_and_none_is_added() -> None:
    blocks = [Block("가", level=1), Block("1. 목적"), Block(BODY), Block("나", level=2), Block("2. 대상"), Block(BODY)]
    assert headed(blocks) == blocks


def test_nothing_of_the_text_is_lost() -> None:
    texts = ["Ⅰ. 개요", "제1조(목적) 이 조례는 독을 다룬다.", "○ 항목", BODY]
    assert "".join(b.text for b in headed(map(Block, texts))).replace(" ", "") == "".join(texts).replace(" ", "")
    assert headed([]) == []


def test_a_heading_may_be_the_first_line_of_its_paragraph() -> None:
    line = [Place("line", number) for number in range(1, 4)]
    first = Block(f"1. 여는 날\n{BODY}\n- 명절에는 쉰다.", places=((0, line[0]), (8, line[1]), (42, line[2])))
    blocks = headed([first, Block(f"2. 예약\n{BODY}")])
    assert [(block.level, block.text) for block in blocks] == [
        (1, "1. 여는 날"),
        (None, f"{BODY}\n- 명절에는 쉰다."),
        (1, "2. 예약"),
        (None, BODY),
    ]
    assert [block.places for block in blocks[:2]] == [((0, line[0]),), ((0, line[1]), (34, line[2]))]


def test_a_place_at_the_end_of_a_text_stays_that_of_what_follows() -> None:
    places = ((0, Place("page", 1)), (4, Place("page", 2)))
    blocks = [Block("끝 문장", places=places), Block("다음 문단"), Block("", places=places[1:])]
    assert headed(blocks) == blocks
    parted = headed([Block("제3조(정의) 독을 뜻한다.", places=((0, places[0][1]), (15, places[1][1])))])
    assert [block.places for block in parted] == [((0, Place("page", 1)),), ((7, Place("page", 2)),)]


def test_lines_of_a_list_in_one_paragraph_stay_as_they_are() -> None:
    blocks = [Block("1. 독\n2. 소금\n  - 천일염\n3. 메주"), Block("□ 준비물을 챙긴다.\n○ 소금을 녹인다.")]
    assert headed(blocks) == blocks
