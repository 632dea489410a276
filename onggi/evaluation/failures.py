"""The questions that one system does not answer: why, and what it found instead."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onggi.core.places import place
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.evaluation import causes, texts
from onggi.evaluation.facts import Words
from onggi.evaluation.measured import Measured
from onggi.evaluation.runs import Run
from onggi.search.spec import Systems
from onggi.truth.relevance import ChunkIndex, Target

FAILURES = 10
EXAMPLES = 5
SHOWN_CHUNKS = 3
SHOWN_EVIDENCE = 5
SHOWN_CHARACTERS = 200


def failures(
    measured: Measured,
    system: str,
    systems: Systems,
    index: ChunkIndex,
    known: Mapping[str, Words],
    documents: Mapping[str, Document],
    chunks: Path,
) -> dict[str, Any]:
    """Return the name of a system, how often each cause made it fail, and its worst failures.

    Parameters
    ----------
    known
        The words of each question and its evidence.
    documents
        Those of the evidence.
    chunks
        The table of chunks; it is read for the texts that are compared and shown.

    Raises
    ------
    TableError
        The table lacks what a run names.
    """
    run = measured.runs[system]
    missed = causes.failing(measured, system, index)
    held = texts.chunks_of(chunks, causes.needed(missed, run))
    failed = causes.failed(missed, measured, system, systems, index, known, held)
    questions = {question.query_id: question for question in measured.questions}
    counts = Counter(failure.cause for failure in failed)
    return {
        "system": system,
        "split": measured.split,
        "questions": len(measured.targets),
        "failed": len(failed),
        "causes": {
            cause: {
                "rule": rule,
                "count": counts[cause],
                "examples": [failure.target.query_id for failure in failed if failure.cause == cause][:EXAMPLES],
            }
            for cause, rule in causes.CAUSES.items()
            if counts[cause]
        },
        "failures": [
            {
                **_failure(questions[failure.target.query_id], failure.target, failure.rank, run, held, documents),
                "cause": failure.cause,
            }
            for failure in failed[:FAILURES]
        ],
    }


def _failure(
    question: Question,
    target: Target,
    rank: int | None,
    run: Run,
    chunks: Mapping[str, Chunk],
    documents: Mapping[str, Document],
) -> dict[str, Any]:
    """Return what was asked, what was expected and what was found instead; long texts show their head."""
    expected = question.pieces[:SHOWN_EVIDENCE]
    return {
        "query_id": question.query_id,
        "question": _head(question.text),
        "type": question.type,
        "expected": [_expected(evidence, documents[evidence.doc_id]) for evidence in expected],
        "answered_by_a_chunk": target.findable,
        "first_relevant_rank": rank,
        "found": [
            {"chunk_id": chunk_id, **_at(chunks[chunk_id].place), "score": round(score, 4)}
            | {"text": _head(chunks[chunk_id].text)}
            for chunk_id, score in run.get(target.query_id, ())[:SHOWN_CHUNKS]
        ],
    }


def _expected(evidence: Evidence, document: Document) -> dict[str, Any]:
    spanned = evidence.start is not None and evidence.end is not None
    where = place(document.origins, evidence.start or 0, evidence.end or 0) if spanned else ""
    quoted = document.text[evidence.start : evidence.end]
    return {"doc_id": evidence.doc_id, **_at(where), "quote": _head(quoted)}


def _at(place: str) -> dict[str, str]:
    """Return the place of a text in its file, where that has places to name."""
    return {"place": place} if place else {}


def _head(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
