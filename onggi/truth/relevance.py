"""From evidence in documents to what is relevant among the chunks.

Gold is anchored in documents, so the same questions serve any chunk size, overlap and splitter: a chunk answers an
evidence span when it covers at least half of its characters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from onggi.core.schema import Chunk, Question

Unit = Literal["chunk", "document"]


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

    def answering(self, doc_id: str, start: int, end: int) -> frozenset[str]:
        """Return the ids of the chunks that cover at least half of a span of a document."""
        spans = self.spans.get(doc_id, [])
        return frozenset(chunk_id for first, last, chunk_id in spans if _covers_half(first, last, start, end))


@dataclass(frozen=True, slots=True)
class Target:
    """What must be found for one question.

    ``parts`` has one set per piece of evidence: the ids, of chunks or of documents as ``unit`` says, each of which
    answers it. A set is empty where nothing does, for example for a quote cut into three by chunk borders.
    """

    query_id: str
    unit: Unit
    parts: tuple[frozenset[str], ...]

    @property
    def relevant(self) -> frozenset[str]:
        """The ids of which any is a right answer."""
        return frozenset().union(*self.parts)

    @property
    def findable(self) -> bool:
        """Whether any piece of evidence is answered by a chunk."""
        return bool(self.relevant)

    def qrels(self) -> dict[str, int]:
        """Return the relevance of each id as TREC's tools take it.

        Evidence that nothing answers stands here under an id that no run can name: it counts as not found, instead of
        making the question easier or dropping it.
        """
        judged = dict.fromkeys(sorted(self.relevant), 1)
        return judged | {f"(evidence {n}: no chunk)": 1 for n, part in enumerate(self.parts) if not part}


def targets(questions: Iterable[Question], index: ChunkIndex) -> list[Target]:
    """Return what each question looks for, ordered by query_id; questions without evidence are left out.

    Where any evidence of a question is a whole document, documents are its unit: a span then stands for its document.
    """
    found = [target(question, index) for question in questions if question.evidence]
    return sorted(found, key=lambda target: target.query_id)


def target(question: Question, index: ChunkIndex) -> Target:
    """Return what one question looks for (see `targets`)."""
    spans = [(e.doc_id, e.start, e.end) for e in question.evidence if e.start is not None and e.end is not None]
    if len(spans) < len(question.evidence):
        doc_ids = sorted({evidence.doc_id for evidence in question.evidence})
        return Target(question.query_id, "document", tuple(frozenset({d} & index.spans.keys()) for d in doc_ids))
    return Target(question.query_id, "chunk", tuple(index.answering(*span) for span in dict.fromkeys(spans)))


def _covers_half(start: int, end: int, evidence_start: int, evidence_end: int) -> bool:
    overlap = min(end, evidence_end) - max(start, evidence_start)
    return overlap > 0 and 2 * overlap >= evidence_end - evidence_start
