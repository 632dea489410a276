"""The pool: what any system returned among its first hits, and nobody has judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onggi.core.schema import Chunk, Question
from onggi.evaluation import texts
from onggi.evaluation.runs import Run
from onggi.truth.relevance import ChunkIndex, Target

SPLITS = ("dev", "test")
"""What is pooled: the questions that systems are measured by."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Chunks to judge by question, both in the order in which a person reads them.

    Parameters
    ----------
    unjudged
        Each question with the chunks that nobody has judged for it, in the order of their documents: neither rank nor
        system shows, so neither sways the verdict. Questions without any are left out.
    judged
        How many more chunks were returned, and judged before.
    """

    unjudged: Sequence[tuple[Question, Sequence[Chunk]]]
    judged: int

    @property
    def spans(self) -> int:
        """How many spans there are to judge."""
        return sum(len(chunks) for _, chunks in self.unjudged)


def pool(
    questions: Mapping[str, Question],
    targets: Iterable[Target],
    runs: Sequence[Run],
    index: ChunkIndex,
    k: int,
    chunks: Path,
) -> Pool:
    """Return what any of the runs has among its first ``k`` chunks for a question; each chunk once.

    Raises
    ------
    TableError
        The table of chunks lacks what a run names.
    """
    found: dict[str, list[str]] = {}
    judged = 0
    for target in targets:
        returned = {chunk_id for run in runs for chunk_id, _ in run.get(target.query_id, ())[:k]}
        left = {c for c in returned if (c if target.unit == "chunk" else index.doc_of[c]) not in target.judged}
        found[target.query_id] = sorted(left)
        judged += len(returned) - len(left)
    held = texts.chunks_of(chunks, {chunk_id for chunk_ids in found.values() for chunk_id in chunk_ids})
    by_place = {
        query_id: sorted((held[chunk_id] for chunk_id in chunk_ids), key=lambda chunk: (chunk.doc_id, chunk.start))
        for query_id, chunk_ids in found.items()
    }
    return Pool([(questions[query_id], of) for query_id, of in by_place.items() if of], judged)
