"""Twins through overlap count once: what a perfect system can reach does not fall as chunks share more text."""

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from onggi.core.schema import Chunk, Evidence, Question
from onggi.evaluation.measures import recall_by_rank, score
from onggi.truth.relevance import ChunkIndex, Target, targets

LENGTH, SIZE = 400, 20
OVERLAPS = (0, 2, 5, 8, 10)

Asked = Callable[[int], list[Evidence]]


def one_sentence(start: int) -> list[Evidence]:
    """Gold: one quote."""
    return [Evidence("d", start, start + 6)]


def two_sentences(start: int) -> list[Evidence]:
    """Gold: two quotes near each other."""
    return [Evidence("d", start, start + 5), Evidence("d", start + 9, start + 14)]


def passages(start: int) -> list[Evidence]:
    """A lexical truth: passages side by side, none of which repeats another."""
    return [Evidence("d", s, s + 10) for s in (start, start + 10, start + 50)]


def best(target: Target) -> list[str]:
    """Return a ranking that nothing beats: always the chunk that finds most of what is left."""
    left, ranked = list(target.parts), list[str]()
    while left:
        chunk_id = max(sorted(target.relevant), key=lambda c: sum(c in part for part in left))
        ranked.append(chunk_id)
        left = [part for part in left if chunk_id not in part]
    return ranked


def reached(asked: Asked, overlap: int) -> tuple[float, float, float]:
    """Return the best possible Success@1, R@1 and nDCG@10, over questions about every place of a document."""
    index = ChunkIndex.of(
        Chunk(f"d#{s}-{s + SIZE}", "d", s, s + SIZE, "", 9, "") for s in range(0, LENGTH, SIZE - overlap)
    )
    questions = [Question(f"q{n:03}", "", "", [], asked(n), "gold", "test") for n in range(SIZE, LENGTH - 4 * SIZE)]
    wanted = targets(questions, index)
    run = {t.query_id: [(chunk_id, float(-n)) for n, chunk_id in enumerate(best(t))] for t in wanted}
    values = score(wanted, run, index, 1000)
    success, ndcg = (mean(values[name].values()) for name in ("Success@1", "nDCG@10"))
    return success, float(recall_by_rank(wanted, run, index)[:, 0].mean()), ndcg


def mean(values: Iterable[float]) -> float:
    every = list(values)
    return sum(every) / len(every)


@pytest.mark.parametrize("asked", [one_sentence, two_sentences, passages])
def test_the_best_possible_does_not_fall_as_overlap_grows(asked: Asked) -> None:
    every = [reached(asked, overlap) for overlap in OVERLAPS]
    for success, _, ndcg in every:
        assert success == 1.0 and ndcg == pytest.approx(1.0)
    recalls = [recall for _, recall, _ in every]
    assert all(b >= a - 1e-9 for a, b in pairwise(recalls)), recalls


def test_one_answer_can_always_be_found_first() -> None:
    assert [reached(one_sentence, overlap)[1] for overlap in OVERLAPS] == [pytest.approx(1.0)] * len(OVERLAPS)
