"""Tables of the page: the measures with p between their rows, and any JSON of metrics/ as tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from onggi.report.headline import MEASURE, pair
from onggi.report.inputs import Metrics, RecallPoint
from onggi.report.labels import label
from onggi.report.values import change, is_number, p_text, text_of

_LONGEST = 20
"""Rows shown of a list; the rest is counted."""
_LONG_TEXT = 30
_TOTAL = "total"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the change to the other commit, and a share from 0 to 1 that is drawn as a bar."""

    text: str
    change: str = ""
    bar: float | None = None
    is_best: bool = False
    is_number: bool = False
    is_head: bool = False


@dataclass(frozen=True)
class Row:
    """A row of cells; ``is_note`` for a line between two rows, whose one cell spans all columns."""

    cells: tuple[Cell, ...]
    is_note: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption; ``footnote`` says what it leaves out."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    footnote: str = ""

    @property
    def is_broad(self) -> bool:
        """Whether it needs the width of the page: many columns or long texts."""
        longest = max((len(cell.text) for row in self.rows for cell in row.cells), default=0)
        return len(self.columns) > 4 or longest > _LONG_TEXT


def cell(now: Any, then: Any = None, compare: bool = False, bar: float | None = None, is_best: bool = False) -> Cell:
    """Return a value as a cell, with what it was at the other commit where ``compare`` is set."""
    if not compare:
        return Cell(text_of(now), "", bar, is_best, is_number(now))
    if is_number(now) and is_number(then):
        difference = change(now, then)
    elif None not in (now, then) and _kind(now) != _kind(then):
        difference = "이전과 모양이 다름"
    else:
        difference = "" if now == then else "새로 생김" if then is None else f"이전 {text_of(then)}"
    return Cell(text_of(now), difference, bar, is_best, is_number(now) or is_number(then))


def measures_table(now: Metrics, then: Metrics, compare: bool) -> Table:
    """Return systems by measures, the best of each measure marked, p of neighbouring systems between their rows."""
    retrieval, before = now.get("retrieval"), then.get("retrieval")
    tests = (now.get("significance"), then.get("significance") if compare else None)
    systems = _union(retrieval, before)
    measures = _union(*(side.get(system, {}) for side in (retrieval, before) for system in systems))
    found = {m: [v for s in systems if is_number(v := retrieval.get(s, {}).get(m))] for m in measures}
    best = {measure: max(values) for measure, values in found.items() if values}
    rows = []
    for number, system in enumerate(systems):
        if number:
            rows.append(_p_row(pair((systems[number - 1], system)), *tests))
        here, there = retrieval.get(system, {}), before.get(system, {})
        values = (
            cell(here.get(m), there.get(m), compare, is_best=m in here and here[m] == best.get(m)) for m in measures
        )
        rows.append(Row((Cell(system, is_head=True), *values)))
    neighbours = {pair((a, b)) for a, b in pairwise(systems)}
    rows += [_p_row(key, *tests) for key in tests[0] if key not in neighbours]
    return Table("시스템별 검색 지표", ("system", *measures), tuple(rows))


def _p_row(key: str, now: Mapping[str, Any], then: Mapping[str, Any] | None) -> Row:
    text = _tested(key, now) or "짝지은 검정 없음(significance.json에 이 짝이 없음)"
    if then is not None:
        text += f" · 이전: {_tested(key, then) or '없음'}"
    return Row((Cell(f"{key}: {text}"),), is_note=True)


def _tested(key: str, significance: Mapping[str, Any]) -> str:
    pair_tests = significance.get(key, {})
    tested = pair_tests.get(MEASURE)
    difference, p = (tested.get("difference"), tested.get("p")) if isinstance(tested, Mapping) else (None, None)
    if not is_number(difference) or not is_number(p):
        return ""
    queries = pair_tests.get("queries")
    asked = f", 질문 {queries:,}개" if is_number(queries) else ""
    return f"{MEASURE} {change(float(difference), 0.0)}, {p_text(p)}{asked}"


def recall_table(
    points: Sequence[RecallPoint], then: Sequence[RecallPoint], systems: Sequence[str], compare: bool
) -> Table:
    """Return recall at some k as a table, for those who do not read curves."""
    at = {(p.system, p.k): p.recall for p in points}
    before = {(p.system, p.k): p.recall for p in then}
    depths = [k for k in (1, 2, 5, 10, 20, 50, 100) if any((s, k) in at for s in systems)]
    best = {k: max(at[s, k] for s in systems if (s, k) in at) for k in depths}
    rows = tuple(
        Row(
            (
                Cell(s, is_head=True),
                *(cell(at.get((s, k)), before.get((s, k)), compare, is_best=at.get((s, k)) == best[k]) for k in depths),
            )
        )
        for s in systems
    )
    return Table("몇 가지 k에서의 recall", ("system", *(f"k = {k}" for k in depths)), rows)


def params_table(now: Mapping[str, Any], then: Mapping[str, Any]) -> Table:
    """Return the params that differ between two revisions, added and removed ones included."""
    rows = []
    for key in sorted(now.keys() | then.keys()):
        if key in now and key in then and now[key] == then[key] and type(now[key]) is type(then[key]):
            continue
        was = _plain(then[key]) if key in then else "(없었음: 추가됨)"
        is_ = _plain(now[key]) if key in now else "(없음: 삭제됨)"
        rows.append(Row((Cell(key, is_head=True), Cell(was), Cell(is_))))
    return Table("달라진 params", ("param", "이전", "지금"), tuple(rows))


