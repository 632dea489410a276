"""Judges: answers against gold. Each measures what it can; what none can measure is named, not guessed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from onggi.core.schema import Answer, Question
from onggi.evaluation.texts import quote

NEEDS_LLM = {
    name: "needs an LLM as judge; the embedded default has none"
    for name in (
        "faithfulness",
        "answer_relevancy",
        "llm_context_precision_with_reference",
        "context_recall",
        "factual_correctness",
    )
}
"""RAGAS's measures that the embedded judge leaves out, by RAGAS's names."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its answer: the texts of the chunks that were read, best first, and of its evidence."""

    question: Question
    answer: Answer
    contexts: Sequence[str]
    references: Sequence[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge measured.

    ``values`` holds measures by group, such as ``{"string": {"EM": 0.5}}``, rounded to 4 places; ``reasons`` says for
    each group, measure or ``group.measure`` that could not be computed why not. ``about`` is to be known of the judge.
    """

    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


class Judge(Protocol):
    """What measures answers."""

    def judge(self, cases: Sequence[Case]) -> Verdict:
        """Return what can be said of the answers to all questions together."""
        ...


def judged(questions: Sequence[Question], cases: Sequence[Case], judges: Iterable[Judge]) -> dict[str, Any]:
    """Return the answer measures, how many questions each rests on, and what could not be computed and why.

    Parameters
    ----------
    questions
        The test questions.
    cases
        Those of them that have an answer row; where no reply came the row is counted and not judged.
    judges
        They measure in this order; what a later one measures takes the place of an earlier one's.
    """
    values: dict[str, dict[str, float]] = {}
    reasons: dict[str, str] = {}
    heard = [case for case in cases if not case.answer.failed]
    about: dict[str, Any] = {}
    for judge in judges:
        verdict = judge.judge(heard)
        for group, measures in verdict.values.items():
            values.setdefault(group, {}).update(measures)
        reasons |= verdict.reasons
        about |= verdict.about
    measured = {*values, *(name for measures in values.values() for name in measures)}
    missing = {name: reason for name, reason in (reasons | NEEDS_LLM | reasons).items() if name not in measured}
    filled = {group: measures for group, measures in values.items() if measures}
    return {**filled, **about, "coverage": _coverage(questions, cases), "not_computed": missing}


def cases_of(
    questions: Iterable[Question],
    answers: Mapping[str, Answer],
    chunk_texts: Mapping[str, str],
    document_texts: Mapping[str, str],
) -> list[Case]:
    """Return the questions that have an answer, with the texts that judges read (see `texts_needed`)."""
    return [
        Case(
            question,
            answer,
            [chunk_texts[chunk_id] for chunk_id in answer.contexts],
            [quote(evidence, document_texts) for evidence in dict.fromkeys(question.pieces)],
        )
        for question in questions
        if (answer := answers.get(question.query_id)) is not None
    ]


def texts_needed(questions: Sequence[Question], answers: Mapping[str, Answer]) -> tuple[set[str], set[str]]:
    """Return the ids of the chunks and of the documents whose texts `cases_of` reads."""
    given = (answers[question.query_id] for question in questions if question.query_id in answers)
    chunk_ids = {chunk_id for answer in given for chunk_id in answer.contexts}
    return chunk_ids, {evidence.doc_id for question in questions for evidence in question.evidence}


def _coverage(questions: Sequence[Question], cases: Sequence[Case]) -> dict[str, Any]:
    heard = [case for case in cases if not case.answer.failed]
    answerable = [case for case in heard if case.question.evidence]
    without = Counter(case.answer.reason for case in cases if case.answer.reason)
    return {
        "questions": len(questions),
        "without_answer_row": len(questions) - len(cases),
        "failed": len(cases) - len(heard),
        "answerable": len(answerable),
        "answerable_with_gold_answer": sum(bool(case.question.answers) for case in answerable),
        "answerable_answered": sum(case.answer.text is not None for case in answerable),
        "unanswerable": len(heard) - len(answerable),
        "abstained": sum(case.answer.text is None for case in heard),
        "invented_citations": sum(case.answer.invented for case in heard),
        "reasons": dict(sorted(without.items())),
    }
