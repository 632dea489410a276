import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.korean.normalize import jaccard, nfc, shingles, squash

TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("가나각힣 .,Aaß①ﬁ\u200b")), max_size=30)


def test_hangul_letters_become_syllables() -> None:
    assert nfc("\u1103\u1169\u11a8") == "독" == nfc(unicodedata.normalize("NFD", "독"))


@pytest.mark.parametrize(
    ("text", "squashed"),
    [
        ("장독대, 어디에 있나요?", "장독대어디에있나요"),
        ("장독\u200b대\ufeff", "장독대"),
        ("ＰＤＦ ① ㎏ Straße", "pdf1kgstrasse"),
        ("2024. 3. 1.", "202431"),
        (" …!? 😀 \n", ""),
        (unicodedata.normalize("NFD", "장독대"), "장독대"),
    ],
)
def test_squash_keeps_letters_marks_and_numbers(text: str, squashed: str) -> None:
    assert squash(text) == squashed


@settings(deadline=None)
@given(TEXT)
def test_squash_does_not_see_white_space_punctuation_case_or_form(text: str) -> None:
    assert squash(f"\n({text}) …") == squash(text)
    assert squash(unicodedata.normalize("NFD", text)) == squash(text)
    assert squash(" ".join(text.split())) == squash(text)
    assert not any(char.isspace() for char in squash(text))


def test_shingles_are_five_characters_of_the_squashed_text() -> None:
    assert shingles("장독대 물을, 붓다") == {"장독대물을", "독대물을붓", "대물을붓다"}
    assert shingles("독 물", 2) == {"독물"}
    assert shingles("독") == {"독"}
    assert shingles("?!") == {""}


def test_jaccard_is_the_share_in_common() -> None:
    assert jaccard({"a", "b", "c"}, {"b", "c", "d"}) == 2 / 4
    assert jaccard({"a"}, {"b"}) == 0
    assert jaccard({"a"}, set()) == 0
    assert jaccard(set(), set()) == 1


@settings(deadline=None)
@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_jaccard_counts_each_element_once(a: set[int], b: set[int]) -> None:
    union = [n for n in range(10) if n in a or n in b]
    both = [n for n in range(10) if n in a and n in b]
    assert jaccard({str(n) for n in a}, {str(n) for n in b}) == (len(both) / len(union) if union else 1)


def as_described(text: str) -> str:
    hidden = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
    folded = unicodedata.normalize("NFKC", "".join(char for char in text if char not in hidden)).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("가각 .A\u00ad\u0345Σ\ud800\U000e0100")), max_size=30))
def test_squash_is_letters_marks_and_numbers_of_the_folded_text(text: str) -> None:
    assert squash(text) == as_described(text) == squash(text)