def _plain(value: Any) -> str:
    """Return a param as it is written in YAML's flow style, so that ``off`` and ``"off"`` differ."""
    return json.dumps(value, ensure_ascii=False, default=str)


def object_tables(now: Mapping[str, Any], then: Mapping[str, Any], compare: bool, title: str = "요약") -> list[Table]:
    """Return any JSON object as tables: plain values, counts with bars, a matrix for two levels, lists of objects."""
    then = {key: value for key, value in then.items() if key not in now or _kind(value) == _kind(now[key])}
    keys = _union(now, then)
    plain = [key for key in keys if not any(_is_nested(side.get(key)) for side in (now, then))]
    tables = []
    if plain:
        rows = tuple(Row((Cell(label(key), is_head=True), cell(now.get(key), then.get(key), compare))) for key in plain)
        tables.append(Table(title, ("항목", "값"), rows))
    for group in _groups([key for key in keys if key not in plain], now, then):
        if len(group) > 1:
            tables.append(_columns_table(group, now, then, compare))
        else:
            tables += _nested(label(group[0]), now.get(group[0]), then.get(group[0]), compare)
    return tables


def _kind(value: Any) -> type:
    """Return what values must share to be compared: a file may have had another shape at the other commit."""
    return next((kind for kind in (dict, list) if isinstance(value, kind)), object)


def _groups(keys: Sequence[str], now: Mapping[str, Any], then: Mapping[str, Any]) -> list[list[str]]:
    """Join objects of numbers over the same things, as `written` and `kept` per type: they make one table."""
    groups: list[tuple[set[str] | None, list[str]]] = []
    for key in keys:
        side = now.get(key, then.get(key))
        counted = isinstance(side, Mapping) and all(is_number(value) for value in side.values())
        inner = set(side) - {_TOTAL} if counted and isinstance(side, Mapping) else None
        for other, group in groups:
            if inner and other and (inner <= other or other <= inner):
                group.append(key)
                other |= inner
                break
        else:
            groups.append((inner, [key]))
    return [group for _, group in groups]


def _columns_table(group: Sequence[str], now: Mapping[str, Any], then: Mapping[str, Any], compare: bool) -> Table:
    sides = [(now.get(key) or {}, then.get(key) or {}) for key in group]
    names = _union(*(side for pair_ in sides for side in pair_))
    names = [name for name in names if name != _TOTAL] + [_TOTAL] * (_TOTAL in names)
    rows = []
    for name in names:
        cells = (_number_or_blank(here, there, name, compare) for here, there in sides)
        rows.append(Row((Cell(label(name), is_head=True), *cells)))
    return Table(" · ".join(map(label, group)), ("", *map(label, group)), tuple(rows))


def _number_or_blank(here: Mapping[str, Any], there: Mapping[str, Any], name: str, compare: bool) -> Cell:
    return cell(here.get(name), there.get(name), compare) if name in here or name in there else Cell("–")


def _nested(title: str, now: Any, then: Any, compare: bool) -> list[Table]:
    if isinstance(now, list) or isinstance(then, list):
        return [_list_table(title, now if isinstance(now, list) else [])]
    now, then = now or {}, then or {}
    keys = _union(now, then)
    values = [side[key] for side in (now, then) for key in side]
    if not keys:
        return [Table(title, (), (), "비어 있음")]
    if all(value is None or is_number(value) for value in values):
        return [_bars_table(title, keys, now, then, compare)]
    if all(isinstance(value, Mapping) and not any(map(_is_nested, value.values())) for value in values):
        return [_matrix_table(title, keys, now, then, compare)]
    return object_tables(now, then, compare, title)


def _bars_table(
    title: str, keys: Sequence[str], now: Mapping[str, Any], then: Mapping[str, Any], compare: bool
) -> Table:
    values = [abs(now[key]) for key in keys if is_number(now.get(key)) and key != _TOTAL]
    most = max(values, default=0)
    whole = 1.0 if most <= 1 and any(isinstance(value, float) for value in values) else float(most or 1)
    rows = []
    for key in keys:
        share = abs(now[key]) / whole if is_number(now.get(key)) and key != _TOTAL else None
        rows.append(Row((Cell(label(key), is_head=True), cell(now.get(key), then.get(key), compare, bar=share))))
    return Table(title, ("항목", "값"), tuple(rows))


def _matrix_table(
    title: str, keys: Sequence[str], now: Mapping[str, Any], then: Mapping[str, Any], compare: bool
) -> Table:
    columns = _union(*(now.get(key, {}) for key in keys), *(then.get(key, {}) for key in keys))
    rows = []
    for key in keys:
        here, there = now.get(key, {}), then.get(key, {})
        rows.append(Row((Cell(label(key), is_head=True), *(cell(here.get(c), there.get(c), compare) for c in columns))))
    return Table(title, ("", *map(label, columns)), tuple(rows))


def _list_table(title: str, items: Sequence[Any]) -> Table:
    shown = items[:_LONGEST]
    footnote = f"그 밖에 {len(items) - _LONGEST:,}건" if len(items) > _LONGEST else "" if items else "없음"
    if all(isinstance(item, Mapping) for item in shown):
        columns = _union(*shown)
        rows = tuple(Row(tuple(cell(item.get(column)) for column in columns)) for item in shown)
        return Table(title, tuple(map(label, columns)), rows, footnote)
    return Table(title, ("항목",), tuple(Row((cell(item),)) for item in shown), footnote)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value)
    )


def _union(*sides: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for side in sides for key in side))
