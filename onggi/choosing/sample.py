"""A sample of the gold questions that has each kind of question in its share."""

import hashlib
from collections.abc import Iterable, Sequence

from onggi.core.schema import Question

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"


def stratum(question: Question) -> str:
    """Return what a question is drawn as one of: its type, and whether the corpus answers it."""
    return f"{question.type or 'untyped'}, {ANSWERABLE if question.evidence else UNANSWERABLE}"


def sample(questions: Iterable[Question], size: int, seed: int) -> list[Question]:
    """Return at most ``size`` of the questions, in the order they came.

    Each stratum gives its share of the size, rounded down, and those with the largest remainders one more. Which
    questions of a stratum, a digest of seed and id decides: a question that is added or removed moves few others.
    """
    asked = list(questions)
    strata: dict[str, list[Question]] = {}
    for question in asked:
        strata.setdefault(stratum(question), []).append(question)
    counts = shares([len(members) for members in strata.values()], size)
    drawn = {
        question.query_id
        for members, count in zip(strata.values(), counts, strict=True)
        for question in sorted(members, key=lambda member: _rank(member, seed))[:count]
    }
    return [question for question in asked if question.query_id in drawn]


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """Return how many of each of several groups make ``total``, by largest remainders.

    Examples
    --------
    >>> shares([50, 30, 3], 10)
    [6, 4, 0]
    >>> shares([2, 1], 10)
    [2, 1]
    """
    everything = sum(sizes)
    if total >= everything:
        return list(sizes)
    counts = [size * total // everything for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda place: (-(sizes[place] * total % everything), place))
    for place in by_remainder[: total - sum(counts)]:
        counts[place] += 1
    return counts


def _rank(question: Question, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\n{question.query_id}".encode()).digest()
