"""Runs as ranked lists: what a system returned for each question, best first."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Hit
from onggi.truth.relevance import ChunkIndex, Target

Run = Mapping[str, Sequence[tuple[str, float]]]
"""query_id to (chunk_id, score), in the order of the rank."""


def read(path: Path, query_ids: Collection[str], index: ChunkIndex) -> Run:
    """Read the hits of some questions from a run.

    Column by column, because the sources of a fused run take most of its reading time and no measure needs them.

    Raises
    ------
    TableError
        The table cannot be read, names a chunk that does not exist, or names one twice for the same question.
    """
    wanted = set(query_ids)
    run: dict[str, list[tuple[str, float]]] = {}
    columns = (tables.column(path, Hit, name) for name in ("query_id", "chunk_id", "score"))
    for query_id, chunk_id, score in zip(*columns, strict=True):
        if query_id not in wanted:
            continue
        if chunk_id not in index.doc_of:
            raise TableError(path, f"{query_id} names chunk {chunk_id!r}, which is not in the chunks table", _AGAIN)
        run.setdefault(query_id, []).append((chunk_id, score))
    for query_id, hits in run.items():
        if len({chunk_id for chunk_id, _ in hits}) < len(hits):
            raise TableError(path, f"{query_id} names a chunk twice", _AGAIN)
    return run


def ranking(target: Target, run: Run, index: ChunkIndex) -> list[str]:
    """Return what was found for a question, best first: chunk ids or, where it asks for documents, document ids.

    A document stands where its best chunk stands.
    """
    chunk_ids = [chunk_id for chunk_id, _ in run.get(target.query_id, ())]
    if target.unit == "chunk":
        return chunk_ids
    return list(dict.fromkeys(index.doc_of[chunk_id] for chunk_id in chunk_ids))


def first_relevant(target: Target, ranking: Sequence[str]) -> int | None:
    """Return the rank, from 1, of the first relevant id, or None where there is none."""
    relevant = target.relevant
    return next((rank for rank, found in enumerate(ranking, 1) if found in relevant), None)


_AGAIN = "run `dvc repro` to build the run from these chunks"
