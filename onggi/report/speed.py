"""The table of performance.json: how long a question takes, how many fit into a second, and what it all holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from onggi.report.inputs import Metrics
from onggi.report.labels import label
from onggi.report.tabulate import Cell, Row, Table, cell
from onggi.report.values import is_number, text_of

_FIGURES: Sequence[tuple[str, tuple[str, ...]]] = (
    ("P50(ms)", ("latency_ms", "p50")),
    ("P95(ms)", ("latency_ms", "p95")),
    ("P99(ms)", ("latency_ms", "p99")),
    ("질문/초", ("queries_per_second",)),
    ("색인(MB)", ("index_mb",)),
    ("모델(MB)", ("models_mb",)),
    ("최대 메모리(MB)", ("peak_memory_mb", "host")),
    ("GPU 메모리(MB)", ("peak_memory_mb", "device")),
    ("첫 시작(초)", ("cold_start_s",)),
    ("다시 시작(초)", ("warm_start_s",)),
    ("물은 질문", ("queries",)),
    ("오류", ("errors",)),
)

_BUSY = "load_before"


def speed_table(now: Metrics, then: Metrics, compare: bool) -> Table | None:
    """Return systems by what they take; figures without a value for any system are left out, None without any.

    Times of another machine are not compared.
    """
    here, there = timed(now), timed(then)
    same = _identity(now) == _identity(then)
    figures = [(title, path) for title, path in _FIGURES if any(is_number(at(of, path)) for of in here.values())]
    if not figures:
        return None
    rows = []
    for system, of in here.items():
        was = there.get(system, {})
        cells = (
            cell(at(of, path), at(was, path), compare and same) if is_number(at(of, path)) else Cell("–")
            for _, path in figures
        )
        rows.append(Row((Cell(system, is_head=True), *cells)))
    note = _machine(now) + (
        " 이전 값은 다른 기계의 것이어서 견주지 않습니다." if compare and there and not same else ""
    )
    return Table("시스템마다 걸린 시간과 쓴 자리", ("시스템", *(title for title, _ in figures)), tuple(rows), note)


def timed(metrics: Metrics) -> dict[str, Mapping[str, Any]]:
    """Return what performance.json tells of each system."""
    systems = metrics.get("performance").get("systems")
    items = systems.items() if isinstance(systems, Mapping) else ()
    return {system: of for system, of in items if isinstance(of, Mapping)}


def at(of: Mapping[str, Any], path: Sequence[str]) -> Any:
    """Return what stands at a path of keys; None where nothing does."""
    value: Any = of
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _machine(metrics: Metrics) -> str:
    machine = metrics.get("performance").get("machine")
    told = [f"{label(key)} {text_of(value)}" for key, value in machine.items()] if isinstance(machine, Mapping) else []
    left = metrics.get("performance").get("not_measured")
    reasons = [f"{system}({reason})" for system, reason in left.items()] if isinstance(left, Mapping) else []
    said = (("잰 기계", told), ("재지 않은 시스템", reasons))
    return " ".join(f"{what}: {', '.join(each)}." for what, each in said if each)


def _identity(metrics: Metrics) -> dict[str, Any]:
    """Return what a machine is told apart by, without how busy it was."""
    machine = metrics.get("performance").get("machine")
    return {k: v for k, v in machine.items() if k != _BUSY} if isinstance(machine, Mapping) else {}
