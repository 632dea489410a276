"""Questions from tables: a cell by its row and column, two rows side by side, a row as one's own case."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from onggi.korean.units import COLUMN_NAME, Unit, is_header, tidy
from onggi.synthesis.attributes import attribute, templates
from onggi.synthesis.facts import Fact
from onggi.synthesis.structures import DATE, MONEY, is_name, is_person, make, own_name
from onggi.synthesis.topics import Topic
from onggi.synthesis.wordings import (
    AMOUNT,
    ANYTHING,
    DIFFERENCE,
    EXAMPLES,
    OWN_BENEFIT,
    OWN_CASE,
    WHEN,
    WHERE,
)

_ASPECT = re.compile(
    r"나이|연령|소득.{0,3}|거주.{0,3}|상태|성적|재산|지급.{0,3}|보증금|결제|자격|규모|면적|인원|정원|횟수|한도"
)
_GENERIC_HEADER = re.compile(r"구분|항목|비고|번호|연번|내용|순번|No\.?|주요 ?내용|세부 ?내용|상세|설명|값")
_PLACE_HEADER = re.compile(r"장소|위치|주소|접수처|신청처|집결")
_MOST_ROWS = 12


def tables(text: str, units: Sequence[Unit], topic: Topic) -> Iterator[Fact]:
    """Ask about the tables among the pieces of a chunk."""
    rows = (unit for unit in units if unit.kind == "row")
    for (path, _), group in groupby(rows, key=lambda unit: (unit.heading, unit.block)):
        members = list(group)
        cells = [[tidy(text[a:b]) for a, b in unit.cells] for unit in members]
        own = own_name(topic, path)
        if is_header(cells):
            yield from _with_header(members, cells, own)
        else:
            for unit, row in zip(members, cells, strict=True):
                yield from _pair(unit, row, own)


def _with_header(members: Sequence[Unit], cells: Sequence[Sequence[str]], topic: Topic) -> Iterator[Fact]:
    header = list(cells[0])
    if _is_transposed(cells):
        yield from _with_columns(members, cells, topic)
        return
    rows = ((unit, [*row, *[""] * (len(header) - len(row))]) for unit, row in zip(members[1:], cells[1:], strict=True))
    body = [(unit, row) for unit, row in rows if len(row) == len(header) and is_name(row[0])]
    names = [row[0] for _, row in body[:_MOST_ROWS]]
    if len(set(names)) < len(names) and len(header) > 2:
        # Several rows of one name are told apart by their second cell.
        header = [header[0], *header[2:]]
        body = [(unit, [f"{row[0]} {row[1]}".strip(), *row[2:]]) for unit, row in body]
        body = [(unit, row) for unit, row in body if is_name(row[0])]
        names = [row[0] for _, row in body[:_MOST_ROWS]]
    if (
        len(names) > 2
        and is_name(header[0])
        and not _GENERIC_HEADER.fullmatch(header[0])
        and len(set(names)) == len(names)
    ):
        yield make(
            "예시",
            EXAMPLES,
            ", ".join(names),
            [(members[0].start, body[len(names) - 1][0].end)],
            t=topic.name,
            l=header[0],
        )
    for unit, row in body[:_MOST_ROWS]:
        for name, value in zip(header[1:], row[1:], strict=True):
            if _tells(value):
                yield from _cell(unit, row[0], name, value, topic)
    for (a, first), (b, second) in pairwise(body[:_MOST_ROWS]):
        if _is_aspect(first[0]) or _is_aspect(second[0]):
            continue
        for name, x, y in zip(header[1:], first[1:], second[1:], strict=True):
            if _tells(x) and _tells(y) and x != y and len(x) + len(y) < 70 and first[0] != second[0]:
                label = "내용" if _GENERIC_HEADER.fullmatch(name) else name
                answer = f"{first[0]} {x}, {second[0]} {y}"
                spans = [(a.start, a.end), (b.start, b.end)]
                if is_name(label):
                    yield make("비교", DIFFERENCE, answer, spans, t=topic.name, a=first[0], b=second[0], l=label)


def _is_transposed(cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether the columns stand for things and the rows for what is said of them."""
    rows = [row[0] for row in cells[1:] if row]
    return sum(map(_is_aspect, rows)) * 2 > len(rows) and not any(map(_is_aspect, cells[0][1:]))


def _is_aspect(name: str) -> bool:
    return bool(COLUMN_NAME.fullmatch(name) or _ASPECT.fullmatch(name) or (len(name) <= 8 and attribute(name)))


def _with_columns(members: Sequence[Unit], cells: Sequence[Sequence[str]], topic: Topic) -> Iterator[Fact]:
    header = cells[0]
    for unit, row in list(zip(members[1:], cells[1:], strict=True))[:_MOST_ROWS]:
        if len(row) != len(header) or not is_name(row[0]):
            continue
        for name, value in zip(header[1:], row[1:], strict=True):
            if _tells(value) and is_name(name):
                yield from _cell(unit, name, row[0], value, topic)
        for (a, x), (b, y) in pairwise(zip(header[1:], row[1:], strict=True)):
            if _tells(x) and _tells(y) and x != y and len(x) + len(y) < 70 and is_name(a) and is_name(b) and a != b:
                spans = [(unit.start, unit.end)]
                yield make("비교", DIFFERENCE, f"{a} {x}, {b} {y}", spans, t=topic.name, a=a, b=b, l=row[0])


def _tells(value: str) -> bool:
    return 2 <= len(value) <= 90 and re.search(r"[가-힣\d]", value) is not None


def _cell(unit: Unit, name: str, column: str, value: str, topic: Topic) -> Iterator[Fact]:
    span = [(unit.start, unit.end)]
    generic = bool(_GENERIC_HEADER.fullmatch(column))
    if not generic and not is_name(column):
        return
    label = name if generic else f"{name} {column}"
    if is_person(name):
        forms = OWN_BENEFIT if generic or re.search(r"지원|금액|급여|한도|수당", column) else OWN_CASE
        yield make("적용", forms, value, span, t=topic.name, p=name, l=column)
    found = None if generic else attribute(column)
    if _PLACE_HEADER.search(column):
        yield make("절차", WHERE, value, span, t=topic.name, l=label)
    elif MONEY.search(value) and len(value) <= 40:
        yield make("규정", AMOUNT, value, span, t=topic.name, l=label)
    elif DATE.search(value) and len(value) <= 40:
        yield make("규정", WHEN, value, span, t=topic.name, l=label)
    else:
        yield make(found.type if found else "정의", ANYTHING, value, span, t=topic.name, l=label)


def _pair(unit: Unit, row: Sequence[str], topic: Topic) -> Iterator[Fact]:
    """A row of a table without header whose first cell labels the second."""
    if len(row) != 2 or not is_name(row[0]) or not _tells(row[1]):
        return
    span = [(unit.start, unit.end)]
    if _GENERIC_HEADER.fullmatch(row[0]) or COLUMN_NAME.fullmatch(row[1]) or (len(row[1]) <= 6 and attribute(row[1])):
        return
    found = attribute(row[0])
    if found and found.value.search(row[1]):
        yield make(found.type, templates(found, topic), row[1], span, t=topic.name, l=row[0])
    else:
        yield from _cell(unit, row[0], "내용", row[1], topic)
