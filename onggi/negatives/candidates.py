"""Candidates: what each index gives for each training question, from one table an index."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Hit, Source
from onggi.negatives.corpus import Corpus

Candidates = Mapping[str, Sequence[Source]]
"""For each chunk id the indexes that gave it, with its rank and score there, in the order of their names."""


def named(folder: Path, counts: Mapping[str, int]) -> set[str]:
    """Return the ids of the chunks that any question has as a candidate.

    Parameters
    ----------
    folder
        Holds ``NAME.parquet`` for each index.
    counts
        For each index how many candidates a question it gives.

    Raises
    ------
    TableError
        A table is missing or cannot be read.
    """
    return {
        hit.chunk_id for name in counts for hit in tables.read(_table(folder, name), Hit) if hit.rank <= counts[name]
    }


def pooled(query_ids: Sequence[str], folder: Path, counts: Mapping[str, int], corpus: Corpus) -> Iterator[Candidates]:
    """Yield the candidates of each question; the tables are read side by side, a row group of each at a time.

    Parameters
    ----------
    query_ids
        Ascending, as the tables are ordered.

    Raises
    ------
    TableError
        A table is missing, cannot be read, or names a chunk that the corpus lacks.
    """
    names = sorted(counts)
    runs = [_of_each(query_ids, _table(folder, name), counts[name]) for name in names]
    for of_query in zip(*runs, strict=True):
        candidates: dict[str, list[Source]] = {}
        for name, hits in zip(names, of_query, strict=True):
            for hit in hits:
                if hit.chunk_id not in corpus:
                    what = f"names the chunk {hit.chunk_id!r}, which the chunks table lacks"
                    raise TableError(_table(folder, name), what, f"run `dvc repro candidates@{name}`")
                candidates.setdefault(hit.chunk_id, []).append(Source(name, hit.rank, hit.score))
        yield candidates


def _table(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _of_each(query_ids: Sequence[str], path: Path, count: int) -> Iterator[list[Hit]]:
    """Yield the first hits of each question; none where the table lacks it."""
    groups = groupby(tables.read(path, Hit), key=lambda hit: hit.query_id)
    group = next(groups, None)
    for query_id in query_ids:
        while group is not None and group[0] < query_id:
            group = next(groups, None)
        yield [hit for hit in group[1] if hit.rank <= count] if group is not None and group[0] == query_id else []
