"""The questions that one system answers worst, and what it found instead."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onggi.core.places import place
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.evaluation import texts
from onggi.evaluation.measured import Measured
from onggi.evaluation.runs import Run, first_relevant, ranking
from onggi.truth.relevance import ChunkIndex, Target

FAILURES = 10
SHOWN_CHUNKS = 3
SHOWN_EVIDENCE = 5
SHOWN_CHARACTERS = 200


def failures(measured: Measured, system: str, index: ChunkIndex, chunks: Path, documents: Path) -> dict[str, Any]:
    """Return the name of a system and its failures; the chunks and documents tables are read for the texts shown.

    Raises
    ------
    TableError
        A table lacks what a run or a question names.
    """
    run = measured.runs[system]
    failed = worst(measured.targets, run, index)
    questions = {question.query_id: question for question in measured.questions}
    shown = {chunk_id for target, _ in failed for chunk_id, _ in run.get(target.query_id, ())[:SHOWN_CHUNKS]}
    quoted = {evidence.doc_id for target, _ in failed for evidence in questions[target.query_id].evidence}
    held, told = texts.chunks_of(chunks, shown), texts.documents_of(documents, quoted)
    listed = [_failure(questions[target.query_id], target, rank, run, held, told) for target, rank in failed]
    return {"system": system, "split": measured.split, "failures": listed}


def worst(targets: Sequence[Target], run: Run, index: ChunkIndex) -> list[tuple[Target, int | None]]:
    """Return the targets found latest, or not at all, with the rank of their first relevant id.

    At most ten, worst first, ties by query_id; a question answered at rank 1 is no failure.
    """
    ranks = [(target, first_relevant(target, ranking(target, run, index))) for target in targets]
    failed = [(target, rank) for target, rank in ranks if rank != 1]
    return sorted(failed, key=lambda pair: (1 / pair[1] if pair[1] else 0.0, pair[0].query_id))[:FAILURES]


def _failure(
    question: Question,
    target: Target,
    rank: int | None,
    run: Run,
    chunks: dict[str, Chunk],
    documents: dict[str, Document],
) -> dict[str, Any]:
    """Return what was asked, what was expected and what was found instead; long texts show their head."""
    expected = question.evidence[:SHOWN_EVIDENCE]
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
