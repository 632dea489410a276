"""Retrieval measures per question: trec_eval's through ir_measures, and recall at ranks and within a token budget.

Recall is the share of a question's pieces of evidence that were found, as the recall of subtopics is (Zhai, Cohen and
Lafferty 2003, https://doi.org/10.1145/860435.860440): of spans that say the same, one is enough. trec_eval is told for
each piece the first chunk that answers it, so a second one neither gains nor is missed.
"""

import math
from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from numpy.typing import NDArray

from onggi.evaluation.runs import Run, ranking
from onggi.truth.relevance import ChunkIndex, Target

TREC_MEASURES = ("Success@1", "R@5", "R@10", "R@100", "RR@10", "AP", "nDCG@10")
CURVE_DEPTH = 100
JUDGED = "judged@10"
"""No measure of a system but of the labels: how much of what it found they speak of."""

MOST = 1 << 30
"""Deeper than any run."""

Scores = dict[str, dict[str, float]]
"""measure to query_id to value; the measures in the order of the table, the questions in that of the targets."""


def measure_names(token_budget: int, depth: int = MOST) -> list[str]:
    """Return the measures of a run in the order of the table, without those that look deeper than the run is."""
    names = list(TREC_MEASURES)
    names.insert(names.index("R@100") + 1, f"R@{token_budget}tok")
    return [name for name in names if cutoff(name) <= depth]


def cutoff(measure: str) -> int:
    """Return how many ranks a measure looks at; 0 where it has no cutoff.

    Examples
    --------
    >>> cutoff("nDCG@10"), cutoff("AP"), cutoff("R@2000tok")
    (10, 0, 0)
    """
    _, _, at = measure.partition("@")
    return int(at) if at.isdecimal() else 0


def score(targets: Sequence[Target], run: Run, index: ChunkIndex, token_budget: int, depth: int = MOST) -> Scores:
    """Return every measure of a run ``depth`` deep for every target; a question for which nothing was found has 0.

    Measures that look deeper than the run are left out, recall within the budget too (see `short_of_budget`).

    trec_eval orders by score and breaks ties by the id, greatest first. It is given minus the rank as the score, so
    that the order measured is the order returned. nDCG gains by the grade of what is found; to all other measures
    evidence is relevant from the grade ``least`` of its target on, which is that of all targets.
    """
    in_budget = f"R@{token_budget}tok"
    names = measure_names(token_budget, depth)
    if short_of_budget(targets, run, index, token_budget, depth):
        names.remove(in_budget)
    scores: Scores = {name: {t.query_id: 0.0 for t in targets} for name in names}
    if not targets:
        return scores
    ranked = {
        t.query_id: {ranked_id: -float(rank) for rank, ranked_id in enumerate(ranking(t, run, index), 1)}
        for t in targets
    }
    asked = {name: trec(name, targets[0].least) for name in names if name in TREC_MEASURES and name[:2] != "R@"}
    evaluator = ir_measures.evaluator(
        list(asked.values()), {t.query_id: t.qrels(list(ranked[t.query_id])) for t in targets}
    )
    name_of = {str(measure): name for name, measure in asked.items()}
    for metric in evaluator.iter_calc({query_id: ranks for query_id, ranks in ranked.items() if ranks}):
        scores[name_of[str(metric.measure)]][metric.query_id] = float(metric.value)
    for t in targets:
        found = t.found_at(list(ranked[t.query_id]))
        for name in names:
            if name.startswith("R@") and (k := cutoff(name)):
                scores[name][t.query_id] = sum(rank is not None and rank <= k for rank in found) / len(found)
    for t in targets if in_budget in scores else ():
        scores[in_budget][t.query_id] = recall_in_budget(t, _chunk_ids(run, t), index, token_budget)
    return scores


def trec(name: str, least: int) -> ir_measures.measures.Measure:
    """Return a measure as trec_eval computes it; of those that know no grades, ``least`` and above are relevant."""
    measure = ir_measures.parse_measure(name)
    return measure if name.startswith("nDCG") else measure(rel=least)


def short_of_budget(targets: Sequence[Target], run: Run, index: ChunkIndex, token_budget: int, depth: int) -> int:
    """Return for how many questions a run ``depth`` deep ends before ``token_budget`` tokens are used up.

    What a reader of so many tokens would find in the chunks behind it is not known. A run of fewer chunks than its
    depth, or of all chunks that there are, has none behind it.
    """
    if depth >= len(index.n_tokens):
        return 0
    ended = [ids for t in targets if len(ids := _chunk_ids(run, t)) >= depth]
    return sum(sum(index.n_tokens[chunk_id] for chunk_id in ids) < token_budget for ids in ended)


def _chunk_ids(run: Run, target: Target) -> list[str]:
    return [chunk_id for chunk_id, _ in run.get(target.query_id, ())]


def recall_in_budget(target: Target, chunk_ids: Sequence[str], index: ChunkIndex, token_budget: int) -> float:
    """Return the share of a question's evidence that a reader of ``token_budget`` tokens has seen.

    Chunks are taken from the top until the first that no longer fits. This is the measure to compare chunk sizes by:
    ``R@k`` gives larger chunks more text to find the evidence in.
    """
    taken: set[str] = set()
    tokens = 0
    for chunk_id in chunk_ids:
        tokens += index.n_tokens[chunk_id]
        if tokens > token_budget:
            break
        taken.add(chunk_id if target.unit == "chunk" else index.doc_of[chunk_id])
    return sum(not part.isdisjoint(taken) for part in target.wanted) / len(target.wanted)


def recall_by_rank(targets: Sequence[Target], run: Run, index: ChunkIndex) -> NDArray[np.float64]:
    """Return what each question's recall gains at each of the first 100 ranks, shape (targets, 100).

    R@k of a question is the sum of its first k.
    """
    gained = np.zeros((len(targets), CURVE_DEPTH))
    for place, t in enumerate(targets):
        found = t.found_at(ranking(t, run, index)[:CURVE_DEPTH])
        for rank in found:
            if rank is not None:
                gained[place, rank - 1] += 1 / len(found)
    return gained


def judged_share(targets: Sequence[Target], run: Run, index: ChunkIndex) -> float | None:
    """Return the share of the first 10 hits of all questions that somebody has judged; None where nothing was found.

    A hit that nobody has judged counts as wrong in every measure, which may be the labels' fault.
    """
    judged = [hit in t.judged for t in targets for hit in ranking(t, run, index)[: cutoff(JUDGED)]]
    return sum(judged) / len(judged) if judged else None


def mean(values: Mapping[str, float]) -> float:
    """Return the mean over questions, summed exactly so that their order does not matter."""
    return math.fsum(values.values()) / len(values)
