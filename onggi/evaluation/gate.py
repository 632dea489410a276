"""A gate: what a commit must not lose against another, question by question, by every truth that it names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS, Name, Params
from onggi.evaluation.measures import TREC_MEASURES
from onggi.evaluation.per_query import PerQuery
from onggi.evaluation.significance import Floats, bootstrap, clustered, holm, randomization_test
from onggi.truth.truths import GOLD

WORST = 10


class GateParams(Params):
    """What `onggi gate` lets pass."""

    key: ClassVar[str] = "gate"

    systems: list[Name] = Field(min_length=1, description="indexes and systems that are held to it")
    measures: dict[str, float] = Field(min_length=1, description="by measure, how much of its mean may be lost")
    significance: float = Field(gt=0, lt=1, description="p, after Holm's correction, below which a loss is no chance")
    truths: list[Name] = Field(default=[GOLD], min_length=1, description="ground truths that must not show a loss")
    targets: dict[str, float] = Field(default={}, description="by measure, the mean that the report holds systems to")

    def problems(self, systems: Collection[str], truths: Collection[str]) -> Iterator[ParamsError]:
        """Yield what is named and not declared, measures that are none and margins below 0.

        Parameters
        ----------
        systems
            All indexes and systems.
        truths
            What systems are measured by.
        """
        for name in self.truths:
            if name not in truths:
                fix = f"name one of {', '.join(truths)}, or declare it in truths.names"
                yield ParamsError(f"{PARAMS}: gate.truths", f"got {name!r}", fix)
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
    """How one measure of one system has changed by one truth, over the questions that both commits measured.

    ``p`` is how likely so much is lost by chance where no more than the margin is, after correction for all that the
    gate looks at; ``worst`` are the questions that lost most, with what they lost.
    """

    truth: str
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
class Compared:
    """How many questions of a truth both commits measured, and how many only one of them."""

    both: int
    only_before: int
    only_now: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says: changes by truth, system and measure, the questions of each truth, and what is missing."""

    changes: Sequence[Change]
    compared: Mapping[str, Compared]
    missing: Sequence[str]

    @property
    def passes(self) -> bool:
        """Whether nothing fell, and all that the gate asks for could be compared."""
        return not self.missing and not any(change.fell for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Tested:
    """What is compared by one truth; arrays of shape (queries, rules) and (rules,)."""

    truth: str
    rules: Sequence[tuple[str, str]]
    query_ids: Sequence[str]
    was: Floats
    here: Floats
    low: Floats
    high: Floats
    p: Floats


def verdict(
    before: Mapping[str, PerQuery], now: Mapping[str, PerQuery], params: GateParams, resamples: int, seed: int
) -> Verdict:
    """Compare two commits by the rules of params, which hold for each truth that params name.

    A measure fell where its mean is more than the margin below what it was, and that is no chance: by the paired
    randomization test over the documents that questions ask about, one-sided, corrected by Holm for all rules by all
    truths.

    Parameters
    ----------
    before, now
        What was measured at the other commit, and here, by truth.
    params
        The rules.
    resamples, seed
        Of the test, and of the interval.
    """
    rules = [(system, measure) for system in params.systems for measure in params.measures]
    missing: list[str] = []
    compared: dict[str, Compared] = {}
    tested: list[_Tested] = []
    for truth in params.truths:
        was, here = before.get(truth), now.get(truth)
        if was is None or here is None:
            sides = [side for side, table in (("there", was), ("here", here)) if table is None]
            missing.append(f"nothing is measured by {truth} {' and '.join(sides)}")
            continue
        common = sorted(was.about.keys() & here.about.keys())
        compared[truth] = Compared(len(common), len(was.about) - len(common), len(here.about) - len(common))
        missing += _missing(truth, was, here, rules, common)
        told = [rule for rule in rules if rule in was.columns and rule in here.columns] if common else []
        if told:
            margins = np.array([params.measures[measure] for _, measure in told])
            tested.append(_tested(truth, was, here, told, common, margins, resamples, seed))
    return Verdict(list(_changes(tested, params)), compared, missing)


def _missing(
    truth: str, was: PerQuery, here: PerQuery, rules: Sequence[tuple[str, str]], common: Sequence[str]
) -> Iterator[str]:
    for system, measure in rules:
        for side, table in (("there", was), ("here", here)):
            if (system, measure) not in table.columns:
                yield f"{system} {measure} is not measured by {truth} {side}"
    if not common:
        yield f"no question was measured by {truth} at both"


def _tested(
    truth: str, was: PerQuery, here: PerQuery, rules: Sequence[tuple[str, str]], query_ids: Sequence[str],
    margins: Floats, resamples: int, seed: int,
) -> _Tested:  # fmt: skip
    """Test each rule, one-sided and uncorrected."""
    then, now = (np.stack([table.values(*rule, query_ids) for rule in rules], axis=1) for table in (was, here))
    sums, sizes = clustered(now - then, [here.about[query_id] for query_id in query_ids])
    beyond = sums + sizes[:, None] * margins
    two_sided = randomization_test(beyond, resamples, seed)
    one_sided = np.where(beyond.sum(axis=0) < 0, two_sided / 2, 1 - two_sided / 2)
    drawn = bootstrap(sums, sizes, resamples, seed)
    return _Tested(truth, rules, query_ids, then, now, drawn.low, drawn.high, one_sided)


def _changes(tested: Sequence[_Tested], params: GateParams) -> Iterator[Change]:
    corrected = iter(holm([p for each in tested for p in each.p.tolist()]))
    for each in tested:
        for place, (system, measure) in enumerate(each.rules):
            was, here, p = each.was[:, place], each.here[:, place], next(corrected)
            lost = here - was
            order = np.argsort(lost, kind="stable")[:WORST]
            low, high = float(each.low[place]), float(each.high[place])
            yield Change(
                each.truth, system, measure, float(was.mean()), float(here.mean()),
                (low, high) if np.isfinite(low) else None, p, params.measures[measure], p < params.significance,
                tuple((each.query_ids[n], float(lost[n])) for n in order if lost[n] < 0),
            )  # fmt: skip
