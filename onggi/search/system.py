"""Systems: compositions of retrievers, built from their declaration (see `onggi.search.spec`).

Who needs a system (the stages that write runs, and whatever serves or spreads them later) says what an index is to it
(one on disk, a run that was written before, something remote) and gets one object that answers queries.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from onggi.core.schema import Hit
from onggi.index.passages import Passages
from onggi.models.joined import Embeds
from onggi.models.reranker import Reranker
from onggi.search import fusion
from onggi.search.retriever import Query, Ranking, Retriever, ranked
from onggi.search.spec import Choose, Composition, Cut, Diversify, Fuse, Rerank, Transform
from onggi.search.walk import title


class Parts(Protocol):
    """What a system is built of."""

    def retriever(self, index: str, *, live: bool) -> Retriever:
        """Return an index by its name; ``live`` where it is asked other queries than those of its run."""
        ...

    def reranker(self, spec: Rerank) -> Reranker:
        """Return what scores pairs of a query and a passage."""
        ...

    def embedder(self, model: str) -> Embeds:
        """Return an encoder below ``models``."""
        ...

    def transform(self, spec: Transform) -> Callable[[Sequence[str]], Sequence[str]]:
        """Return what makes other queries of those that are asked."""
        ...

    def types(self, spec: Choose) -> Callable[[Sequence[str]], Sequence[str]]:
        """Return what tells the types of queries."""
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
        return Reranked(inner[0], parts.reranker(spec), parts.passages, spec)
    if isinstance(spec, Diversify):
        return Diversified(inner[0], parts.embedder(spec.model), parts.passages, spec, deep)
    if isinstance(spec, Transform):
        return Transformed(inner[0], parts.transform(spec), deep)
    if isinstance(spec, Choose):
        *chosen, otherwise = inner
        return Chosen(dict(zip(spec.choose, chosen, strict=True)), otherwise, parts.types(spec), deep)
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
                return fusion.weighted_sum(rankings, self.spec.weights or (), self.spec.normalise)
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
    spec: Rerank

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Score the first hits of all queries together; of one whose ranking is sure, what that says stays."""
        first = [ranking[: self.spec.depth] for ranking in self.retriever.search(queries)]
        unsure = [self.spec.sure is None or lead(ranking) < self.spec.sure for ranking in first]
        asked = [(query, ranking) for query, ranking, is_so in zip(queries, first, unsure, strict=True) if is_so]
        texts = self.passages.of({hit.chunk_id for _, ranking in asked for hit in ranking})
        pairs = ((query.text, texts[hit.chunk_id]) for query, ranking in asked for hit in ranking)
        scores: Iterator[float] = self.reranker.score(pairs)
        return [
            self._kept(query, [(hit.chunk_id, next(scores)) for hit in ranking]) if is_so else ranking
            for query, ranking, is_so in zip(queries, first, unsure, strict=True)
        ]

    def _kept(self, query: Query, scored: Sequence[tuple[str, float]]) -> Ranking:
        least = self.spec.min_score
        return ranked(query.query_id, [pair for pair in scored if least is None or pair[1] >= least])


def lead(ranking: Ranking) -> float:
    """Return by how much the first hit leads the second, as a share of how far the first and the last are apart.

    Examples
    --------
    >>> lead(ranked("q", [("가", 9.0), ("나", 5.0), ("다", 1.0)]))
    0.5
    """
    if len(ranking) < 2 or ranking[0].score == ranking[-1].score:
        return float(len(ranking) == 1)
    return (ranking[0].score - ranking[1].score) / (ranking[0].score - ranking[-1].score)


@dataclass(frozen=True, slots=True)
class Diversified:
    """The hits of one ranking, those put back that say what a better one says: maximal marginal relevance.

    Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
    Summaries", SIGIR 1998.
    """

    retriever: Retriever
    embedder: Embeds
    passages: Passages
    spec: Diversify
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Take hit by hit what is relevant and unlike those taken; scores are what each was taken for."""
        first = [ranking[: self.depth] for ranking in self.retriever.search(queries)]
        texts = self.passages.of({hit.chunk_id for ranking in first for hit in ranking})
        vectors = dict(zip(texts, self.embedder.passages(list(texts.values())), strict=True))
        return [
            [Hit(query.query_id, chunk_id, rank, score) for rank, (chunk_id, score) in enumerate(taken, 1)]
            for query, taken in zip(queries, (self._taken(ranking, vectors) for ranking in first), strict=True)
        ]

    def _taken(self, ranking: Ranking, vectors: Mapping[str, NDArray[np.float32]]) -> Iterator[tuple[str, float]]:
        """Yield chunks with what they were taken for, which never rises; of equals the first by id."""
        hits = sorted(fusion.normalised(ranking).items())
        relevance = np.array([score for _, score in hits])
        own = np.stack([vectors[chunk_id] for chunk_id, _ in hits]).astype(np.float64) if hits else np.zeros((0, 1))
        alike, left = np.zeros(len(hits)), np.ones(len(hits), bool)  # to the most alike of those taken
        for _ in hits:
            worth = np.where(left, self.spec.balance * relevance - (1 - self.spec.balance) * alike, -np.inf)
            place = int(np.argmax(worth))
            yield hits[place][0], float(worth[place])
            left[place] = False
            alike = np.maximum(alike, own @ own[place])


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
class Chosen:
    """The ranking of the retriever that is for a query's type."""

    retrievers: Mapping[str, Retriever]
    otherwise: Retriever
    types: Callable[[Sequence[str]], Sequence[str]]
    depth: int

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        """Ask each retriever the queries that are its own, together."""
        asked: dict[str | None, list[int]] = {}
        for place, type_ in enumerate(self.types([query.text for query in queries])):
            asked.setdefault(type_ if type_ in self.retrievers else None, []).append(place)
        found: dict[int, Ranking] = {}
        for of, places in asked.items():
            retriever = self.otherwise if of is None else self.retrievers[of]
            found |= zip(places, retriever.search([queries[place] for place in places]), strict=True)
        return [found[place][: self.depth] for place in range(len(queries))]


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
