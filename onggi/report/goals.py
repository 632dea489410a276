"""Go or no go: what is aimed at, what was measured, and whether that can be said to be reached."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onggi.report.decided import Decided
from onggi.report.forgetting import costs
from onggi.report.headline import MEASURE, WORSE
from onggi.report.inputs import GOLD, Metrics
from onggi.report.tabulate import Cell, Row, Table
from onggi.report.values import change, is_number, text_of

REACHED, MISSED, UNKNOWN = "달성", "미달", "알 수 없음"
GUARD = "guard"


@dataclass(frozen=True)
class Goal:
    """One target: of which system (or pair), by which measure and ground truth, what was measured, and the verdict.

    ``apart`` is how far the measured is from the target, where that tells more.
    """

    system: str
    measure: str
    truth: str
    target: str
    measured: str
    apart: str
    interval: str
    said: str


def goals(metrics: Metrics, decided: Decided) -> list[Goal]:
    """Return the targets of each system on gold and on the ground truths of the gate, then what tuning may cost."""
    return [*_targets(metrics, decided), *_kept(metrics, decided)]


def goals_table(found: Sequence[Goal], metrics: Metrics) -> Table | None:
    """Return the targets with what was measured on test, its interval and the verdict; None where there is none."""
    rows = []
    for goal in found:
        cells = (
            Cell(goal.said, is_best=goal.said == REACHED),
            Cell(goal.measure),
            Cell(goal.truth),
            Cell(goal.target),
            Cell(goal.measured, goal.apart, is_number=True),
            Cell(goal.interval or "–"),
        )
        rows.append(Row((Cell(goal.system, is_head=True), *cells)))
    if not rows:
        return None
    columns = ("시스템", "판정", "지표", "정답셋", "목표", "측정(test)", "95% 구간")
    return Table("목표와 측정", columns, tuple(rows), _footnote(metrics.get("intervals"), found))


def verdict(target: float, interval: Any) -> str:
    """Return whether a target is reached: only where the whole interval lies on one side of it can that be said.

    Examples
    --------
    >>> verdict(0.7, [0.71, 0.8]), verdict(0.7, [0.5, 0.69]), verdict(0.7, [0.6, 0.8]), verdict(0.7, None)
    ('달성', '미달', '알 수 없음', '알 수 없음')
    """
    if not interval:
        return UNKNOWN
    low, high = interval
    return REACHED if low >= target else MISSED if high < target else UNKNOWN


def together(found: Sequence[Goal]) -> str:
    """Return one verdict on several targets: missed where one is, reached where all are."""
    said = {goal.said for goal in found}
    return MISSED if MISSED in said else REACHED if said == {REACHED} else UNKNOWN


def _targets(metrics: Metrics, decided: Decided) -> Iterator[Goal]:
    for truth in dict.fromkeys((GOLD, *(name for name in decided.truths if name != GUARD))):
        for system, targets in decided.targets.items():
            for measure, target in targets.items():
                mean, interval = _measured(metrics, truth, system, measure)
                apart = change(mean, target) if is_number(mean) else ""
                ends = " ~ ".join(map(text_of, interval)) if interval else ""
                said = verdict(target, interval)
                yield Goal(system, measure, truth, f"{target:g} 이상", text_of(mean), apart, ends, said)


def _measured(metrics: Metrics, truth: str, system: str, measure: str) -> tuple[Any, Any]:
    if truth == GOLD:
        found = metrics.get("intervals").get("systems", {}).get(system, {}).get(measure, {})
        return found.get("mean"), found.get("interval")
    told = metrics.get("truths").get("truths", {}).get(truth, {})
    mean = told.get("systems", {}).get(system, {}).get(measure)
    return mean, told.get("intervals", {}).get(system, {}).get(measure)


def _kept(metrics: Metrics, decided: Decided) -> Iterator[Goal]:
    """Yield whether tuning kept what it must not lose: no more than the margin of the gate."""
    margin = decided.margins.get(MEASURE, 0.0)
    for cost in costs(metrics):
        said = verdict(-margin, cost.interval)
        if said == MISSED and cost.said != WORSE:
            said = UNKNOWN
        target = f"잃는 것이 {margin:g} 이하"
        ends = " ~ ".join(change(end, 0.0) for end in cost.interval) if cost.interval else ""
        yield Goal(cost.pair, f"{MEASURE} 차이", GUARD, target, change(cost.difference, 0.0), "", ends, said)


def _footnote(intervals: Mapping[str, Any], found: Sequence[Goal]) -> str:
    if not intervals.get("systems"):
        return "구간을 잰 값이 없습니다(intervals.json)."
    asked, documents = intervals.get("queries"), intervals.get("documents")
    told = (
        f"구간은 질문 {text_of(asked)}개를 문서 {text_of(documents)}개로 묶은 부트스트랩(95%). "
        "구간 전체가 목표 이상이면 달성, 전체가 목표 아래이면 미달, 목표에 걸치면 알 수 없음."
    )
    if any(not goal.interval for goal in found):
        told += " 구간이 없으면 알 수 없음."
    if any(goal.truth == GUARD for goal in found):
        told += " 잃는 것의 미달은 보정한 p로도 더 나쁠 때만 말합니다."
    return told
