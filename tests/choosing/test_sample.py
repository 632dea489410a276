"""The sample: shares of strata, the same questions each time."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from onggi.choosing.sample import sample, shares, stratum
from onggi.core.schema import Evidence, Question


def question(number: int, kind: str, *, answered: bool = True) -> Question:
    evidence = [Evidence("a.txt", 0, 1)] if answered else []
    return Question(f"q{number:03d}", "언제인가요?", kind, [], evidence, "gold", "test")


ASKED = [
    *(question(number, "정의") for number in range(50)),
    *(question(number, "절차") for number in range(50, 80)),
    *(question(number, "절차", answered=False) for number in range(80, 100)),
]


def test_each_stratum_has_its_share() -> None:
    drawn = Counter(map(stratum, sample(ASKED, 10, seed=0)))
    assert drawn == {"정의, answerable": 5, "절차, answerable": 3, "절차, unanswerable": 2}


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    assert sample(ASKED, 10, 0) == sample(list(ASKED), 10, 0) != sample(ASKED, 10, 1)


def test_the_order_is_that_of_the_questions() -> None:
    ids = [drawn.query_id for drawn in sample(ASKED, 30, seed=3)]
    assert ids == sorted(ids) and len(set(ids)) == 30


def test_a_question_that_is_added_moves_few() -> None:
    before, after = (
        set(q.query_id for q in sample(asked, 50, 0)) for asked in (ASKED, [*ASKED, question(100, "정의")])
    )
    assert len(before - after) <= 2


def test_all_are_taken_where_fewer_are_there_than_asked_for() -> None:
    assert sample(ASKED, 1000, 0) == ASKED
    assert sample([], 10, 0) == []


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(0, 100))
def test_shares_add_up_and_none_passes_its_group(sizes: list[int], total: int) -> None:
    counts = shares(sizes, total)
    assert sum(counts) == min(total, sum(sizes))
    assert all(0 <= count <= size for count, size in zip(counts, sizes, strict=True))
    assert total >= sum(sizes) or all(
        abs(count - size * total / sum(sizes)) < 1 for count, size in zip(counts, sizes, strict=True)
    )
