"""Answers against gold: strings, abstention, citations and contexts. What needs an LLM is named, not guessed."""

from collections.abc import Mapping, Sequence
from typing import Any

from onggi.core.schema import Answer, Question
from onggi.evaluation import strings
from onggi.evaluation.contexts import score_contexts
from onggi.evaluation.texts import quote
from onggi.truth.relevance import ChunkIndex, target

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
"""RAGAS's measures that are left out, by RAGAS's names."""

Asked = Sequence[tuple[Question, Answer]]


def judge(
    questions: Sequence[Question],
    answers: Mapping[str, Answer],
    index: ChunkIndex,
    chunk_texts: Mapping[str, str],
    document_texts: Mapping[str, str],
) -> dict[str, Any]:
    """Return the answer measures, how many questions each rests on, and what could not be computed and why.

    Parameters
    ----------
    questions : Sequence[Question]
        The test questions. Those without a row in ``answers`` are left out, and counted.
    chunk_texts, document_texts : Mapping[str, str]
        The texts of the chunks that were read and of the documents that hold evidence.
    """
    asked = [(question, answers[question.query_id]) for question in questions if question.query_id in answers]
    answerable = [(question, answer) for question, answer in asked if question.evidence]
    with_gold = [(question, answer) for question, answer in answerable if question.answers]
    answered = [(question, answer) for question, answer in answerable if answer.text is not None]
    values = {
        "string": _strings(with_gold),
        "no_answer": _no_answer(asked),
        "citation": _citations(answered, index),
        "ragas": _contexts(answerable, chunk_texts, document_texts),
    }
    coverage = {
        "questions": len(questions),
        "without_answer_row": len(questions) - len(asked),
        "answerable": len(answerable),
        "answerable_with_gold_answer": len(with_gold),
        "answerable_answered": len(answered),
        "unanswerable": len(asked) - len(answerable),
        "abstained": sum(answer.text is None for _, answer in asked),
    }
    reasons = _reasons(values) | NEEDS_LLM
    return {name: found for name, found in values.items() if found} | {"coverage": coverage, "not_computed": reasons}


def texts_needed(questions: Sequence[Question], answers: Mapping[str, Answer]) -> tuple[set[str], set[str]]:
    """Return the ids of the chunks and of the documents whose texts `judge` reads."""
    given = (answers[question.query_id] for question in questions if question.query_id in answers)
    chunk_ids = {chunk_id for answer in given for chunk_id in answer.contexts}
    return chunk_ids, {evidence.doc_id for question in questions for evidence in question.evidence}


def _strings(asked: Asked) -> dict[str, float]:
    # An abstention is no answer and gets 0; the empty string would match a gold answer of nothing.
    nothing = strings.Likeness(0.0, 0.0, 0.0)
    scores = [
        nothing if answer.text is None else strings.best(answer.text, question.answers) for question, answer in asked
    ]
    return {
        **_mean("EM", [score.exact_match for score in scores]),
        **_mean("F1", [score.f1 for score in scores]),
        **_mean("ROUGE-L", [score.rouge_l for score in scores]),
    }


def _no_answer(asked: Asked) -> dict[str, float]:
    """Abstaining as retrieval of the unanswerable: nothing can be said of it where every question has an answer."""
    unanswerable = sum(not question.evidence for question, _ in asked)
    abstained = sum(answer.text is None for _, answer in asked)
    right = sum(answer.text is None and not question.evidence for question, answer in asked)
    if not unanswerable:
        return {}
    precision = {"precision": round(right / abstained, 4)} if abstained else {}
    return {
        **precision,
        "recall": round(right / unanswerable, 4),
        "F1": round(2 * right / (unanswerable + abstained), 4),
    }


def _citations(answered: Asked, index: ChunkIndex) -> dict[str, float]:
    right = []
    for question, answer in answered:
        wanted = target(question, index)
        cited = index.doc_of.get(answer.chunk_id or "") if wanted.unit == "document" else answer.chunk_id
        right.append(float(cited in wanted.relevant))
    return _mean("accuracy", right)


def _contexts(answerable: Asked, chunk_texts: Mapping[str, str], document_texts: Mapping[str, str]) -> dict[str, float]:
    scores = score_contexts(
        (
            [chunk_texts[c] for c in answer.contexts],
            [quote(e, document_texts) for e in dict.fromkeys(question.evidence)],
        )
        for question, answer in answerable
    )
    return {
        **_mean("non_llm_context_precision_with_reference", [score.precision for score in scores]),
        **_mean("non_llm_context_recall", [score.recall for score in scores]),
    }


def _reasons(values: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    reasons = {}
    if not values["string"]:
        reasons["string"] = "no answerable test question has both a gold answer and an answer row"
    if not values["no_answer"]:
        reasons["no_answer"] = "no test question is unanswerable"
    elif "precision" not in values["no_answer"]:
        reasons["no_answer.precision"] = "every question was answered"
    if not values["citation"]:
        reasons["citation"] = "no answerable test question was answered"
    if not values["ragas"]:
        reasons["ragas"] = "no answerable test question has an answer row"
    return reasons


def _mean(name: str, values: Sequence[float]) -> dict[str, float]:
    return {name: round(sum(values) / len(values), 4)} if values else {}
