"""Go or no go: the target of each system and measure, what was measured, and whether it is reached."""

from collections.abc import Mapping
from typing import Any

from onggi.report.decided import Decided
from onggi.report.inputs import Metrics
from onggi.report.tabulate import Cell, Row, Table
from onggi.report.values import change, is_number, text_of

REACHED, MISSED, UNKNOWN = "달성", "미달", "알 수 없음"


def goals_table(metrics: Metrics, decided: Decided) -> Table | None:
    """Return targets with what was measured on test, its interval and the verdict; None where there is no target."""
    measured = metrics.get("intervals").get("systems", {})
    rows = []
    for system, targets in decided.targets.items():
        for measure, target in targets.items():
            found = measured.get(system, {}).get(measure, {})
            mean, interval = found.get("mean"), found.get("interval")
            said = verdict(target, interval)
            cells = (
                Cell(measure),
                Cell(f"{target:g} 이상"),
                Cell(text_of(mean), change(mean, target) if is_number(mean) else "", is_number=True),
                Cell(" ~ ".join(map(text_of, interval)) if interval else "–"),
                Cell(said, is_best=said == REACHED),
            )
            rows.append(Row((Cell(system, is_head=True), *cells)))
    if not rows:
        return None
    columns = ("시스템", "지표", "목표", "측정(test)", "95% 구간", "판정")
    return Table("목표와 측정", columns, tuple(rows), _footnote(metrics.get("intervals")))


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


def _footnote(intervals: Mapping[str, Any]) -> str:
    if not intervals.get("systems"):
        return "구간을 잰 값이 없습니다(intervals.json)."
    asked, documents = intervals.get("queries"), intervals.get("documents")
    return (
        f"구간은 질문 {text_of(asked)}개를 문서 {text_of(documents)}개로 묶은 부트스트랩(95%). "
        "구간 전체가 목표 이상이면 달성, 전체가 목표 아래이면 미달, 목표에 걸치면 알 수 없음."
    )
