"""What the measures come to: the tables and plots that are committed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from onggi.core.schema import QUESTION_TYPES
from onggi.evaluation.facts import NAMES, Facts
from onggi.evaluation.intervals import told
from onggi.evaluation.measured import Measured
from onggi.evaluation.measures import JUDGED, cutoff, mean, measure_names, recall_by_rank
from onggi.evaluation.params import EvaluateParams
from onggi.evaluation.significance import bootstrap, clustered, holm, randomization_test
from onggi.truth.relevance import ChunkIndex

UNTYPED = "untyped"
"""Stands for what nobody says of a question, such as its type."""


def averages(measured: Measured) -> dict[str, dict[str, float]]:
    """Return ``{system: {measure: mean}}``, without the measures that no question gives a value to.

    After the measures stands the share of its first 10 hits that somebody has judged.
    """
    judged = {system: {JUDGED: round(share, 4)} for system, share in measured.judged.items()}
    return {
        system: {measure: round(mean(values), 4) for measure, values in measures.items() if values}
        | judged.get(system, {})
        for system, measures in measured.scores.items()
    }


def differences(
    measured: Measured, params: EvaluateParams, named: Sequence[tuple[str, str]] | None = None
) -> dict[str, dict[str, Any]]:
    """Return what is known of the difference of each measure that both systems of a pair have.

    The pairs are those of params, or those ``named`` here. The keys are ``"first → second"``; a difference is the
    second's mean minus the first's. Of each there are its 95 % ``interval``; ``p`` by randomization and
    ``p_bootstrap``, both over the documents that questions ask about; ``p_holm``, which is p corrected for all tests of
    this table; on how many questions the second wins, ties and loses; and the smallest difference that the questions
    could show (``detectable``). p keeps four digits rather than four places, so that it never reads as 0. An interval
    that nobody can tell is null.
    """
    scores = measured.scores
    named = params.pairs(list(scores)) if named is None else named
    pairs = named if measured.targets else []
    tests = [(a, b, measure) for a, b in pairs for measure in scores[a] if measure in scores[b]]
    if not tests:
        return {}
    table = np.array([_differences(scores[a][measure], scores[b][measure]) for a, b, measure in tests]).T
    sums, sizes = clustered(table, list(measured.clusters.values()))  # table: (queries, tests)
    p = randomization_test(sums, params.permutations, params.seed).tolist()
    drawn, corrected = bootstrap(sums, sizes, params.permutations, params.seed), holm(p)
    compared: dict[str, dict[str, Any]] = {}
    for place, (a, b, measure) in enumerate(tests):
        wins, losses = (int(n) for n in ((table[:, place] > 0).sum(), (table[:, place] < 0).sum()))
        compared.setdefault(f"{a} → {b}", {"queries": len(table), "documents": len(sums)})[measure] = {
            "difference": round(mean(scores[b][measure]) - mean(scores[a][measure]), 4),
            "interval": _interval(float(drawn.low[place]), float(drawn.high[place])),
            "p": _four_digits(p[place]),
            "p_bootstrap": _four_digits(float(drawn.p[place])),
            "p_holm": _four_digits(corrected[place]),
            "wins": wins,
            "ties": len(table) - wins - losses,
            "losses": losses,
            "detectable": round(float(drawn.detectable[place]), 4),
        }
    return compared


def _interval(low: float, high: float) -> list[float] | None:
    return [round(low, 4), round(high, 4)] if math.isfinite(low) else None


def _four_digits(p: float) -> float:
    return float(f"{p:.4g}")


def coverage(measured: Measured, params: EvaluateParams) -> dict[str, Any]:
    """Return how many questions the measures rest on, and what is left out, and why."""
    wanted = measured.targets
    parts = [part for target in wanted for part in target.parts]
    below = sum(bool(question.evidence) for question in measured.questions) - len(wanted)
    counts: dict[str, Any] = {
        "truth": measured.truth,
        "queries": len(wanted),
        "pairs": sum(len(target.relevant) for target in wanted),
        "questions": len(measured.questions),
        "answerable": len(wanted),
        "unanswerable_left_out": sum(not question.evidence for question in measured.questions),
        **({f"below_grade_{measured.least}_left_out": below} if below else {}),
        "without_answering_chunk": sum(not target.findable for target in wanted),
        "evidence": len(parts),
        "evidence_without_answering_chunk": sum(not part for part in parts),
        "unit": {unit: sum(target.unit == unit for target in wanted) for unit in ("chunk", "document")},
        "nothing_retrieved": {
            system: sum(not run.get(t.query_id) for t in wanted) for system, run in measured.runs.items()
        },
    }
    missing = _not_computed(measured, params)
    return counts | ({"not_computed": missing} if missing else {})


def _not_computed(measured: Measured, params: EvaluateParams) -> dict[str, Any]:
    if not measured.targets:
        reason = f"no {measured.split} question has evidence: add gold questions, or raise split.{measured.split}"
        return {"retrieval": reason, "significance": reason}
    every, asked = measure_names(params.token_budget), len(measured.targets)
    left_out: dict[str, dict[str, str]] = {}
    for system, depth in measured.depths.items():
        too_few = f"the system returns {depth} chunks"
        short = f"{too_few}, for {measured.short[system]} of {asked} questions fewer than {params.token_budget} tokens"
        for name in every:
            if name not in measured.scores[system]:
                left_out.setdefault(system, {})[name] = too_few if cutoff(name) else short
        if system not in measured.judged:
            reason = too_few if depth < cutoff(JUDGED) else "the system found nothing for any question"
            left_out.setdefault(system, {})[JUDGED] = reason
    return left_out


PER_TYPE_HEADER = ("system", "type", "queries", "measure", "value")


def per_type(measured: Measured) -> Iterator[tuple[str, str, int, str, float]]:
    """Yield a line per system, question type and measure."""
    asked = {question.query_id: question.type or UNTYPED for question in measured.questions}
    type_of = {target.query_id: asked[target.query_id] for target in measured.targets}
    known = [kind for kind in QUESTION_TYPES if kind in type_of.values()]
    kinds = {
        kind: [query_id for query_id, of in type_of.items() if of == kind]
        for kind in [*known, *sorted(set(type_of.values()) - set(known))]
    }
    for system, measures in measured.scores.items():
        for kind, query_ids in kinds.items():
            for measure, values in measures.items():
                value = mean({query_id: values[query_id] for query_id in query_ids})
                yield system, kind, len(query_ids), measure, round(value, 4)


BREAKDOWN_HEADER = ("fact", "value", "system", "queries", "measure", "mean")


def breakdown(measured: Measured, facts: Mapping[str, Facts]) -> Iterator[tuple[str, str, str, int, str, float]]:
    """Yield a line per fact, what it is of some questions, system and measure.

    Parameters
    ----------
    facts
        What is known of each question, by its id.
    """
    for fact in NAMES if facts else ():
        groups: dict[str, list[str]] = {}
        for target in measured.targets:
            groups.setdefault(facts[target.query_id][fact] or UNTYPED, []).append(target.query_id)
        for value, query_ids in sorted(groups.items()):
            for system, measures in measured.scores.items():
                for measure, values in measures.items():
                    average = mean({query_id: values[query_id] for query_id in query_ids})
                    yield fact, value, system, len(query_ids), measure, round(average, 4)


CURVE_HEADER = ("system", "k", "recall", "low", "high")


def curves(
    measured: Measured, index: ChunkIndex, params: EvaluateParams
) -> Iterator[tuple[str, int, float, float | None, float | None]]:
    """Yield a line per system and k with mean R@k and its 95 % interval, as far as the system's run goes.

    The interval is the one of R@k in `onggi.evaluation.intervals`, by the same draws of documents. Its ends are None
    where nobody can tell it.
    """
    clusters = measured.clusters
    for system, run in measured.runs.items() if measured.targets else ():
        gained = recall_by_rank(measured.targets, run, index)[:, : measured.depths[system]]
        means = np.cumsum(gained.sum(axis=0)) / len(gained)
        sums, sizes = clustered(np.cumsum(gained, axis=1), [clusters[target.query_id] for target in measured.targets])
        drawn = bootstrap(sums, sizes, params.permutations, params.seed)
        ends = zip(drawn.low.tolist(), drawn.high.tolist(), strict=True)
        for k, (recall, (low, high)) in enumerate(zip(means.tolist(), ends, strict=True), 1):
            interval = told(low, high) or (None, None)
            yield system, k, round(recall, 4), interval[0], interval[1]


def _differences(first: Mapping[str, float], second: Mapping[str, float]) -> list[float]:
    return [second[query_id] - value for query_id, value in first.items()]
