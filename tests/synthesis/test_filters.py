from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.core.schema import Chunk
from onggi.synthesis.facts import Fact
from onggi.synthesis.filters import Candidate, bad_length, balanced, leaks, round_trip, unlike


def candidate(text: str, chunk: str = "a#0-9", type_: str = "정의") -> Candidate:
    return Candidate(Chunk(chunk, "a", 0, 9, "장독은 크다", 3, ""), Fact(type_, (text,), "답", ((0, 3),)), text)


@pytest.mark.parametrize(
    ("text", "bad"), [("가나다", True), ("가나다라", False), ("가나다라마", False), ("가나다라마바", True)]
)
def test_length_bounds_are_inclusive(text: str, bad: bool) -> None:
    assert bad_length(text, 4, 5) is bad


@pytest.mark.parametrize(
    ("text", "answer", "leaking"),
    [
        ("장독 대여료가 5,000원인가요?", "5000 원", True),
        ("장독 대여료가 얼마인가요?", "5,000원", False),
        ("장독 대여료가 얼마인가요?", "…", True),  # an answer without letters or digits is none
    ],
)
def test_an_answer_leaks_however_it_is_spaced(text: str, answer: str, leaking: bool) -> None:
    assert leaks(text, answer) is leaking


def test_known_questions_and_repeats_are_dropped_after_normalisation() -> None:
    texts = ["장독이 뭐예요?", "장독이 뭐 예요", "가마가 뭐예요?", "뚜껑은 얼마죠?"]
    kept, equal, repeated = unlike(map(candidate, texts), known=["뚜껑은얼마죠"])
    assert [c.text for c in kept] == ["장독이 뭐예요?", "가마가 뭐예요?"]
    assert (equal, repeated) == (1, 1)


def test_round_trip_keeps_what_finds_its_own_chunk() -> None:
    def find(texts: Sequence[str], top_k: int) -> list[list[str]]:
        ranking = {"앞": ["a#0-9", "b#0-9"], "뒤": ["b#0-9", "a#0-9"]}
        return [ranking[text][:top_k] for text in texts]

    both = [candidate("앞"), candidate("뒤")]
    assert [c.text for c in round_trip(both, find, 1)] == ["앞"]
    assert [c.text for c in round_trip(both, find, 2)] == ["앞", "뒤"]


def test_balance_prefers_the_rarest_type_and_lets_chunks_take_turns() -> None:
    written = [
        candidate("1", "a#0-9", "정의"),
        candidate("2", "a#0-9", "비교"),
        candidate("3", "b#0-9", "정의"),
        candidate("4", "b#0-9", "비교"),
    ]
    assert [c.text for c in balanced(written, 1)] == ["1", "4"]
    assert [c.text for c in balanced(written, 2)] == ["1", "4", "2", "3"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("정비절"))), st.integers(1, 4))
def test_no_chunk_gives_more_than_its_share_and_none_less_than_it_can(rows: list[tuple[str, str]], share: int) -> None:
    written = [candidate(str(i), chunk, type_) for i, (chunk, type_) in enumerate(rows)]
    kept = balanced(written, share)
    for chunk in "abc":
        mine = sum(c == chunk for c, _ in rows)
        assert sum(c.chunk.chunk_id == chunk for c in kept) == min(share, mine)
