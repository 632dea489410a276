"""From evidence in documents to what is relevant among the chunks.

Gold is anchored in documents, so the same questions serve any chunk size, overlap and splitter: a chunk answers an
evidence span when it covers at least half of its characters. Of a page, which is longer than most chunks, each chunk is
an answer of which at least half stands there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from onggi.core.schema import Chunk, Question

Granularity = Literal["chunk", "document"]
"""What a question is judged by."""


@dataclass(frozen=True, slots=True)
class ChunkIndex:
    """What measuring needs of the chunks: their documents, sizes (tokens) and places, without their text.

    ``spans`` holds ``(start, end, chunk_id)`` per document.
    """

    doc_of: dict[str, str]
    n_tokens: dict[str, int]
    spans: dict[str, list[tuple[int, int, str]]]

    @classmethod
    def of(cls, chunks: Iterable[Chunk]) -> "ChunkIndex":
        """Index chunks; they are read once."""
        index = cls({}, {}, {})
        for chunk in chunks:
            index.doc_of[chunk.chunk_id] = chunk.doc_id
            index.n_tokens[chunk.chunk_id] = chunk.n_tokens
            index.spans.setdefault(chunk.doc_id, []).append((chunk.start, chunk.end, chunk.chunk_id))
        return index

    def answering(self, doc_id: str, start: int, end: int, page: int | None = None) -> frozenset[str]:
        """Return the ids of the chunks that cover at least half of a span of a document.

        Where the span is a page, also of those of which it covers at least half.
        """
        spans = self.spans.get(doc_id, [])
        return frozenset(
            chunk_id
            for first, last, chunk_id in spans
            if _covers_half(first, last, start, end) or (page is not None and _covers_half(start, end, first, last))
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What must be found for one question.

    ``parts`` has one set per piece of evidence: the ids, of chunks or of documents as ``unit`` says, each of which
    answers it. A set is empty where nothing does, for example for a quote cut into three by chunk borders. ``grades``
    says how relevant each part is; all are 1 where it is empty.
    """

    query_id: str
    unit: Granularity
    parts: tuple[frozenset[str], ...]
    grades: tuple[int, ...] = ()

    @property
    def relevant(self) -> frozenset[str]:
        """The ids of which each answers some piece of evidence."""
        return frozenset().union(*self.parts)

    @property
    def findable(self) -> bool:
        """Whether any piece of evidence is answered by a chunk."""
        return bool(self.relevant)

    def qrels(self) -> dict[str, int]:
        """Return the grade of each id as TREC's tools take it: that of the most relevant evidence it answers.

        Evidence that nothing answers stands here under an id that no run can name: it counts as not found, instead of
        making the question easier or dropping it.
        """
        judged: dict[str, int] = {}
        for n, (part, grade) in enumerate(zip(self.parts, self.grades or (1,) * len(self.parts), strict=True)):
            for item in sorted(part) or [f"(evidence {n}: no chunk)"]:
                judged[item] = max(grade, judged.get(item, 0))
        return dict(sorted(judged.items()))


def targets(questions: Iterable[Question], index: ChunkIndex) -> list[Target]:
    """Return what each question looks for, ordered by query_id; questions without evidence are left out.

    Where any evidence of a question is a whole document, documents are its unit: a span then stands for its document.
    """
    wanted = [target(question, index) for question in questions if question.evidence]
    return sorted(wanted, key=lambda target: target.query_id)


def target(question: Question, index: ChunkIndex) -> Target:
    """Return what one question looks for (see `targets`)."""
    documents: dict[str, int] = {}
    spans: dict[tuple[str, int, int, int | None], int] = {}
    whole = False
    for e in question.evidence:
        documents[e.doc_id] = max(e.grade, documents.get(e.doc_id, 0))
        if e.start is None or e.end is None:
            whole = True
        else:
            span = (e.doc_id, e.start, e.end, e.page)
            spans[span] = max(e.grade, spans.get(span, 0))
    if whole:
        doc_ids = sorted(documents)
        parts = tuple(frozenset({doc_id} & index.spans.keys()) for doc_id in doc_ids)
        return Target(question.query_id, "document", parts, tuple(documents[doc_id] for doc_id in doc_ids))
    return Target(question.query_id, "chunk", tuple(index.answering(*span) for span in spans), tuple(spans.values()))


def _covers_half(start: int, end: int, evidence_start: int, evidence_end: int) -> bool:
    overlap = min(end, evidence_end) - max(start, evidence_start)
    return overlap > 0 and 2 * overlap >= evidence_end - evidence_start
