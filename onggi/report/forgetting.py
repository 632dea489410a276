"""What tuning cost: the base and the tuned encoder on questions of a domain that training never saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onggi.report.headline import MEASURE, tested, verdict
from onggi.report.inputs import Metrics
from onggi.report.scores import compared_table
from onggi.report.tabulate import Cell, Row, Table, cell
from onggi.report.values import change, is_number, text_of

_SHOWN = (MEASURE, "R@10", "RR@10", "Success@1", "R@100")


@dataclass(frozen=True)
class Cost:
    """The difference of one pair on the guard set by the headline measure; ``said`` is what can be said of it."""

    pair: str
    difference: float
    interval: tuple[float, float] | None
    p: float
    said: str


def costs(metrics: Metrics) -> list[Cost]:
    """Return the differences of guard.json."""
    found = []
    for pair, tests in _differences(metrics).items():
        difference, p = tested(tests)
        if is_number(difference) and is_number(p):
            ends = tests[MEASURE].get("interval")
            interval = (float(ends[0]), float(ends[1])) if ends else None
            found.append(Cost(pair, float(difference), interval, p, verdict(difference, p)))
    return found


def guard_tables(now: Metrics, then: Metrics, compare: bool) -> tuple[Table, ...]:
    """Return the means on the guard set, and the tested differences; none where guard.json is absent."""
    here, there = (side.get("guard").get("systems") or {} for side in (now, then))
    if not here:
        return ()
    measures = [m for m in _SHOWN if any(is_number(of.get(m)) for of in here.values())]
    rows = []
    for system, of in here.items():
        was = there.get(system, {})
        cells = (cell(of[m], was.get(m), compare) if is_number(of.get(m)) else Cell("–") for m in measures)
        rows.append(Row((Cell(system, is_head=True), *cells)))
    left = now.get("guard").get("left_out")
    told = (f"{system}({reason})" for system, reason in left.items()) if isinstance(left, Mapping) else ()
    note = f"묻지 못한 시스템: {', '.join(told)}." if left else ""
    means = Table(f"다른 영역(guard)의 평균: {_counted(now)}", ("시스템", *measures), tuple(rows), note)
    before = _differences(then) if compare else {}
    caption = f"다른 영역(guard)에서 튜닝 전 → 뒤: {MEASURE}"
    return (means, *([compared_table(_differences(now), before, compare, caption)] if _differences(now) else []))


def sentence(metrics: Metrics) -> str:
    """Return what tuning cost, in words, or why nobody knows; empty without guard.json."""
    if reason := metrics.get("guard").get("reason"):
        return f"재지 않았습니다({reason})."
    told = [
        f"{cost.pair} {change(cost.difference, 0.0)}"
        + (f"(95% 구간 {change(cost.interval[0], 0.0)} ~ {change(cost.interval[1], 0.0)})" if cost.interval else "")
        + f", {cost.said}"
        for cost in costs(metrics)
    ]
    return f"다른 영역({_counted(metrics)})의 {MEASURE}: {'; '.join(told)}." if told else ""


def _differences(metrics: Metrics) -> Mapping[str, Any]:
    found = metrics.get("guard").get("differences")
    return found if isinstance(found, Mapping) else {}


def _counted(metrics: Metrics) -> str:
    guard = metrics.get("guard")
    counts = (("질문", "queries", "개"), ("문서", "documents", "건"), ("청크", "chunks", "개"))
    told = (f"{what} {text_of(guard[key])}{unit}" for what, key, unit in counts if is_number(guard.get(key)))
    return ", ".join(told)
