"""From evidence in documents to what is relevant among the chunks.

Gold is anchored in documents, so the same questions serve any chunk size, overlap and splitter: a chunk answers an
evidence span when it covers at least half of its characters. Of a page, which is longer than most chunks, each chunk is
an answer of which at least half stands there. What is counted is the evidence that was found, not the chunks that say
it: neither an overlap nor a second span that says the same makes a question harder or easier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from onggi.core.schema import Chunk, Evidence, Question

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

    def within(self, doc_id: str, spans: Iterable[tuple[int, int]]) -> frozenset[str]:
        """Return the ids of the chunks of which some spans of a document cover at least half, together."""
        covered = sorted(spans)
        return frozenset(
            chunk_id
            for first, last, chunk_id in self.spans.get(doc_id, [])
            if 2 * _overlap(covered, first, last) >= last - first > 0
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What must be found for one question.

    ``parts`` has one set per piece of evidence: the ids, of chunks or of documents as ``unit`` says, each of which
    answers it. A set is empty where nothing does, for example for a quote cut into three by chunk borders. ``grades``
    says how relevant each part is; all are 1 where it is empty. Parts below the grade ``least`` gain something in
    measures that know grades, and are not relevant to the others. ``rejected`` are ids that somebody read and found
    not to answer.
    """

    query_id: str
    unit: Granularity
    parts: tuple[frozenset[str], ...]
    grades: tuple[int, ...] = ()
    rejected: frozenset[str] = frozenset()
    least: int = 1

    @property
    def graded(self) -> list[tuple[frozenset[str], int]]:
        """Each part with its grade."""
        return list(zip(self.parts, self.grades or (1,) * len(self.parts), strict=True))

    @property
    def wanted(self) -> list[frozenset[str]]:
        """The parts that are relevant where grades do not count."""
        return [part for part, grade in self.graded if grade >= self.least]

    @property
    def relevant(self) -> frozenset[str]:
        """The ids of which each answers some piece of evidence that is relevant enough."""
        return frozenset().union(*self.wanted)

    @property
    def judged(self) -> frozenset[str]:
        """The ids of which somebody said how relevant they are."""
        return self.rejected.union(*self.parts)

    @property
    def findable(self) -> bool:
        """Whether any piece of evidence is answered by a chunk."""
        return bool(self.relevant)

    def found_at(self, ranking: Sequence[str]) -> list[int | None]:
        """Return for each wanted part the rank, from 1, of the first id that answers it; None where none does."""
        return _first_ranks(self.wanted, ranking)

    def qrels(self, ranking: Sequence[str]) -> dict[str, int]:
        """Return what TREC's tools need to judge a ranking: for each piece of evidence the first id that answers it.

        So a piece counts once, however many ids repeat it: those further down gain nothing. The grade is that of the
        most relevant piece that an id is the first to answer. A piece that is not found stands here under an id that no
        run can name: it counts as not found, instead of making the question easier or dropping it.
        """
        judged: dict[str, int] = {}
        for n, ((_, grade), rank) in enumerate(zip(self.graded, _first_ranks(self.parts, ranking), strict=True)):
            item = f"(evidence {n}: not found)" if rank is None else ranking[rank - 1]
            judged[item] = max(grade, judged.get(item, 0))
        return dict(sorted(judged.items()))


def _first_ranks(parts: Iterable[frozenset[str]], ranking: Sequence[str]) -> list[int | None]:
    rank = {ranked_id: place for place, ranked_id in enumerate(ranking, 1)}
    return [min((rank[item] for item in part if item in rank), default=None) for part in parts]


def targets(questions: Iterable[Question], index: ChunkIndex, least: int = 1) -> list[Target]:
    """Return what each question looks for, ordered by query_id; questions without relevant evidence are left out.

    Where any piece of evidence of a question is a whole document, documents are its unit: a span then stands for its
    document.

    Parameters
    ----------
    least
        The grade from which evidence is relevant to measures that know no grades.
    """
    wanted = [target(question, index, least) for question in questions if answerable(question, least)]
    return sorted(wanted, key=lambda target: target.query_id)


def answerable(question: Question, least: int = 1) -> bool:
    """Tell whether a question has a piece of evidence of the grade ``least`` or above."""
    return any(piece.grade >= least for piece in question.pieces)


def target(question: Question, index: ChunkIndex, least: int = 1) -> Target:
    """Return what one question looks for (see `targets`)."""
    pieces = question.pieces
    unit: Granularity = "document" if any(e.start is None or e.end is None for e in pieces) else "chunk"
    grades: dict[_Place, int] = {}
    answering: dict[_Place, frozenset[str]] = {}
    for e in question.evidence:
        piece = e if e.part is None else pieces[e.part]
        place = _place(piece, unit)
        grades[place] = max(piece.grade, grades.get(place, 0))
        answering[place] = answering.get(place, frozenset()) | _answering(e, unit, index)
    order = sorted(answering) if unit == "document" else list(answering)
    return Target(
        question.query_id,
        unit,
        tuple(answering[place] for place in order),
        tuple(grades[place] for place in order),
        _rejected(question.rejected, unit, index),
        least,
    )


_Place = tuple[str, int, int, int]
"""What tells one piece of evidence from another: its document, start, end and page, -1 for what it has not."""


def _place(piece: Evidence, unit: Granularity) -> _Place:
    if unit == "document" or piece.start is None or piece.end is None:
        return piece.doc_id, -1, -1, -1
    return piece.doc_id, piece.start, piece.end, -1 if piece.page is None else piece.page


def _answering(evidence: Evidence, unit: Granularity, index: ChunkIndex) -> frozenset[str]:
    if unit == "document" or evidence.start is None or evidence.end is None:
        return frozenset({evidence.doc_id} & index.spans.keys())
    return index.answering(evidence.doc_id, evidence.start, evidence.end, evidence.page)


def _rejected(spans: Iterable[Evidence], unit: Granularity, index: ChunkIndex) -> frozenset[str]:
    of_document: dict[str, list[tuple[int, int]]] = {}
    for e in spans:
        of_document.setdefault(e.doc_id, []).append((e.start or 0, e.end or 0))
    if unit == "document":
        return frozenset(of_document.keys() & index.spans.keys())
    return frozenset().union(*(index.within(doc_id, within) for doc_id, within in of_document.items()))


def _overlap(spans: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """Return how many characters of a stretch lie in spans, which are ordered by their start."""
    covered, reached = 0, start
    for first, last in spans:
        first, last = max(first, reached), min(last, end)
        if last > first:
            covered, reached = covered + last - first, last
    return covered


def _covers_half(start: int, end: int, evidence_start: int, evidence_end: int) -> bool:
    overlap = min(end, evidence_end) - max(start, evidence_start)
    return overlap > 0 and 2 * overlap >= evidence_end - evidence_start
