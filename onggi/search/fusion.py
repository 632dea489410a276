"""Fusion: one run from two, a pure function of their ranks and scores.

Lexical and dense scores have no common unit, so they are fused by rank, or after each query's scores are brought to
[0, 1].
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import ClassVar, Literal

from pydantic import Field

from onggi.core.params import Params
from onggi.core.schema import Hit, Source


class FusionParams(Params):
    """How a lexical and a dense run become one."""

    key: ClassVar[str] = "fusion"

    method: Literal["weighted", "rrf", "union"] = Field(description="weighted, rrf or union")
    dense_weight: float = Field(ge=0, le=1, description="share of the dense run in weighted; the lexical has the rest")
    rrf_k: int = Field(ge=0, description="constant of rrf")
    union_top: int = Field(ge=1, description="hits of each run that union takes")
    top_k: int = Field(ge=1, le=10_000, description="chunks a query, at most")


def fuse(lexical: Iterable[Hit], dense: Iterable[Hit], names: tuple[str, str], params: FusionParams) -> Iterator[Hit]:
    """Yield the fused hits, ordered by query and rank, each with its rank and score in the two runs.

    Parameters
    ----------
    lexical, dense
        Hits ordered by query and rank.
    names
        What the two runs are called in `Hit.sources`.
    params
        ``weighted`` is `weighted_sum`, ``rrf`` is `reciprocal_rank`, ``union`` is `union`.
    """
    lexical_by_query, dense_by_query = _by_query(lexical), _by_query(dense)
    for query_id in sorted(lexical_by_query.keys() | dense_by_query.keys()):
        runs = lexical_by_query.get(query_id, []), dense_by_query.get(query_id, [])
        scores = _METHODS[params.method](*runs, params)
        sources: dict[str, list[Source]] = {}
        for name, run in zip(names, runs, strict=True):
            for hit in run:
                sources.setdefault(hit.chunk_id, []).append(Source(name, hit.rank, hit.score))
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[: params.top_k]
        for rank, (chunk_id, score) in enumerate(best, 1):
            yield Hit(query_id, chunk_id, rank, score, sources[chunk_id])


def weighted_sum(lexical: Sequence[Hit], dense: Sequence[Hit], params: FusionParams) -> dict[str, float]:
    """Return the weighted sum of the scores, each run's brought to [0, 1] by its smallest and largest of the query.

    A chunk that a run does not hold has 0 there (Bruch et al. 2022, https://arxiv.org/abs/2210.11934).
    """
    scores: dict[str, float] = {}
    for run, weight in ((lexical, 1 - params.dense_weight), (dense, params.dense_weight)):
        for chunk_id, score in normalised(run).items():
            scores[chunk_id] = scores.get(chunk_id, 0.0) + weight * score
    return scores


def normalised(run: Sequence[Hit]) -> dict[str, float]:
    """Return the scores of one query's hits brought to [0, 1]; 1 for all where they are equal."""
    if not run:
        return {}
    low, high = min(hit.score for hit in run), max(hit.score for hit in run)
    return {hit.chunk_id: (hit.score - low) / (high - low) if high > low else 1.0 for hit in run}


def reciprocal_rank(lexical: Sequence[Hit], dense: Sequence[Hit], params: FusionParams) -> dict[str, float]:
    """Return the sum of 1 / (k + rank) over the runs (Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114)."""
    scores: dict[str, float] = {}
    for hit in (*lexical, *dense):
        scores[hit.chunk_id] = scores.get(hit.chunk_id, 0.0) + 1 / (params.rrf_k + hit.rank)
    return scores


def union(lexical: Sequence[Hit], dense: Sequence[Hit], params: FusionParams) -> dict[str, float]:
    """Return the first ``union_top`` of each run, ordered among themselves by reciprocal rank."""
    top = {hit.chunk_id for run in (lexical, dense) for hit in run[: params.union_top]}
    return {chunk_id: score for chunk_id, score in reciprocal_rank(lexical, dense, params).items() if chunk_id in top}


_METHODS: dict[str, Callable[[Sequence[Hit], Sequence[Hit], FusionParams], dict[str, float]]] = {
    "weighted": weighted_sum,
    "rrf": reciprocal_rank,
    "union": union,
}


def _by_query(run: Iterable[Hit]) -> dict[str, list[Hit]]:
    return {query_id: list(hits) for query_id, hits in groupby(run, key=lambda hit: hit.query_id)}
