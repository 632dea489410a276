"""Systems: compositions of retrievers, built from their declaration (see `onggi.search.spec`).

Who needs a system (the stages that write runs, and whatever serves or spreads them later) says what an index is to it
(one on disk, a run that was written before, something remote) and gets one object that answers queries.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from onggi.index.passages import Passages
from onggi.models.reranker import Reranker
from onggi.search import fusion
from onggi.search.retriever import Query, Ranking, Retriever, ranked
from onggi.search.spec import Composition, Cut, Fuse, Rerank, Transform, title
from onggi.search.transforms import TRANSFORMS


class Parts(Protocol):
    """What a system is built of."""

    def retriever(self, index: str, *, live: bool) -> Retriever:
        """Return an index by its name; ``live`` where it is asked other queries than those of its run."""
        ...

    def reranker(self, spec: Rerank) -> Reranker:
        """Return what scores pairs of a query and a passage."""
        ...

    @property
    def passages(self) -> Passages:
        """The passages of all chunks."""
        ...


def build(spec: str | Composition, parts: Parts, depth: int, *, live: bool = False) -> Retriever:
    """Return the system that a resolved declaration describes.

    Parameters
    ----------
    spec
        The name of an index, or a composition of names alone (see `onggi.search.spec.Systems.resolved`).
    parts
        Where indexes, rerankers and passages come from.
    depth
        Hits a query, at most, where a composition does not say.
    live
        Whether indexes are asked themselves, rather than their runs.
    """
    if isinstance(spec, str):
        return parts.retriever(spec, live=live)
    live = live or isinstance(spec, Transform)
    inner = [build(operand, parts, depth, live=live) for operand in spec.operands]
    deep = spec.depth or depth
    if isinstance(spec, Fuse):
        return Fused(inner, [title(operand) for operand in spec.fuse], spec, deep)
    if isinstance(spec, Rerank):
        return Reranked(inner[0], parts.reranker(spec), parts.passages, spec.depth)
    if isinstance(spec, Transform):
        return Transformed(inner[0], TRANSFORMS[spec.by], deep)
    return Shortened(inner[0], spec, deep)


@dataclass(frozen=True, slots=True)
class Fused:
    """One ranking of several."""

    retrievers: Sequence[Retriever]
    names: Sequence[str]
    spec: Fuse
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Ask all, and fuse what each says of a query."""
        every = [retriever.search(queries) for retriever in self.retrievers]
        return [
            fusion.as_ranking(query.query_id, self._scores(rankings), rankings, self.names, self.depth)
            for query, rankings in zip(queries, zip(*every, strict=True), strict=True)
        ]

    def _scores(self, rankings: Sequence[Ranking]) -> fusion.FusedScores:
        match self.spec.by:
            case "weighted":
                return fusion.weighted_sum(rankings, self.spec.weights or ())
            case "vote":
                return fusion.votes(rankings, self.spec.weights or ())
            case "rrf":
                return fusion.reciprocal_rank(rankings, self.spec.k)
            case "union":
                return fusion.union(rankings, self.spec.top, self.spec.k)


@dataclass(frozen=True, slots=True)
class Reranked:
    """The first hits of one ranking, ordered anew."""

    retriever: Retriever
    reranker: Reranker
    passages: Passages
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Score the first hits of all queries together."""
        first = [ranking[: self.depth] for ranking in self.retriever.search(queries)]
        texts = self.passages.of({hit.chunk_id for ranking in first for hit in ranking})
        pairs = [(query, hit.chunk_id) for query, ranking in zip(queries, first, strict=True) for hit in ranking]
        scores: Iterator[float] = self.reranker.score((query.text, texts[chunk_id]) for query, chunk_id in pairs)
        return [
            ranked(query.query_id, [(hit.chunk_id, next(scores)) for hit in ranking])
            for query, ranking in zip(queries, first, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Transformed:
    """A ranking of queries made of those that are asked."""

    retriever: Retriever
    transform: Callable[[Sequence[str]], Sequence[str]]
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Ask the transformed queries under the ids of their origins."""
        texts = self.transform([query.text for query in queries])
        asked = [Query(query.query_id, text) for query, text in zip(queries, texts, strict=True)]
        return [ranking[: self.depth] for ranking in self.retriever.search(asked)]


@dataclass(frozen=True, slots=True)
class Shortened:
    """The first hits of one ranking, or those that score enough."""

    retriever: Retriever
    spec: Cut
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Leave out what is too deep or scores too little."""
        least = self.spec.min_score
        return [
            [hit for hit in ranking[: self.depth] if least is None or hit.score >= least]
            for ranking in self.retriever.search(queries)
        ]
