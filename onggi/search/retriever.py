"""Retrievers: queries in, hits out, a batch at a time.

A `Retriever` is anything that answers queries with chunks: one index asked through its encoder, a run that was written
before, or a composition of others (see `onggi.search.system`). None of them knows what it is called in params.yaml.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import Field

from onggi.core import tables
from onggi.core.params import Params
from onggi.core.schema import Hit
from onggi.index.base import Index

QUERIES_PER_BLOCK = 1024


class SearchParams(Params):
    """How deep indexes are asked."""

    key: ClassVar[str] = "search"

    depth: int = Field(ge=1, le=10_000, description="chunks a query, at most")


@dataclass(frozen=True, slots=True)
class Query:
    """A text that is asked."""

    query_id: str
    text: str


Ranking = list[Hit]
"""The hits of one query, best first: ranks from 1, ties in score by ``chunk_id``."""


class Retriever(Protocol):
    """What answers queries."""

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Return the ranking of each query, in their order; empty where nothing is found."""
        ...


@dataclass(frozen=True, slots=True)
class IndexRetriever:
    """An index, asked through the encoder whose terms or vectors it holds.

    Parameters
    ----------
    encode
        Queries to terms or vectors, as the index's encoder makes them.
    depth
        Hits a query, at most.
    """

    index: Index
    encode: Callable[[Sequence[str]], Any]
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Return the best chunks of each query."""
        rows, scores = self.index.search(self.encode([query.text for query in queries]), self.depth)
        ids = self.index.chunk_ids
        return [
            ranked(query.query_id, ((ids[row], score) for row, score in zip(found, values, strict=True) if row >= 0))
            for query, found, values in zip(queries, rows.tolist(), scores.tolist(), strict=True)
        ]


class RunRetriever:
    """A run that was written before: it answers the queries it was made of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rankings: dict[str, Ranking] = {
            query_id: list(hits) for query_id, hits in groupby(tables.read(path, Hit), key=lambda hit: hit.query_id)
        }

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Return what the run holds of each query."""
        return [self._rankings.get(query.query_id, []) for query in queries]


def ranked(query_id: str, scores: Iterable[tuple[str, float]], depth: int | None = None) -> Ranking:
    """Return chunks with scores as a ranking.

    Examples
    --------
    >>> [(hit.rank, hit.chunk_id) for hit in ranked("q", [("나", 0.5), ("다", 0.9), ("가", 0.5)])]
    [(1, '다'), (2, '가'), (3, '나')]
    """
    best = sorted(scores, key=lambda pair: (-pair[1], pair[0]))[:depth]
    return [Hit(query_id, chunk_id, rank, score) for rank, (chunk_id, score) in enumerate(best, 1)]


def run(retriever: Retriever, queries: Iterable[Query]) -> Iterator[Hit]:
    """Yield the hits of all queries, block by block, so that a run of any length is written in bounded memory."""
    waiting = iter(queries)
    while block := list(islice(waiting, QUERIES_PER_BLOCK)):
        for ranking in retriever.search(block):
            yield from ranking


def finder(retriever: Retriever) -> Callable[[Sequence[str], int], list[list[str]]]:
    """Return what finds the ids of the best chunks of each text."""

    def find(texts: Sequence[str], top_k: int) -> list[list[str]]:
        queries = [Query(str(place), text) for place, text in enumerate(texts)]
        return [[hit.chunk_id for hit in ranking[:top_k]] for ranking in retriever.search(queries)]

    return find
