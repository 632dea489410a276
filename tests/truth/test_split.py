from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.schema import SplitRow
from onggi.truth.split import SplitParams, assign


def params(train: float = 0.6, dev: float = 0.1, test: float = 0.3, seed: int = 0) -> SplitParams:
    return SplitParams(train=train, dev=dev, test=test, synthesis_from="train", near_duplicate=0.8, seed=seed)


def splits(rows: Sequence[SplitRow]) -> dict[str, str]:
    return {row.doc_id: row.split for row in rows}


IDS = st.sets(st.integers(0, 60).map(lambda n: f"독{n}.md"), max_size=40)
SHARES = st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(lambda pair: sum(pair) <= 20)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Return ids of documents and lists of those that belong together."""
    doc_ids = sorted(draw(IDS))
    joined = draw(st.lists(st.lists(st.sampled_from(doc_ids), min_size=1, max_size=4), max_size=10)) if doc_ids else []
    return doc_ids, joined


@settings(deadline=None)
@given(corpora(), SHARES, st.integers(0, 5))
def test_every_document_once_and_what_is_joined_together(
    corpus: tuple[list[str], list[list[str]]], shares: tuple[int, int], seed: int
) -> None:
    doc_ids, joined = corpus
    train, dev = shares[0] / 20, shares[1] / 20
    rows = assign(doc_ids, joined, params(train, dev, (20 - sum(shares)) / 20, seed))
    assert [row.doc_id for row in rows] == doc_ids
    found = {row.doc_id: row for row in rows}
    for members in joined:
        assert len({found[member].split for member in members}) == 1
        assert len({found[member].group for member in members}) == 1
    for row in rows:
        assert row.group == min(other.doc_id for other in rows if other.group == row.group)
        assert row.split not in [name for name, share in (("train", train), ("dev", dev)) if share == 0]


@settings(deadline=None)
@given(corpora(), st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    corpus: tuple[list[str], list[list[str]]], seed: int, random: Random
) -> None:
    doc_ids, joined = corpus
    rows = assign(doc_ids, joined, params(seed=seed))
    shuffled = [random.sample(members, len(members)) for members in random.sample(joined, len(joined))]
    assert assign(random.sample(doc_ids, len(doc_ids)), shuffled, params(seed=seed)) == rows


@settings(deadline=None)
@given(st.integers(0, 200), SHARES, st.integers(0, 5))
def test_shares_are_met_within_one_document(size: int, shares: tuple[int, int], seed: int) -> None:
    train, dev = shares[0] / 20, shares[1] / 20
    test = (20 - sum(shares)) / 20
    found = list(splits(assign([f"{n:03}" for n in range(size)], [], params(train, dev, test, seed))).values())
    for name, share in (("train", train), ("dev", dev), ("test", test)):
        assert abs(found.count(name) - share * size) <= 1


def test_exact_shares() -> None:
    found = list(splits(assign([f"{n}" for n in range(10)], [], params())).values())
    assert (found.count("train"), found.count("dev"), found.count("test")) == (6, 1, 3)


def test_a_group_goes_where_its_middle_falls() -> None:
    groups = [["a", "b", "c", "d", "e"], ["f", "g", "h", "i", "j"]]  # middles at 2.5 and 7.5 of 10, test ends at 3
    found = sorted(splits(assign("abcdefghij", groups, params())).values())
    assert found == ["test"] * 5 + ["train"] * 5


@pytest.mark.parametrize("name", ["train", "dev", "test"])
def test_one_split_may_be_all(name: str) -> None:
    shares: dict[str, Any] = dict.fromkeys(("train", "dev", "test"), 0.0) | {name: 1.0}
    rows = assign([f"{n}" for n in range(30)], [["3", "7"]], params(**shares))
    assert {row.split for row in rows} == {name} and len(rows) == 30


def test_a_seed_is_another_split() -> None:
    doc_ids = [f"{n}" for n in range(40)]
    assert splits(assign(doc_ids, [], params(seed=0))) != splits(assign(doc_ids, [], params(seed=1)))


def test_an_added_document_moves_few_others() -> None:
    doc_ids = [f"{n:03}" for n in range(100)]
    before, after = splits(assign(doc_ids, [], params())), splits(assign([*doc_ids, "new"], [], params()))
    assert sum(before[doc_id] != after[doc_id] for doc_id in doc_ids) <= 3


def test_joined_documents_are_joined_onwards() -> None:
    rows = assign("edcba", [["e", "c"], ["b", "c"], ["d"]], params())
    assert {row.doc_id: row.group for row in rows} == {"a": "a", "b": "b", "c": "b", "d": "d", "e": "b"}


def test_the_splits_of_the_source_are_kept() -> None:
    rows = assign("abcdef", [], params(), {"a": "test", "b": "dev", "c": "train"})
    assert splits(rows) == {"a": "test", "b": "dev", "c": "train", "d": "train", "e": "train", "f": "train"}


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        ({"a": "train", "b": "test"}, "test"),
        ({"a": "dev", "b": "train"}, "dev"),
        ({"a": "dev", "b": "test"}, "test"),
        ({"b": "dev"}, "dev"),
    ],
)
def test_test_wins_over_dev_and_dev_over_train(fixed: dict[str, Any], expected: str) -> None:
    assert splits(assign("ab", [["a", "b"]], params(), fixed)) == {"a": expected, "b": expected}


def test_no_documents() -> None:
    assert assign([], [], params()) == []
