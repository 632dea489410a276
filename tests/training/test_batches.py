from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.training.batches import Batches

Rows = list[tuple[str, list[str], list[str]]]
"""Query, positives, negatives."""


def batches_of(rows: Rows, size: int, multiple: int = 1, seed: int = 0) -> tuple[Batches, np.random.Generator]:
    generator = np.random.default_rng(seed)
    queries, positives, negatives = zip(*rows, strict=True)
    return Batches(queries, positives, negatives, size, multiple, generator), generator


def right_for(rows: Rows, place: int) -> set[str]:
    return {passage for query, positives, _ in rows if query == rows[place][0] for passage in positives}


def check(rows: Rows, batches: Batches, dealt: Sequence[Sequence[int]], size: int) -> None:
    for batch in dealt:
        assert 0 < len(batch) <= size
        drawn = batches.drawable(batch, [rows[place][2] for place in batch])
        for place, negatives in zip(batch, drawn, strict=True):
            assert set(negatives) <= set(rows[place][2])
            for other, theirs in zip(batch, drawn, strict=True):
                if other != place:
                    assert not right_for(rows, place) & {*rows[other][1], *theirs}
            assert negatives


PASSAGES = st.integers(0, 11).map(lambda number: f"독 {number}")


@st.composite
def questions(draw: st.DrawFn) -> Rows:
    rows = []
    for number in range(draw(st.integers(1, 30))):
        positives = draw(st.lists(PASSAGES, min_size=1, max_size=2, unique=True))
        negatives = draw(st.lists(PASSAGES, min_size=1, max_size=4, unique=True))
        # A negative that is a positive of the question itself is none; `mine` writes no such row.
        negatives = [passage for passage in negatives if passage not in positives] or ["물독"]
        rows.append((f"질문 {number}", positives, negatives))
    return rows


@given(questions(), st.integers(1, 9), st.integers(0, 3))
def test_every_question_once_an_epoch_and_no_passage_against_its_question(rows: Rows, size: int, seed: int) -> None:
    batches, generator = batches_of(rows, size, seed=seed)
    numbers = set()
    for _ in range(3):
        dealt = batches.deal(generator)
        assert Counter(place for batch in dealt for place in batch) == dict.fromkeys(range(len(rows)), 1)
        check(rows, batches, dealt, size)
        numbers.add(len(dealt))
    assert len(numbers) == 1  # the trainer counts its steps once


@given(questions(), st.integers(1, 9), st.integers(2, 4))
def test_every_process_gets_as_many_batches(rows: Rows, size: int, processes: int) -> None:
    batches, generator = batches_of(rows, size, multiple=processes)
    dealt = batches.deal(generator)
    assert len(dealt) % processes == 0
    check(rows, batches, dealt, size)
    times = Counter(place for batch in dealt for place in batch)
    assert set(times) == set(range(len(rows)))
    assert times.total() < len(rows) + processes  # twice only where there are too few questions


def test_batches_are_as_few_as_can_be_and_equally_large() -> None:
    rows: Rows = [(f"질문 {n}", [f"독 {n}"], ["물독"]) for n in range(839)]
    batches, generator = batches_of(rows, 32)
    for _ in range(2):
        assert Counter(map(len, batches.deal(generator))) == {31: 25, 32: 2}


def test_questions_of_one_passage_stand_alone() -> None:
    rows: Rows = [(f"질문 {n}", ["독"], ["물독"]) for n in range(5)]
    batches, generator = batches_of(rows, 32)
    assert sorted(batches.deal(generator)) == [[0], [1], [2], [3], [4]]


def test_questions_of_one_text_have_their_positives_in_common() -> None:
    where = "어디 있나"
    rows: Rows = [(where, ["독"], ["물독", "술독", "콩"]), (where, ["물독"], ["콩"]), ("왜", ["술독"], ["장독"])]
    batches, generator = batches_of(rows, 3)
    dealt = batches.deal(generator)
    assert len(dealt) == 2 and all(not {0, 1} <= set(batch) for batch in dealt)
    assert batches.drawable([0], [["물독", "술독"]]) == [["술독"]]


def test_negatives_that_are_right_in_the_batch_are_not_drawn() -> None:
    rows: Rows = [("가", ["독 가"], ["독 나", "독 다"]), ("나", ["독 나"], ["독 가", "독 라"])]
    batches, _ = batches_of(rows, 2)
    assert batches.drawable([0, 1], [rows[0][2], rows[1][2]]) == [["독 다"], ["독 라"]]
    assert batches.drawable([1], [rows[1][2]]) == [["독 가", "독 라"]]


def test_a_question_keeps_a_negative() -> None:
    """Its only one is right for the other question: they do not meet."""
    rows: Rows = [("가", ["독 가"], ["독 나"]), ("나", ["독 나"], ["독 다"])]
    batches, generator = batches_of(rows, 2)
    assert sorted(batches.deal(generator)) == [[0], [1]]


def test_epochs_differ_and_the_seed_decides_them() -> None:
    rows: Rows = [(f"질문 {n}", [f"독 {n // 3}"], [f"독 {(n // 3 + 5) % 20}", "물독"]) for n in range(60)]

    def epochs(seed: int) -> list[list[list[int]]]:
        batches, generator = batches_of(rows, 8, seed=seed)
        return [batches.deal(generator) for _ in range(3)]

    first, second, third = epochs(1)
    as_sets = [{frozenset(batch) for batch in epoch} for epoch in (first, second, third)]
    assert as_sets[0] != as_sets[1] != as_sets[2]
    assert [first, second, third] == epochs(1) != epochs(2)


@pytest.mark.parametrize("size", [2, 7, 32, 1000])
def test_a_corpus_whose_passages_are_all_positives_and_negatives(size: int) -> None:
    """Three questions a passage, seven negatives each, as mining leaves them."""
    generator = np.random.default_rng(0)
    rows: Rows = []
    for n in range(600):
        near = (n // 3 + 1 + generator.choice(40, 7, replace=False)) % 200
        rows.append((f"질문 {n}", [f"독 {n // 3}"], [f"독 {p}" for p in near]))
    batches, draws = batches_of(rows, size)
    for _ in range(2):
        dealt = batches.deal(draws)
        check(rows, batches, dealt, size)
        assert len(dealt) <= max(8, 1.5 * 600 / size)
