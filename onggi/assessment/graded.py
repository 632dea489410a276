"""Ground truth of a language model: what systems found, each hit graded from 1 to 5.

A pool, as TREC makes one: the first hits of every system, each pair once, judged without its rank and its system. The
model sees the question and the chunk, and not what the labels say. What no system found is not asked about: nothing is
known of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from onggi.assessment.params import LlmParams
from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Evidence, Hit, Question
from onggi.index.passages import passage
from onggi.llm.messages import Failure, Request
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.llm.structured import parsed
from onggi.truth.truths import Truth

NAME = "llm"
PROMPT = "relevance"


class Grade(BaseModel):
    """How well a chunk answers a question."""

    reason: str
    grade: Annotated[int, Field(ge=1, le=5)]


Pool = Mapping[str, Sequence[Chunk]]
"""By question, the chunks that are graded, in the order of their documents."""

Graded = Sequence[tuple[Chunk, int]]


def pooled(runs: Iterable[Path], query_ids: Iterable[str], k: int, chunks: Path) -> Pool:
    """Return the first ``k`` chunks of each run for each question, each once.

    Raises
    ------
    TableError
        A run cannot be read, or names what is no chunk.
    """
    found: dict[str, set[str]] = {query_id: set() for query_id in query_ids}
    named: dict[str, Path] = {}
    for path in runs:
        for query_id, chunk_id, rank in tables.columns(path, Hit, "query_id", "chunk_id", "rank"):
            if rank <= k and query_id in found:
                found[query_id].add(chunk_id)
                named.setdefault(chunk_id, path)
    held = {chunk.chunk_id: chunk for chunk in tables.read(chunks, Chunk) if chunk.chunk_id in named}
    for chunk_id, path in named.items():
        if chunk_id not in held:
            raise TableError(path, f"names chunk {chunk_id!r}, which {chunks} lacks", "run `dvc repro`")
    place = {chunk_id: n for n, chunk_id in enumerate(held)}
    return {query_id: [held[c] for c in sorted(of, key=place.__getitem__)] for query_id, of in found.items()}


def graded(questions: Sequence[Question], pool: Pool, llm: Llm, prompts: Prompts, params: LlmParams) -> Truth:
    """Return what the model finds relevant among a pool; a pair without a grade is left out, and counted.

    Parameters
    ----------
    questions
        Those of the pool, by their ids in order.
    pool
        What is graded.
    llm, prompts
        The model, and the folder of its prompt.
    params
        From which grade on a chunk is evidence.

    Raises
    ------
    LlmError
        See `onggi.llm.role.Llm.replies`.
    """
    pairs = [(question, chunk) for question in questions for chunk in pool[question.query_id]]
    requests = [
        Request(prompts.render(PROMPT, question=question.text, passage=passage(chunk)), **llm.params.sampling())
        for question, chunk in pairs
    ]
    grades: dict[str, list[tuple[Chunk, int]]] = {question.query_id: [] for question in questions}
    counted: Counter[int] = Counter()
    failed: Counter[str] = Counter()
    for (question, chunk), said in zip(pairs, parsed(llm, requests, Grade), strict=True):
        if isinstance(said, Failure):
            failed[said.reason] += 1
        else:
            counted[said.grade] += 1
            grades[question.query_id].append((chunk, said.grade))
    known = [_judged(question, of, params.relevant_from) for question in questions if (of := grades[question.query_id])]
    made = {
        **llm.named(),
        **params.model_dump(),
        "pairs": len(pairs),
        "grades": {str(grade): counted[grade] for grade in range(1, 6)},
        "failed": dict(sorted(failed.items())),
    }
    return Truth(NAME, known, complete=False, made=made)


def _judged(question: Question, grades: Graded, relevant_from: int) -> Question:
    right = [(chunk, grade) for chunk, grade in grades if grade >= relevant_from]
    wrong = [Evidence(c.doc_id, c.start, c.end, grade) for c, grade in grades if grade < relevant_from]
    return replace(question, evidence=pieces(right), rejected=wrong)


def pieces(right: Graded) -> list[Evidence]:
    """Return chunks as evidence: those that repeat each other are one piece, of the grade of the best.

    Best first, a chunk that shares text with a piece is that piece again, since what they share may be what answers: an
    overlap of chunks makes no more pieces. They come first, in the order of their documents.
    """
    heads: list[tuple[Chunk, int]] = []
    again: list[tuple[Chunk, Chunk]] = []
    for chunk, grade in sorted(right, key=lambda pair: (-pair[1], pair[0].doc_id, pair[0].start)):
        of = next((head for head, _ in heads if _repeats(chunk, head)), None)
        if of is None:
            heads.append((chunk, grade))
        else:
            again.append((chunk, of))
    heads.sort(key=lambda pair: (pair[0].doc_id, pair[0].start))
    part = {head.chunk_id: place for place, (head, _) in enumerate(heads)}
    more = sorted((part[of.chunk_id], chunk.start, chunk.end, chunk.doc_id) for chunk, of in again)
    return [
        *(Evidence(head.doc_id, head.start, head.end, grade) for head, grade in heads),
        *(Evidence(doc_id, start, end, part=n) for n, start, end, doc_id in more),
    ]


def _repeats(one: Chunk, other: Chunk) -> bool:
    return one.doc_id == other.doc_id and max(one.start, other.start) < min(one.end, other.end)
