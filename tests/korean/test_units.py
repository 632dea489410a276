from hypothesis import given
from hypothesis import strategies as st

from onggi.korean.units import tidy, units

TEXT = """# 장독 대여
## 대상
- 한빛동 주민
- 이용료: 5,000원
1. 신청서를 냅니다.
구분 | 기간
---|---
큰 장독 | 6개월
첫 문장이다. 3.5톤을 싣는다.
※ 겨울에는 쉽니다."""


def test_lines_become_headings_items_steps_rows_sentences_and_notes() -> None:
    found = [(unit.kind, TEXT[unit.start : unit.end], unit.label) for unit in units(TEXT, ())]
    assert found == [
        ("heading", "장독 대여", ""),
        ("heading", "대상", ""),
        ("item", "한빛동 주민", ""),
        ("item", "5,000원", "이용료"),
        ("step", "신청서를 냅니다.", ""),
        ("row", "구분 | 기간", ""),
        ("row", "큰 장독 | 6개월", ""),
        ("sentence", "첫 문장이다.", ""),
        ("sentence", "3.5톤을 싣는다.", ""),
        ("note", "겨울에는 쉽니다.", ""),
    ]


def test_headings_nest_by_level_below_those_of_the_chunk() -> None:
    (unit,) = [unit for unit in units("## 가마\n### 불\n#### 장작\n### 흙\n진흙", ("옹기",)) if unit.kind != "heading"]
    assert unit.heading == ("옹기", "가마", "흙")


def test_a_heading_repeated_as_the_first_line_is_no_sentence() -> None:
    assert [u.kind for u in units("대상\n한빛동 주민입니다.", ("장독 대여", "대상"))] == ["sentence"]


def test_tidy_drops_markup_and_link_targets() -> None:
    assert tidy("**장독** [누리집](https://onggi.example/a)에서  `신청`.") == "장독 누리집에서 신청"


@given(st.text("가나다 독은.|#-*\n12:", max_size=60))
def test_pieces_lie_in_order_inside_the_text_and_their_morphemes_inside_them(text: str) -> None:
    last = 0
    for unit in units(text, ()):
        assert last <= unit.start <= unit.end <= len(text)
        assert all(unit.start <= m.start < unit.end for m in unit.morphemes if unit.kind != "heading")
        assert all(text[a:b] == text[a:b].strip() for a, b in unit.cells)
        last = unit.end
