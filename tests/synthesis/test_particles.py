import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.synthesis.particles import PAIRS, fill, final_sound, particle, past, with_coda


@pytest.mark.parametrize(
    ("word", "topic", "direction"),
    [
        ("된장", "은", "으로"),
        ("독", "은", "으로"),
        ("물", "은", "로"),
        ("너울", "은", "로"),
        ("가마", "는", "로"),
        ("1", "은", "로"),  # 일
        ("2", "는", "로"),  # 이
        ("3", "은", "으로"),  # 삼
        ("6", "은", "으로"),  # 육
        ("7", "은", "로"),  # 칠
        ("9", "는", "로"),  # 구
        ("10", "은", "으로"),  # 십
        ("KTX", "는", "로"),
        ("PDF", "는", "로"),
        ("XML", "은", "로"),
        ("CRM", "은", "으로"),
        ("Excel", "은", "로"),
        ("online", "은", "으로"),
        ("book", "은", "으로"),
        ("box", "는", "로"),
        ("5km", "는", "로"),
        ("3kg", "은", "으로"),
        ("30%", "는", "로"),
        ("옹기(甕器)", "는", "로"),
        ("「장독」", "은", "으로"),
        ("(주)한빛", "은", "으로"),
    ],
)
def test_particle_follows_the_last_sound(word: str, topic: str, direction: str) -> None:
    assert (particle(word, "은"), particle(word, "으로")) == (topic, direction)


def test_fill_adds_particles_and_leaves_plain_slots_alone() -> None:
    assert (
        fill("{t} {a:과} {b:이란} {c:이면} {d:을}", t="장", a="독", b="가마", c="아이", d="물")
        == "장 독과 가마란 아이면 물을"
    )


@given(st.integers(ord("가"), ord("힣")).map(chr), st.sampled_from(sorted(PAIRS)))
def test_every_syllable_takes_one_of_the_two_forms(syllable: str, kind: str) -> None:
    has_final = (ord(syllable) - ord("가")) % 28 > 0
    liquid = kind in ("으로", "으면") and final_sound(syllable) == "lieul"
    assert particle(syllable, kind) == PAIRS[kind][0 if has_final and not liquid else 1]


@given(st.integers(ord("가"), ord("힣")).map(chr))
def test_with_coda_replaces_only_the_final_consonant(syllable: str) -> None:
    bare = with_coda(syllable, "")
    assert final_sound(bare) == "vowel"
    assert with_coda(bare, "ᆯ") == chr(ord(bare) + 8)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("하", "했"),
        ("되", "됐"),
        ("늦", "늦었"),
        ("찾", "찾았"),
        ("빌리", "빌렸"),
        ("주", "줬"),
        ("가", "갔"),
        ("나오", "나왔"),
        ("쓰", "썼"),
    ],
)
def test_past_stem(stem: str, expected: str) -> None:
    assert past(stem) == expected
