"""Pairs of answers as a judge sees them: which stands left is random, fixed, and not to be told from the page."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onggi.core.schema import Answer, Question


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to a question; ``digest`` tells whether they are those that a verdict was about."""

    question: Question
    left: str
    right: str
    digest: str


def pairs(
    questions: Iterable[Question], first: Iterable[Answer], second: Iterable[Answer], names: tuple[str, str]
) -> Iterator[Pair]:
    """Yield what two models said to each question, in an order of its own for each pair of models.

    Left out is what nobody could choose between: equal answers, and questions that one of them has no reply to.
    """
    of_first, of_second = ({answer.query_id: answer for answer in side} for side in (first, second))
    asked = [q for q in questions if q.query_id in of_first and q.query_id in of_second]
    for question in sorted(asked, key=lambda q: _digest("order", *sorted(names), q.query_id)):
        both = of_first[question.query_id], of_second[question.query_id]
        texts = both[0].text or "", both[1].text or ""
        if texts[0] == texts[1] or any(answer.failed for answer in both):
            continue
        turned = left_of(names, question.query_id) != names[0]
        left, right = texts[::-1] if turned else texts
        yield Pair(question, left, right, _digest("answers", question.text, left, right)[:16])


def left_of(names: tuple[str, str], query_id: str) -> str:
    """Return which of two models stands left, whichever of them is named first."""
    ordered = sorted(names)
    return ordered[int(_digest("side", *ordered, query_id), 16) % 2]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
