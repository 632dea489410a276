"""Breaks between a full line and the next: a space, or nothing."""

import pytest

from onggi.documents.pdf import breaks
from onggi.documents.pdf.breaks import Break, Breaks


@pytest.mark.parametrize(
    ("before", "after", "separator"),
    [
        ("금번 투자", "를 확대하여", ""),
        ("신경이 축돌기를", "중심으로 자란다", " "),
        ("전세계 이커머", "스 시장의 약 절반", ""),
        ("저금리로", "최대 천만 원까지", " "),
        ("지난 11", "월 전망치를 밑돈다", ""),
        ("회사(이하 ‘C’", "라 한다)", ""),
        ("see the", "next page", " "),
        ("장독대는", "3개 구역에", " "),
        ("증상을 호소하였는", "데 그 가운데", ""),
        ("사용하고 싶은", "부트로더를", " "),
        ("http://example.org/", "jar/를 본다", ""),
        ("곡물/", "채소", ""),
        ("예를 들어 /jar/salt/", "등입니다", " "),
        ("7일 안(", "표본감시기관만)", ""),
        ("읍·면·", "동 사무소", ""),
        ("읍 ·", "면 사무소", " "),
    ],
)
def test_kiwi_decides_where_nothing_else_does(before: str, after: str, separator: str) -> None:
    assert Breaks([], []).separator(Break(before, after)) == separator


def test_a_line_of_a_cell_ends_after_what_is_a_word_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaks.spacing, "apart", lambda before, after: False)
    known = Breaks(["그 처분 중 가장", "저 장독대 중 가장"], [])
    assert known.separator(Break("이 사건 처분", "과세액 (원)", in_cell=True)) == " "
    assert known.separator(Break("이 사건 처분", "과세액 (원)")) == ""
    assert known.separator(Break("이 사건 장독", "과세액 (원)", in_cell=True)) == ""


def test_hyphens_at_line_ends_are_joined() -> None:
    assert Breaks([], []).separator(Break("exam", "ple", glued=True)) == ""
    assert Breaks([], []).separator(Break("PCI-", "Express")) == ""


def test_the_words_of_the_document_come_before_kiwi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaks.spacing, "apart", lambda before, after: True)
    known = Breaks(["이 신용등급을 보면", "저 신용등급에서 본"], [])
    assert known.separator(Break("당사는 신용", "등급에 반영할")) == ""
    assert known.separator(Break("당사는 장독", "등급에 반영할")) == " "


def test_where_spaces_are_drawn_at_line_ends_those_without_are_inside_words() -> None:
    marked = [Break("가나", "다라", spaced=at % 3 == 0) for at in range(9)]
    found = Breaks([], marked)
    assert found.separator(Break("권리 사용", "료를", spaced=True)) == " "
    assert found.separator(Break("구 과세가격 결정", "고시 제9조")) == ""
    assert found.separator(Break("’23. 8", "월 말")) == ""
    assert found.separator(Break("구 과세가격 결정", "고시 제9조", in_cell=True)) == " "


def test_a_space_lost_in_justifying_after_a_particle_is_found_again() -> None:
    marked = [Break("가나", "다라", spaced=at % 3 == 0) for at in range(9)]
    assert Breaks([], marked).separator(Break("수준의 저금리로", "최대 천만 원까지의 대출")) == " "


def test_a_document_that_keeps_words_whole_has_spaces_alone() -> None:
    words = [Break(f"{word} 장독을", "씻는다") for word in "가나다라마바사아자차카타파하거너더러머버"]
    assert Breaks([], words).separator(Break("시장의 역직구몰", "입점 지원")) == " "
    halves = [Break(f"{word} 장독", "을 씻는다") for word in "가나다라마"]
    assert Breaks([], [*words, *halves]).separator(Break("금번 투자", "를 확대하여")) == ""


def test_a_number_is_joined_to_its_unit_even_where_words_are_kept_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaks.spacing, "apart", lambda before, after: True)
    words = [Break(f"{word} 장독을", "씻는다") for word in "가나다라마바사아자차카타파하거너더러머버"]
    known = Breaks(["독을 2026년 봄에 씻는다"], words)
    assert known.separator(Break("이 훈령은 2027", "년 4월부터")) == ""
    assert known.separator(Break("별표 3", "기준에 따라")) == " "
    assert known.separator(Break("다른 독은 올해", "년 단위로")) == " "
