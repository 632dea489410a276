"""Whether a candidate answers the question after all: it holds the answer's words and is about the question's topic."""

import re
from collections.abc import Sequence
from functools import lru_cache

from onggi.core.schema import Question
from onggi.korean.kiwi import morphemes
from onggi.korean.normalize import nfc

SHARED = 0.5
"""The share of the topic's terms that a passage on the same topic holds."""

LEAST = 2
"""Characters from which an answer is looked for: a single one stands everywhere."""


class AnswerSearch:
    """Looks for the answers of one question in passages.

    Its topic is what of the question's content terms stands in the headings of its positives, or all of them where none
    does: "장독 대여는 며칠 동안 되나요?", answered below the heading "장독 대여 안내", is about 장독 and 대여.

    Parameters
    ----------
    question
        What is asked; its answers are looked for.
    headings
        The headings of its positives.
    """

    def __init__(self, question: Question, headings: Sequence[str]) -> None:
        self._question, self._headings = question, headings
        self._answers = [pattern for answer in question.answers if (pattern := _pattern(answer))]
        self._topic: frozenset[str] | None = None

    def holds(self, text: str, passage: str) -> bool:
        """Tell whether the text of a chunk holds an answer, and its passage at least half of the topic's terms.

        A heading answers nothing: "2027년 장독대 안내" is no answer to when the jars were counted.
        """
        plain = nfc(text).casefold()
        if not any(answer.search(plain) for answer in self._answers):
            return False
        topic = self.topic()
        return len(topic & _terms(passage)) >= SHARED * len(topic)

    def topic(self) -> frozenset[str]:
        """Return the terms of the question's topic, analysed when they are first needed."""
        if self._topic is None:
            asked = _terms(self._question.text)
            headed = asked & frozenset().union(*map(_terms, self._headings))
            self._topic = headed or asked
        return self._topic


def _pattern(answer: str) -> re.Pattern[str] | None:
    """Return what finds an answer however it is spaced, but no number within a longer one; None for too short ones."""
    plain = "".join(nfc(answer).casefold().split()).strip(".")
    if len(plain) < LEAST:
        return None
    before = r"(?<!\d)(?<!\d[.,])" if plain[0].isdigit() else ""
    behind = r"(?!\d|[.,]\d)" if plain[-1].isdigit() else ""
    return re.compile(before + r"\s*".join(map(re.escape, plain)) + behind)


@lru_cache(maxsize=1 << 12)
def _terms(text: str) -> frozenset[str]:
    return frozenset(morphemes(text))
