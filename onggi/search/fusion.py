"""Fusion: one ranking of any number, a pure function of their ranks and scores.

Scores of unlike retrievers have no common unit, so they are fused by rank, or after each ranking's scores are brought
to [0, 1].
"""

from collections.abc import Sequence

from onggi.core.schema import Hit, Source
from onggi.search.retriever import Ranking, ranked

FusedScores = dict[str, float]
"""Chunk id to score."""


def weighted_sum(rankings: Sequence[Ranking], weights: Sequence[float]) -> FusedScores:
    """Return the weighted sum of the scores, each ranking's brought to [0, 1] by its smallest and largest.

    A chunk that a ranking does not hold has 0 there (Bruch et al. 2022, https://arxiv.org/abs/2210.11934).
    """
    scores: FusedScores = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for chunk_id, score in normalised(ranking).items():
            scores[chunk_id] = scores.get(chunk_id, 0.0) + weight * score
    return scores


def normalised(ranking: Ranking) -> FusedScores:
    """Return the scores of one query's hits brought to [0, 1]; 1 for all where they are equal."""
    if not ranking:
        return {}
    low, high = min(hit.score for hit in ranking), max(hit.score for hit in ranking)
    return {hit.chunk_id: (hit.score - low) / (high - low) if high > low else 1.0 for hit in ranking}


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
