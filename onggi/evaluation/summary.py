"""What the measures come to: the tables, plots and failures that are committed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from onggi.core.schema import QUESTION_TYPES, Question
from onggi.evaluation.measures import EvaluateParams, Scores, mean, recall_curve
from onggi.evaluation.runs import Run, first_right, ranking
from onggi.evaluation.significance import randomization_test
from onggi.evaluation.texts import quote
from onggi.truth.relevance import ChunkIndex, Target

FAILURES = 10
SHOWN_CHUNKS = 3
SHOWN_EVIDENCE = 5
SHOWN_CHARACTERS = 200

UNTYPED = "untyped"
"""Stands for the type of questions whose source gives none."""

NO_QUESTIONS = "no test question has evidence: add gold questions, or raise split.test"


def averages(scores: Mapping[str, Scores]) -> dict[str, dict[str, float]]:
    """Return ``{system: {measure: mean}}``, without the measures that no question gives a value to."""
    return {
        system: {measure: round(mean(values), 4) for measure, values in measures.items() if values}
        for system, measures in scores.items()
    }


def differences(scores: Mapping[str, Scores], params: EvaluateParams) -> dict[str, dict[str, Any]]:
    """Return, for neighbouring systems and for the last against the first, each measure's difference and its p.

    The keys are ``"first → second"``; a difference is the second's mean minus the first's. p keeps four digits
    rather than four places, so that it never reads as 0.
    """
    systems = list(scores)
    pairs = [*pairwise(systems), *([(systems[0], systems[-1])] if len(systems) > 2 else [])]
    measures = [measure for measure, values in next(iter(scores.values()), {}).items() if values]
    if not measures:
        return {}
    columns = [_differences(scores[a][measure], scores[b][measure]) for a, b in pairs for measure in measures]
    if not columns:
        return {}
    table = np.array(columns).T  # (queries, pairs * measures)
    p = iter(randomization_test(table, params.permutations, params.seed).tolist())
    return {
        f"{a} → {b}": {
            "queries": len(table),
            **{
                measure: {
                    "difference": round(mean(scores[b][measure]) - mean(scores[a][measure]), 4),
                    "p": float(f"{next(p):.4g}"),
                }
                for measure in measures
            },
        }
        for a, b in pairs
    }


def coverage(questions: Sequence[Question], targets: Sequence[Target], runs: Mapping[str, Run]) -> dict[str, Any]:
    """Return how many questions the measures rest on, and how many are left out or cannot be found."""
    parts = [part for target in targets for part in target.parts]
    counts: dict[str, Any] = {
        "questions": len(questions),
        "answerable": len(targets),
        "unanswerable_left_out": len(questions) - len(targets),
        "without_answering_chunk": sum(not target.findable for target in targets),
        "evidence": len(parts),
        "evidence_without_answering_chunk": sum(not part for part in parts),
        "unit": {unit: sum(target.unit == unit for target in targets) for unit in ("chunk", "document")},
        "nothing_retrieved": {system: sum(not run.get(t.query_id) for t in targets) for system, run in runs.items()},
    }
    return counts if targets else counts | {"not_computed": {"retrieval": NO_QUESTIONS, "significance": NO_QUESTIONS}}


PER_TYPE_HEADER = ("system", "type", "queries", "measure", "value")


def per_type(scores: Mapping[str, Scores], questions: Sequence[Question]) -> Iterator[tuple[str, str, int, str, float]]:
    """Yield a line per system, question type and measure."""
    type_of = {question.query_id: question.type or UNTYPED for question in questions if question.evidence}
    known = [kind for kind in QUESTION_TYPES if kind in type_of.values()]
    kinds = {
        kind: [query_id for query_id, of in type_of.items() if of == kind]
        for kind in [*known, *sorted(set(type_of.values()) - set(known))]
    }
    for system, measures in scores.items():
        for kind, query_ids in kinds.items():
            for measure, values in measures.items():
                value = mean({query_id: values[query_id] for query_id in query_ids})
                yield system, kind, len(query_ids), measure, round(value, 4)


CURVE_HEADER = ("system", "k", "recall")


def curves(targets: Sequence[Target], runs: Mapping[str, Run], index: ChunkIndex) -> Iterator[tuple[str, int, float]]:
    """Yield a line per system and k."""
    for system, run in runs.items() if targets else ():
        for k, recall in enumerate(recall_curve(targets, run, index).tolist(), 1):
            yield system, k, round(recall, 4)


def worst(targets: Sequence[Target], run: Run, index: ChunkIndex) -> list[tuple[Target, int | None]]:
    """Return the targets found latest, or not at all, with the rank of their first right id.

    At most ten, worst first, ties by query_id; a question answered at rank 1 is no failure.
    """
    ranks = [(target, first_right(target, ranking(target, run, index))) for target in targets]
    failed = [(target, rank) for target, rank in ranks if rank != 1]
    return sorted(failed, key=lambda pair: (1 / pair[1] if pair[1] else 0.0, pair[0].query_id))[:FAILURES]


def failures(
    worst: Sequence[tuple[Target, int | None]],
    questions: Mapping[str, Question],
    run: Run,
    chunk_texts: Mapping[str, str],
    document_texts: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return what was asked, what was expected and what was found instead; long texts show their head."""
    shown = []
    for target, rank in worst:
        question = questions[target.query_id]
        expected = question.evidence[:SHOWN_EVIDENCE]
        shown.append(
            {
                "query_id": question.query_id,
                "question": _head(question.text),
                "type": question.type,
                "expected": [{"doc_id": e.doc_id, "quote": _head(quote(e, document_texts))} for e in expected],
                "answered_by_a_chunk": target.findable,
                "first_right_rank": rank,
                "found": [
                    {"chunk_id": chunk_id, "score": round(score, 4), "text": _head(chunk_texts[chunk_id])}
                    for chunk_id, score in run.get(target.query_id, ())[:SHOWN_CHUNKS]
                ],
            }
        )
    return shown


def _differences(first: Mapping[str, float], second: Mapping[str, float]) -> list[float]:
    return [second[query_id] - value for query_id, value in first.items()]


def _head(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
