"""Fusion: one ranking of any number, a pure function of their ranks and scores.

Scores of unlike retrievers have no common unit, so they are fused by rank, or after each ranking's scores are brought
to [0, 1].
"""

from collections.abc import Callable, Sequence
from statistics import pstdev
from typing import Literal

from onggi.core.schema import Hit, Source
from onggi.search.retriever import Ranking, ranked

FusedScores = dict[str, float]
"""Chunk id to score."""

Scale = Literal["min_max", "z_score", "rank", "none"]


def weighted_sum(rankings: Sequence[Ranking], weights: Sequence[float], by: Scale = "min_max") -> FusedScores:
    """Return the weighted sum of the scores, each ranking's brought to a common scale (see `SCALES`).

    A chunk that a ranking does not hold has 0 there, which is the least on each scale (Bruch et al. 2022,
    https://arxiv.org/abs/2210.11934), and of scores as they are what BM25 gives it (CombSUM, Fox & Shaw 1994).
    """
    scores: FusedScores = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for chunk_id, score in SCALES[by](ranking).items():
            scores[chunk_id] = scores.get(chunk_id, 0.0) + weight * score
    return scores


def standardised(ranking: Ranking) -> FusedScores:
    """Return how many standard deviations each of one query's hits is above the least; 1 for all where they are equal.

    As z-scores have it, but from the least on: a hit below the mean is worth more than none.
    """
    if len({hit.score for hit in ranking}) < 2:
        return {hit.chunk_id: 1.0 for hit in ranking}
    low, spread = min(hit.score for hit in ranking), pstdev([hit.score for hit in ranking])
    return {hit.chunk_id: (hit.score - low) / spread for hit in ranking}


def by_rank(ranking: Ranking) -> FusedScores:
    """Return 1 for the first hit, and for each after it one share less of as many shares as there are hits."""
    return {hit.chunk_id: 1 - (hit.rank - 1) / len(ranking) for hit in ranking}


def normalised(ranking: Ranking) -> FusedScores:
    """Return the scores of one query's hits brought to [0, 1]; 1 for all where they are equal."""
    if not ranking:
        return {}
    low, high = min(hit.score for hit in ranking), max(hit.score for hit in ranking)
    return {hit.chunk_id: (hit.score - low) / (high - low) if high > low else 1.0 for hit in ranking}


def as_they_are(ranking: Ranking) -> FusedScores:
    """Return the scores of one query's hits: rankings may have a unit in common, as cosines of several encoders do."""
    return {hit.chunk_id: hit.score for hit in ranking}


SCALES: dict[Scale, Callable[[Ranking], FusedScores]] = {
    "min_max": normalised,
    "z_score": standardised,
    "rank": by_rank,
    "none": as_they_are,
}
"""How the scores of rankings are made comparable."""


def reciprocal_rank(rankings: Sequence[Ranking], k: int) -> FusedScores:
    """Return the sum of 1 / (k + rank) (Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114)."""
    scores: FusedScores = {}
    for ranking in rankings:
        for hit in ranking:
            scores[hit.chunk_id] = scores.get(hit.chunk_id, 0.0) + 1 / (k + hit.rank)
    return scores


def votes(rankings: Sequence[Ranking], points: Sequence[float]) -> FusedScores:
    """Return the sum of the points that each ranking gives its first, second, third … chunk; ranks without points count
    nothing (a positional voting rule, as Borda's).
    """
    scores: FusedScores = {}
    for ranking in rankings:
        for hit, given in zip(ranking, points, strict=False):
            scores[hit.chunk_id] = scores.get(hit.chunk_id, 0.0) + given
    return scores


def union(rankings: Sequence[Ranking], top: int, k: int) -> FusedScores:
    """Return the first ``top`` of each ranking, ordered among themselves by `reciprocal_rank`."""
    first = {hit.chunk_id for ranking in rankings for hit in ranking[:top]}
    return {chunk_id: score for chunk_id, score in reciprocal_rank(rankings, k).items() if chunk_id in first}


def as_ranking(
    query_id: str, scores: FusedScores, rankings: Sequence[Ranking], names: Sequence[str], depth: int
) -> Ranking:
    """Return fused scores as a ranking whose hits say where they stood before.

    Parameters
    ----------
    rankings, names
        What was fused, and what each is called in `Hit.sources`.
    """
    sources: dict[str, list[Source]] = {}
    for name, ranking in zip(names, rankings, strict=True):
        for hit in ranking:
            sources.setdefault(hit.chunk_id, []).append(Source(name, hit.rank, hit.score))
    return [
        Hit(hit.query_id, hit.chunk_id, hit.rank, hit.score, sources[hit.chunk_id])
        for hit in ranked(query_id, scores.items(), depth)
    ]
