import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from onggi.evaluation.strings import best, character_f1, exact_match, longest_common_subsequence, normalize, rouge_l

texts = st.text(alphabet="가나다 abA12.,()·「」", max_size=12)
tokens = st.lists(st.sampled_from("가나다라"), max_size=9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  5월  3일 ", "5월3일"),
        ("「옹기 마을」(북쪽)", "옹기마을북쪽"),
        ("Wi-Fi", "wifi"),
        ("'3만 원'", "3만원"),
        (unicodedata.normalize("NFD", "항아리"), "항아리"),
        ("○", "○"),
        ("-", "-"),
        ("", ""),
    ],
)
def test_normalize(text, expected):
    assert normalize(text) == expected


def test_exact_match():
    assert exact_match("5월 3일.", "5월3일") == 1.0
    assert exact_match("○", "×") == 0.0
    assert exact_match("5월 3일까지", "5월 3일") == 0.0


def test_character_f1_by_hand():
    # 오월삼일까지 / 오월삼일: 4 shared of 6 and of 4
    assert character_f1("오월 삼일까지", "오월 삼일") == pytest.approx(2 * (4 / 6) * (4 / 4) / (4 / 6 + 4 / 4))
    assert character_f1("가가나", "가나나") == pytest.approx(2 / 3)  # as a multiset
    assert character_f1("가", "나") == 0.0
    assert character_f1("", "가") == 0.0


def test_rouge_l_by_hand():
    assert rouge_l(list("가나다라"), list("가다마")) == pytest.approx(2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3))
    assert rouge_l(["가"], []) == 0.0


@given(tokens, tokens)
def test_subsequence_agrees_with_rapidfuzz(a, b):
    assert longest_common_subsequence(a, b) == LCSseq.similarity(a, b)


def test_identical_korean_strings_score_one():
    assert best("된장은 사흘 뒤에 나눠 준다", ["된장은 사흘 뒤에 나눠 준다"]).rouge_l == 1.0


def test_order_matters_to_rouge_and_not_to_the_characters():
    likeness = best("북쪽 옹기 마을", ["옹기 마을 북쪽"])
    assert likeness.f1 == 1.0
    assert likeness.rouge_l == pytest.approx(2 / 3)  # of 옹기, 마을, 북쪽 two in order


def test_particles_cost_rouge_little_and_punctuation_nothing():
    likeness = best("옹기 마을은 북쪽에 있다.", ["옹기 마을, 북쪽에 있다"])
    assert likeness.rouge_l == pytest.approx(2 * 6 / (7 + 6))  # all but 은
    assert best("옹기 마을!", ["옹기 마을"]).rouge_l == 1.0


def test_each_measure_takes_its_best_gold_answer():
    likeness = best("사흘", ["나흘", "사흘", "사흘 뒤 오전"])
    assert (likeness.exact_match, likeness.f1, likeness.rouge_l) == (1.0, 1.0, 1.0)


@given(texts, texts)
def test_bounds_symmetry_and_exact_match_below_f1(a, b):
    em, f1 = exact_match(a, b), character_f1(a, b)
    assert 0 <= em <= f1 <= 1
    assert f1 == character_f1(b, a)
    assert exact_match(a, a) == character_f1(a, a) == 1.0
