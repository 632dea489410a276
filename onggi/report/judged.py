"""Tables of the answers: what a language model judged, how many answers, how steadily, and whether to believe it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from onggi.report.tabulate import Cell, Row, Table, cell, object_tables
from onggi.report.values import is_number, text_of

_COLUMNS = ("지표", "값", "판정한 답", "반복 사이 흔들림", "사람과의 일치(κ)")
_ONCE = "한 번만 판정함"

Side = Mapping[str, Any]


def answers_tables(now: Side, then: Side, compare: bool) -> tuple[Table, ...]:
    """Return the tables of answers.json: what a model judged first, where one did, then all the rest as it is."""
    if "judge" not in now:
        return tuple(object_tables(now, then, compare))
    judged = _judge(now).get("coverage", {})
    rest = object_tables(_without(now, judged), _without(then, judged), compare)
    listed = {key: _judge(now)[key] for key in ("failures", "failed") if key in _judge(now)}
    return (_table(now, then, compare), *rest, *object_tables(listed, {}, False))


def _table(now: Side, then: Side, compare: bool) -> Table:
    judge = _judge(now)
    rows = []
    for name, covered in judge.get("coverage", {}).items():
        agreed = judge.get("agreement", {}).get(name, {})
        cells = (
            _value(name, now, then, compare),
            Cell(f"{text_of(covered.get('measured'))} / {text_of(covered.get('of'))}"),
            Cell("–" if (spread := _spread(now, name)) is None else f"±{text_of(spread)}"),
            Cell(text_of(agreed["kappa"]) if "kappa" in agreed else "–"),
        )
        rows.append(Row((Cell(name, is_head=True), *cells)))
    return Table(f"LLM의 판정: {_named(judge)}", _COLUMNS, tuple(rows), _footnote(now, then, compare))


def _value(name: str, now: Side, then: Side, compare: bool) -> Cell:
    """Return a mean, and what became of it; a difference that repeats of one judge have too tells nothing."""
    value, was = (side.get("ragas", {}).get(name) for side in (now, then))
    if value is None:
        return Cell("–", reason=str(now.get("not_computed", {}).get(name, "")))
    shown = cell(value, was, compare)
    if not (compare and is_number(was)):
        return shown
    spreads = [spread for side in (now, then) if (spread := _spread(side, name)) is not None]
    if _judge(now).get("identity") != _judge(then).get("identity"):
        return replace(shown, change=f"{shown.change} (판정한 모델이 다름)")
    if len(spreads) < 2:
        return replace(shown, change=f"{shown.change} (흔들림을 모름)")
    within = round(abs(value - was), 4) <= round(sum(spreads), 4)  # of values that have 4 places
    return replace(shown, change=f"{shown.change} ({'판정의 흔들림 안' if within else '흔들림보다 큼'})")


def _footnote(now: Side, then: Side, compare: bool) -> str:
    judge = _judge(now)
    repeats = judge.get("repeats", 1)
    told = [f"흔들림은 {repeats}번 판정한 평균들의 폭의 절반" if repeats > 1 else f"흔들림: {_ONCE}"]
    if agreed := judge.get("agreement"):
        answers = max(each.get("answers", 0) for each in agreed.values())
        told.append(f"κ는 사람이 매긴 답 {answers}개에 대한 Cohen의 κ")
    if compare and "judge" in then:
        told.append(f"이전에는 {_named(_judge(then))}")
    return ". ".join(told) + "."


def _named(judge: Side) -> str:
    names = [judge.get("model", ""), judge.get("revision", "")]
    return f"{' '.join(str(name) for name in names if name)} ({judge.get('backend', '')})"


def _spread(side: Side, name: str) -> float | None:
    half: float | None = _judge(side).get("spread", {}).get(name, {}).get("half_range")
    return half


def _judge(side: Side) -> Side:
    judge: Side = side.get("judge", {})
    return judge


def _without(side: Side, judged: Iterable[str]) -> dict[str, Any]:
    """Return what the first table does not tell."""
    shown = set(judged)
    rest = {key: value for key, value in side.items() if key != "judge"}
    for group in ("ragas", "not_computed"):
        if group in rest:
            rest[group] = {key: value for key, value in rest[group].items() if key not in shown}
    return {key: value for key, value in rest.items() if value or key in ("coverage",)}
