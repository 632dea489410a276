"""Tables of the page, and any JSON of metrics/ as tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onggi.report.labels import label
from onggi.report.values import change, is_number, text_of

_LONGEST = 20
"""Rows shown of a list; the rest is counted."""
_LONG_TEXT = 30
_TOTAL = "total"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the change to the other commit, and a share from 0 to 1 that is drawn as a bar.

    ``reason`` says why there is no value, where there is none. ``sign`` says what can be said of it against the
    baseline, ``aside`` is an interval, and ``link`` the part of the page that it leads to.
    """

    text: str
    change: str = ""
    bar: float | None = None
    is_best: bool = False
    is_number: bool = False
    is_head: bool = False
    reason: str = ""
    sign: str = ""
    aside: str = ""
    link: str = ""


@dataclass(frozen=True)
class Row:
    """A row of cells."""

    cells: tuple[Cell, ...]


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


def params_table(now: Mapping[str, Any], then: Mapping[str, Any]) -> Table:
    """Return the params that differ between two revisions, added and removed ones included.

    An entry such as ``encoders.tuned`` may be empty on one side and have keys on the other: those keys tell it.
    """
    keys = now.keys() | then.keys()
    filled = {key[:end] for key in keys for end, character in enumerate(key) if character == "."}
    rows = []
    for key in sorted(keys - filled):
        if key in now and key in then and now[key] == then[key] and type(now[key]) is type(then[key]):
            continue
        was = _as_yaml(then[key]) if key in then else "(없었음: 추가됨)"
        is_ = _as_yaml(now[key]) if key in now else "(없음: 삭제됨)"
        rows.append(Row((Cell(key, is_head=True), Cell(was), Cell(is_))))
    return Table("달라진 params", ("param", "이전", "지금"), tuple(rows))


def _as_yaml(value: Any) -> str:
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
            sides = {key: (now.get(key) or {}, then.get(key) or {}) for key in group}
            tables.append(columns_table(" · ".join(map(label, group)), sides, compare))
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


def columns_table(
    caption: str, sides: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]], compare: bool, labelled: bool = True
) -> Table:
    """Return a column for each name of ``sides``, which maps it to what it holds now and held then.

    ``labelled`` tells whether the rows are keys of ours, which have Korean names, or names of the user's choice.
    """
    names = _union(*(side for both in sides.values() for side in both))
    names = [name for name in names if name != _TOTAL] + [_TOTAL] * (_TOTAL in names)
    rows = []
    for name in names:
        cells = (_number_or_blank(here, there, name, compare) for here, there in sides.values())
        rows.append(Row((Cell(label(name) if labelled else name, is_head=True), *cells)))
    return Table(caption, ("", *map(label, sides)), tuple(rows))


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
