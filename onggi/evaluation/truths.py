"""What every system scores by every ground truth, and how far the truths agree with each other.

A pair is a question and a chunk, or a document where one of two truths names whole documents. Cohen's kappa is over the
pairs that both truths have judged. A truth that only names what it knows (the labels, a pool that a model graded,
qrels) leaves all other pairs open: counted as wrong they would agree by the thousand, and say nothing. Such
pairs are what systems found, so kappa tells how the truths differ on hits, not on chunks drawn at random. A complete
truth (lexical neighbours) has judged every pair.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from onggi.evaluation.intervals import intervals
from onggi.evaluation.measured import Measured
from onggi.evaluation.measures import JUDGED
from onggi.evaluation.params import EvaluateParams
from onggi.evaluation.summary import averages
from onggi.truth.relevance import ChunkIndex, Target, target
from onggi.truth.truths import Truth

NAME = "truths.json"


def truths(
    measured: Sequence[Measured], beside: Sequence[Truth], index: ChunkIndex, params: EvaluateParams
) -> dict[str, Any]:
    """Return the tables of all truths, and the agreement of each two.

    Those beside the labels have the 95 % ``intervals`` of their means; those of the labels are a file of their own.

    Parameters
    ----------
    measured
        All systems by each truth, the labels first.
    beside
        The truths beside the labels.
    index
        The chunks.
    params
        Resamples and seed of the intervals.
    """
    known = {truth.name: truth for truth in beside}
    knowing = {each.truth: _knowing(each, known.get(each.truth), index) for each in measured}
    return {
        "truths": {each.truth: _table(each, known.get(each.truth), params) for each in measured},
        "agreement": {
            f"{first} ~ {second}": agreement(knowing[first], knowing[second], index)
            for first, second in combinations(knowing, 2)
        },
    }


def _table(measured: Measured, truth: Truth | None, params: EvaluateParams) -> dict[str, Any]:
    """Return what a table of a truth rests on, and the mean of every measure by system."""
    units = sorted({t.unit for t in measured.targets})
    told: dict[str, Any] = {
        "queries": len(measured.targets),
        "pairs": sum(len(t.relevant) for t in measured.targets),
        "graded": any(grade != 1 for t in measured.targets for grade in t.grades),
        "min_relevance": measured.least,
        "unit": " and ".join(units),
        "systems": averages(measured),
    }
    if truth is not None and truth.complete:  # each hit is judged by rule
        told["systems"] = {s: {m: v for m, v in of.items() if m != JUDGED} for s, of in told["systems"].items()}
    if truth is not None and measured.targets:
        told["intervals"] = {
            system: {name: value["interval"] for name, value in of.items()}
            for system, of in intervals(measured, params)["systems"].items()
        }
    if truth is not None and truth.made:
        told["made"] = dict(truth.made)
    if not measured.targets:
        told["reason"] = f"no {measured.split} question has anything that is relevant by {measured.truth}"
    return told


Knowing = Mapping[str, tuple[Target, bool]]
"""By question, what a truth looks for, and whether it has judged every pair."""


def _knowing(measured: Measured, truth: Truth | None, index: ChunkIndex) -> Knowing:
    """Return what a truth knows of the questions that it was measured by, and of those it found nothing right for."""
    every = ((q, target(q, index, measured.least)) for q in measured.questions)
    complete = truth is not None and truth.complete
    return {q.query_id: (wanted, complete) for q, wanted in every if complete or wanted.judged or q.evidence}


def agreement(first: Knowing, second: Knowing, index: ChunkIndex) -> dict[str, Any]:
    """Return how far two truths agree on the questions that both know.

    ``overlap`` is Jaccard's: pairs that both call relevant over pairs that either does. ``kappa`` is over the
    ``pairs_judged``, which both have judged (see the module); what cannot be computed is absent, with the ``reason``.
    """
    asked = sorted(first.keys() & second.keys())
    chunks, documents = frozenset(index.doc_of), frozenset(index.spans)
    ours = theirs = both = judged = judged_ours = judged_theirs = judged_both = 0
    for query_id in asked:
        (a, a_complete), (b, b_complete) = first[query_id], second[query_id]
        as_documents = "document" in (a.unit, b.unit)
        right_a, right_b = (_as(t.relevant, t, as_documents, index) for t in (a, b))
        ours, theirs, both = ours + len(right_a), theirs + len(right_b), both + len(right_a & right_b)
        told_a, told_b = (_as(t.judged, t, as_documents, index) for t in (a, b))
        every = documents if as_documents else chunks
        pairs = (every if a_complete else told_a) & (every if b_complete else told_b)
        judged += len(pairs)
        judged_ours += len(right_a & pairs)
        judged_theirs += len(right_b & pairs)
        judged_both += len(right_a & right_b & pairs)
    told: dict[str, Any] = {"queries": len(asked), "pairs_first": ours, "pairs_second": theirs, "pairs_both": both}
    if either := ours + theirs - both:
        told["overlap"] = round(both / either, 4)
    told["pairs_judged"] = judged
    if 0 < judged_ours < judged and 0 < judged_theirs < judged:
        return told | {"kappa": round(kappa(judged, judged_ours, judged_theirs, judged_both), 4)}
    reason = (
        "one of the two gives all pairs that both have judged one verdict" if judged else "no pair was judged by both"
    )
    return told | {"reason": reason if asked else "no question is known to both"}


def _as(ids: frozenset[str], wanted: Target, as_documents: bool, index: ChunkIndex) -> frozenset[str]:
    """Return ids as those of documents, where these are asked for."""
    return frozenset(index.doc_of[i] for i in ids) if as_documents and wanted.unit == "chunk" else ids


def kappa(pairs: int, first: int, second: int, both: int) -> float:
    """Return Cohen's kappa of two raters who call so many of the pairs relevant, and so many of them together.

    (p_o - p_e) / (1 - p_e), where p_o is the share of equal verdicts and p_e that of two raters who give theirs as
    often and by chance (Cohen 1960). Each of them gives either verdict: of one who only ever says yes, as labels
    without judgments do, it would be 0 whatever the other says.

    Examples
    --------
    >>> kappa(70, 35, 30, 25)
    0.5714285714285714
    """
    equal = (pairs - first - second + 2 * both) * pairs
    chance = first * second + (pairs - first) * (pairs - second)
    return (equal - chance) / (pairs**2 - chance)
