"""Rules for tables: a cell by its row and column, two rows side by side."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from onggi.korean.units import COLUMN_NAME, Unit, is_header, tidy
from onggi.korean.wording import is_noun_phrase
from onggi.synthesis.attributes import attribute
from onggi.synthesis.passages import POINTS_AWAY, Fact, Passage, fact
from onggi.synthesis.topics import put_before

_GENERIC = re.compile(
    r"구분|항목|비고|번호|연번|내용|순번|No\.?|상세|설명|값|물음|기타|공통|합계|소계|계|이후|이전|기준|덧붙임|"
    r"확인|사람|자리|평일|주말|휴일|요일|사업명|단위|방법|현행|개정|년차| 시 "
)
_PRICED = re.compile(
    r"(?:요금|[가-힣]료|[가-힣]비|금액|한도|수당|지원금|가격|보증금|지원액|지급액|과태료|급여|감면|비용)$"
)
_PERSON = re.compile(r"(?:[시군]민|어른|성인|청소년|어린이|노인|어르신|장애인|학생|가구|소지자|회원|\d세 이상)$")
_COUNTED = re.compile(r"(?:율|횟수|인원|나이|연령|기간|시간|시각|금리|규모|면적|배점|물량|수온|점수|서류| 때)$")
_KINDS = (
    ("money", r"(?:월|연|최대|약|매월|1인당|총)?\s?\d[\d,.]*\s?[만천백억]*\s?원(?:\s?(?:이내|이하|이상))?|무료"),
    ("hours", r".*\d{1,2}:\d\d.*|.*\d시.*"),
    ("count", r"(?:최대|약)?\s?\d[\d,.]*\s?(?:명|개월|년|일|시간|분|회|권|%|점|개|마리|면)(?:\s?(?:이내|이하))?"),
    ("date", r".*(?:\d월|\d일|[월화수목금토일]요일|매월|매주|연중|상시).*"),
)  # fmt: skip
_MOST_ROWS = 12


class _Cell(NamedTuple):
    name: str
    label: str
    value: str
    row: Unit


def _kind(value: str) -> str:
    return next((name for name, pattern in _KINDS if len(value) <= 40 and re.fullmatch(pattern, value)), "")


def _is_thing(name: str) -> bool:
    bare = re.sub(r"\([^()]*\)$", "", name)
    return len(name) <= 16 and is_noun_phrase(bare) and not _GENERIC.search(name) and not _is_aspect(name)


def _is_aspect(name: str) -> bool:
    return (
        bool(COLUMN_NAME.fullmatch(name) or _PRICED.fullmatch(name) or attribute(name))
        or _COUNTED.search(name) is not None
    )


def _tables(passage: Passage) -> Iterator[tuple[str, list[Unit], list[list[str]]]]:
    """Yield each table with a header: its subject, its rows and their cells."""
    for path, members in passage.blocks("row"):
        cells = [[tidy(passage.text[a:b]) for a, b in unit.cells] for unit in members]
        whole = [(unit, row) for unit, row in zip(members, cells, strict=True) if len(row) == len(cells[0])]
        if is_header(cells) and len(whole) > 1 and not any(row[0] == "" for _, row in whole[1:]):
            yield passage.subject(path), [unit for unit, _ in whole], [row for _, row in whole]


def _columns(units: Sequence[Unit], table: Sequence[Sequence[str]]) -> Iterator[list[_Cell]]:
    """Yield what a table says of several things by one name: column by column, or row by row where rows are aspects."""
    header, body = table[0], list(zip(units[1:], table[1:], strict=True))[:_MOST_ROWS]
    if len(header) == 2 and _GENERIC.fullmatch(header[1]):
        yield from ([_Cell("", row[0], row[1], unit)] for unit, row in body if _is_aspect(row[0]))
    elif _GENERIC.fullmatch(header[0]) and not any(map(_is_aspect, header[1:])):
        for unit, row in body:
            yield [_Cell(name, row[0], value, unit) for name, value in zip(header[1:], row[1:], strict=True)]
    elif len({row[0] for _, row in body}) == len(body):
        for i, label in enumerate(header[1:], start=1):
            yield [_Cell(row[0], label, row[i], unit) for unit, row in body]


def cells(passage: Passage) -> Iterator[Fact]:
    """Ask for one cell by the name of its row and of its column, where the value is what the column promises."""
    for subject, units, table in _tables(passage):
        for cell in (cell for column in _columns(units, table) for cell in column):
            asked = _forms(cell)
            if asked and (not cell.name or _is_thing(cell.name)):
                about, span = put_before(subject, cell.name) if cell.name else subject, (cell.row.start, cell.row.end)
                named = attribute(cell.label)
                yield fact(named.type if named else "규정", asked, cell.value, span, t=about, l=cell.label)


def _forms(cell: _Cell) -> tuple[str, ...]:
    """Return the templates for a cell; none where its value is not what its label promises."""
    kind, label, named = _kind(cell.value), cell.label, attribute(cell.label)
    if not is_noun_phrase(label) or len(label) > 12 or _GENERIC.search(label) or POINTS_AWAY.search(cell.value):
        return ()
    if kind == "money":
        return ("{t} {l:은} 얼마예요?", "{t} {l:이} 얼마인가요?") if _PRICED.search(label) else ()
    if kind == "date" and re.search(r"(?:기간|시기|일|날짜|일정|마감)$", label):
        return ("{t} {l:은} 언제인가요?", "{t} {l:이} 언제예요?")
    if label.endswith(("기간", "시기")) and not re.search(r"\d\s?(?:[월일년주시세박]|개월|학기)|까지", cell.value):
        return ()
    told = named and named.name in ("target", "documents", "place", "support") and len(cell.value) >= 4
    figure = (
        _is_aspect(label) and re.search(r"\d", cell.value) and len(cell.value) <= 40 and not cell.value.endswith("다")
    )
    return ("{t} {l:은} 어떻게 되나요?", "{t} {l:이} 어떻게 되나요?") if told or figure else ()


def comparisons(passage: Passage) -> Iterator[Fact]:
    """Compare two neighbours where all a column says is of one kind: amounts, hours, dates or counts."""
    asked = ("{t} {a:과} {b:은} {l:이} 어떻게 다른가요?", "{t} {a:이랑} {b} {l:이} 각각 어떻게 되나요?")
    for subject, units, table in _tables(passage):
        for column in _columns(units, table):
            kinds = {_kind(cell.value) for cell in column}
            told = len(kinds) == 1 and kinds != {""} and _forms(column[0]) != ()
            for a, b in pairwise(column):
                alike = bool(_PERSON.search(a.name)) == bool(_PERSON.search(b.name)) and a.value != b.value
                if told and alike and _is_thing(a.name) and _is_thing(b.name):
                    spans = dict.fromkeys((cell.row.start, cell.row.end) for cell in (a, b))
                    answer = f"{a.name} {a.value}, {b.name} {b.value}"
                    yield fact("비교", asked, answer, *spans, t=subject, a=a.name, b=b.name, l=a.label)
