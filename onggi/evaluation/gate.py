"""A gate: what a commit must not lose against another, question by question."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS, Name, Params
from onggi.evaluation.measures import TREC_MEASURES
from onggi.evaluation.per_query import PerQuery
from onggi.evaluation.significance import bootstrap, clustered, holm, randomization_test

WORST = 10


class GateParams(Params):
    """What `onggi gate` lets pass."""

    key: ClassVar[str] = "gate"

    systems: list[Name] = Field(min_length=1, description="indexes and systems that are held to it")
    measures: dict[str, float] = Field(min_length=1, description="by measure, how much of its mean may be lost")
    significance: float = Field(gt=0, lt=1, description="p, after Holm's correction, below which a loss is no chance")
    targets: dict[str, float] = Field(default={}, description="by measure, the mean that the report holds systems to")

    def problems(self, systems: Collection[str]) -> Iterator[ParamsError]:
        """Yield the names that are no declared index or system, measures that are none and margins below 0."""
        for name in self.systems:
            if name not in systems:
                fix = f"name an index or a system: {', '.join(systems)}"
                yield ParamsError(f"{PARAMS}: gate.systems", f"got {name!r}", fix)
        for measure, margin in self.measures.items():
            if not _is_known(measure) or margin < 0:
                fix = f"name one of {', '.join(TREC_MEASURES)} or R@…tok, with a loss of 0 or more"
                yield ParamsError(f"{PARAMS}: gate.measures", f"got {measure}: {margin}", fix)
        for measure, target in self.targets.items():
            if not _is_known(measure) or not 0 < target <= 1:
                fix = f"name one of {', '.join(TREC_MEASURES)} or R@…tok, with a mean above 0, at most 1"
                yield ParamsError(f"{PARAMS}: gate.targets", f"got {measure}: {target}", fix)


def _is_known(measure: str) -> bool:
    return measure in TREC_MEASURES or (measure.startswith("R@") and measure.endswith("tok"))


@dataclass(frozen=True, slots=True)
class Change:
    """How one measure of one system has changed, over the questions that both commits measured.

    ``p`` is how likely so much is lost by chance where no more than the margin is, after correction for all that the
    gate looks at; ``worst`` are the questions that lost most, with what they lost.
    """

    system: str
    measure: str
    before: float
    now: float
    interval: tuple[float, float] | None
    p: float
    margin: float
    fell: bool
    worst: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says: changes by system and measure, the questions compared, and those that only one side has."""

    changes: Sequence[Change]
    compared: int
    only_before: int
    only_now: int
    missing: Sequence[str]

    @property
    def passes(self) -> bool:
        """Whether nothing fell, and all that the gate asks for could be compared."""
        return not self.missing and not any(change.fell for change in self.changes)


def verdict(before: PerQuery, now: PerQuery, params: GateParams, resamples: int, seed: int) -> Verdict:
    """Compare two commits by the rules of params.

    A measure fell where its mean is more than the margin below what it was, and that is no chance: by the paired
    randomization test over the documents that questions ask about, one-sided, corrected by Holm for all rules.

    Parameters
    ----------
    before, now
        What was measured at the other commit, and here.
    params
        The rules.
    resamples, seed
        Of the test, and of the interval.
    """
    common = sorted(before.about.keys() & now.about.keys())
    rules = [(system, measure) for system in params.systems for measure in params.measures]
    missing = [
        f"{system} {measure} is not measured {side}"
        for system, measure in rules
        for side, table in (("there", before), ("here", now))
        if (system, measure) not in table.columns
    ]
    if not common:
        missing.append("no question was measured by both")
    told = [rule for rule in rules if rule in before.columns and rule in now.columns] if common else []
    changes = _changes(before, now, common, told, params, resamples, seed) if told else []
    return Verdict(changes, len(common), len(before.about) - len(common), len(now.about) - len(common), missing)


def _changes(
    before: PerQuery,
    now: PerQuery,
    query_ids: Sequence[str],
    rules: Sequence[tuple[str, str]],
    params: GateParams,
    resamples: int,
    seed: int,
) -> list[Change]:
    was, here = (
        np.stack([table.values(*rule, query_ids) for rule in rules], axis=1) for table in (before, now)
    )  # (queries, rules)
    margins = np.array([params.measures[measure] for _, measure in rules])
    sums, sizes = clustered(here - was, [now.about[query_id] for query_id in query_ids])
    beyond = sums + sizes[:, None] * margins
    two_sided = randomization_test(beyond, resamples, seed)
    one_sided = np.where(beyond.sum(axis=0) < 0, two_sided / 2, 1 - two_sided / 2)
    drawn, p = bootstrap(sums, sizes, resamples, seed), holm(one_sided.tolist())
    changes = []
    for place, (system, measure) in enumerate(rules):
        lost = here[:, place] - was[:, place]
        order = np.argsort(lost, kind="stable")[:WORST]
        low, high = float(drawn.low[place]), float(drawn.high[place])
        changes.append(
            Change(
                system, measure, float(was[:, place].mean()), float(here[:, place].mean()),
                (low, high) if np.isfinite(low) else None, p[place], float(margins[place]),
                p[place] < params.significance, tuple((query_ids[n], float(lost[n])) for n in order if lost[n] < 0),
            )
        )  # fmt: skip
    return changes
