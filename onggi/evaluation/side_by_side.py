"""Questions with what every system found for them, side by side: bounded, because the report carries it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onggi.core.places import place
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.evaluation import texts
from onggi.evaluation.measured import Measured
from onggi.evaluation.runs import first_relevant, ranking
from onggi.truth.relevance import ChunkIndex, Target

NAME = "side_by_side.json"
QUESTIONS = 200
FOUND = 5
SHOWN_EVIDENCE = 5
WITHIN = 10
"""Ranks within which pieces of evidence are counted."""

CHUNK_CHARACTERS = 800
QUOTE_CHARACTERS = 300
CHARACTERS = 200_000
"""Of all chunks and quotes together: a question that would go beyond is left out."""


def side_by_side(
    measured: Measured, first: Sequence[str], index: ChunkIndex, documents: Mapping[str, Document], chunks: Path
) -> dict[str, Any]:
    """Return at most 200 questions in the order of their ids, with the first 5 chunks of every system.

    The text of a chunk is its head. ``marks`` are the stretches of it, as offsets of its characters, that belong to
    the evidence of a question; ``answering`` are the chunks that answer it. Of a question with several pieces of
    evidence ``says`` tells which of them a chunk answers (numbered from 1), and ``pieces_found`` how many each system
    has within its first 10. Questions that the corpus does not answer have no evidence; they come after all others.

    Parameters
    ----------
    first
        The ids of questions that are taken before all others, as far as the bounds allow.
    documents
        Those of the evidence.
    chunks
        The table of chunks; it is read for the texts.

    Raises
    ------
    TableError
        The table lacks what a run names.
    """
    targets = {target.query_id: target for target in measured.targets}
    questions = {question.query_id: question for question in measured.questions}
    named = (query_id for query_id in first if query_id in questions)
    wanted = list(dict.fromkeys([*named, *targets, *sorted(questions)]))[:QUESTIONS]
    found = {query_id: _found(measured, query_id) for query_id in wanted}
    held = texts.chunks_of(chunks, {chunk_id for chunk_ids in found.values() for chunk_id in chunk_ids})
    taken = sorted(_within([questions[query_id] for query_id in wanted], found, held))
    shown = dict.fromkeys(chunk_id for query_id in taken for chunk_id in found[query_id])
    return {
        "split": measured.split,
        "of": len(questions),
        "systems": list(measured.runs),
        "questions": [
            _question(questions[query_id], targets.get(query_id), measured, index, documents, held, found[query_id])
            for query_id in taken
        ],
        "chunks": {chunk_id: _chunk(held[chunk_id]) for chunk_id in sorted(shown)},
    }


def _found(measured: Measured, query_id: str) -> list[str]:
    """Return the ids of the chunks that are shown for a question, of all systems."""
    return list(dict.fromkeys(hit[0] for run in measured.runs.values() for hit in run.get(query_id, ())[:FOUND]))


def _within(asked: Sequence[Question], found: Mapping[str, Sequence[str]], held: Mapping[str, Chunk]) -> Iterator[str]:
    """Yield the ids of the questions that the bound of characters has room for."""
    counted: set[str] = set()
    left = CHARACTERS
    for question in asked:
        more = set(found[question.query_id]) - counted
        size = sum(min(len(held[chunk_id].text), CHUNK_CHARACTERS) for chunk_id in more)
        spans = ((e.end or 0) - (e.start or 0) for e in question.evidence[:SHOWN_EVIDENCE])
        size += sum(min(span, QUOTE_CHARACTERS) for span in (*spans, len(question.text)))
        if size <= left:
            counted |= more
            left -= size
            yield question.query_id


def _question(
    question: Question,
    target: Target | None,
    measured: Measured,
    index: ChunkIndex,
    documents: Mapping[str, Document],
    chunks: Mapping[str, Chunk],
    found: Sequence[str],
) -> dict[str, Any]:
    marks = {chunk_id: marked(chunks[chunk_id], question.evidence) for chunk_id in found}
    shown = {
        "query_id": question.query_id,
        "question": _head(question.text, QUOTE_CHARACTERS),
        "type": question.type,
        "evidence": [_evidence(e, documents[e.doc_id]) for e in question.evidence[:SHOWN_EVIDENCE]],
        "ranks": dict.fromkeys(measured.runs),
        "found": {
            system: [[chunk_id, round(score, 4)] for chunk_id, score in run.get(question.query_id, ())[:FOUND]]
            for system, run in measured.runs.items()
        },
        "marks": {chunk_id: spans for chunk_id, spans in marks.items() if spans},
        "answering": [],
    }
    return shown if target is None else shown | _answered(question, target, measured, index, found)


def _answered(
    question: Question, target: Target, measured: Measured, index: ChunkIndex, found: Sequence[str]
) -> dict[str, Any]:
    """Return where the answers stand: their first rank and, of several pieces of evidence, which is found where."""
    item_of = {c: c if target.unit == "chunk" else index.doc_of[c] for c in found}
    rankings = {system: ranking(target, run, index) for system, run in measured.runs.items()}
    told: dict[str, Any] = {
        "ranks": {system: first_relevant(target, ranked) for system, ranked in rankings.items()},
        "answering": [c for c in found if item_of[c] in target.relevant],
    }
    if len(target.parts) < 2:
        return told
    numbers = {c: [n for n, part in enumerate(target.parts, 1) if item_of[c] in part] for c in found}
    within = {system: target.found_at(ranked[:WITHIN]) for system, ranked in rankings.items()}
    return told | {
        "pieces": len(target.parts),
        "pieces_found": {system: sum(rank is not None for rank in ranks) for system, ranks in within.items()},
        "says": {c: which for c, which in numbers.items() if which},
    }


def marked(chunk: Chunk, evidence: Iterable[Evidence]) -> list[list[int]]:
    """Return the stretches of a chunk's head, [start, end) in its characters, that belong to evidence; in order.

    Stretches that overlap are one. Of a whole document nothing is marked.
    """
    length = min(len(chunk.text), CHUNK_CHARACTERS)
    spans = sorted(
        (max(e.start - chunk.start, 0), min(e.end - chunk.start, length))
        for e in evidence
        if e.doc_id == chunk.doc_id and e.start is not None and e.end is not None
    )
    joined: list[list[int]] = []
    for start, end in spans:
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return joined


def _chunk(chunk: Chunk) -> dict[str, str]:
    where = {"place": chunk.place} if chunk.place else {}
    return {"heading": chunk.heading, **where, "text": _head(chunk.text, CHUNK_CHARACTERS)}


def _evidence(evidence: Evidence, document: Document) -> dict[str, str]:
    if evidence.start is None or evidence.end is None:
        return {"doc_id": evidence.doc_id, "quote": ""}
    where = place(document.origins, evidence.start, evidence.end)
    told = {"doc_id": evidence.doc_id, **({"place": where} if where else {})}
    return told | {"quote": _head(document.text[evidence.start : evidence.end], QUOTE_CHARACTERS)}


def _head(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[:characters] + "…"
