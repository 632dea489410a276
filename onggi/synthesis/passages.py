"""A chunk made ready for rules, and what a rule finds in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from onggi.core.schema import Chunk
from onggi.korean.units import Unit, headings, tidy, units
from onggi.korean.wording import fill, is_noun_phrase
from onggi.synthesis.attributes import attribute
from onggi.synthesis.topics import Topic, bare, put_before, topic

LONGEST_ANSWER = 90
LONGEST_SPAN = 400

POINTS_AWAY = re.compile(r"다음|아래|위의|위와|별도|참조|참고|별표|붙임|상동|동일")

_LOOSE = re.compile(
    r"사업명|내용|요건|규모|대상|메모|질문|답변|매뉴얼|소식|특례|기간|조건|순서|기본|공통|함께|비교|묻고|개요|"
    r"안내|설명|참고|담당|요약|정리|알아|먼저|처음|자주|현황|"
    r"알림|알려|사항|들어가|그 밖|기타|부기|연계|(?:꼭|것들?|점|일|분|때|곳|법|말|끝|전|후|날|값)$|^(?:접수|"
    r"신청|예약|심사|발표|선정|모집|"
    r"이용|할인|환불|운영|공급|관리|입주|계약|제출|판매|배정|서류|요금|대출|반납|자격|기준|처리|연장|휴업|"
    r"감면|금액|보상|청구|납부|해지)$"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a chunk states, with the ways to ask for it; ``spans`` are [start, end) offsets into its text."""

    type: str
    wordings: tuple[str, ...]
    answer: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk cut into units, with the topic of its document."""

    text: str
    units: Sequence[Unit]
    topic: Topic

    def words(self, *members: Unit) -> str:
        """Return the text of units as one line, without mark-up."""
        return ", ".join(tidy(self.text[unit.start : unit.end]) for unit in members)

    def subject(self, path: Sequence[str]) -> str:
        """Return the topic narrowed by the headings below it that name a thing rather than an attribute."""
        name = self.topic.name
        for part in map(bare, path[1:]):
            named = part and not attribute(part) and not _LOOSE.search(part) and is_noun_phrase(part)
            if named and not repeats(name, part) and len(name) + len(part) < 32:
                name = put_before(name, part)
        return name

    def blocks(self, *kinds: str) -> Iterator[tuple[tuple[str, ...], list[Unit]]]:
        """Yield the heading path and the units of each run of units of some kinds under one heading."""
        chosen = (unit for unit in self.units if unit.kind in kinds)
        for (path, _), members in groupby(chosen, key=lambda unit: (unit.heading, unit.block)):
            yield path, list(members)


def passage(chunk: Chunk) -> Passage | None:
    """Return a chunk made ready; None where nothing says what it is about."""
    path = headings(chunk)
    pieces = units(chunk.text, path)
    about = topic(chunk, pieces[0].heading[:1] if pieces and not path else path)
    return Passage(chunk.text, pieces, about) if about else None


def repeats(name: str, part: str) -> bool:
    """Tell whether a longer word of a part stands in a name already."""
    return part in name or any(len(word) > 2 and word in name for word in re.split("[ ·]", part))


def fact(type_: str, forms: Sequence[str], answer: str, *spans: tuple[int, int], **slots: str) -> Fact:
    """Fill every form of a question; an answer of over `LONGEST_ANSWER` characters is cut where a phrase ends."""
    text = tidy(answer)
    if len(text) > LONGEST_ANSWER:
        cut = max(text.rfind(mark, 20, LONGEST_ANSWER) for mark in (", ", " (", "; ", " → ", ". "))
        text = text[: cut if cut > 0 else max(text.rfind(" ", 0, LONGEST_ANSWER), LONGEST_ANSWER // 2)]
    return Fact(type_, tuple(fill(form, **slots) for form in forms), text, spans)
