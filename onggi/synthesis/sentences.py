"""Questions from the patterns of sentences: definitions, conditions, purposes, enumerations and pairs of values."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from onggi.korean.kiwi import Morpheme
from onggi.korean.units import Unit, tidy
from onggi.synthesis.attributes import attribute
from onggi.synthesis.clauses import clauses, is_nominal, mask, opening_topic, said
from onggi.synthesis.cloze import cloze
from onggi.synthesis.conditions import conditions
from onggi.synthesis.facts import LONGEST_ANSWER, Fact
from onggi.synthesis.structures import is_name, is_person, make, own_name
from onggi.synthesis.topics import Topic
from onggi.synthesis.wordings import (
    DIFFERENCE,
    DIFFERENCE_OF,
    EXAMPLES,
    MEANING,
    NAME_OF,
    OWN_AGE,
    OWN_CASE,
    WHO,
)

_MEANS = re.compile(r"\s*(?:을|를)\s*(?:말|뜻|의미|지칭|가리키|일컫)|(?:이라고|라고)\s*(?:한다|합니다|부른다|부릅니다)")
_PEOPLE = re.compile(
    r"(?:가수|배우|정치인|정치가|소설가|작가|감독|선수|군인|학자|왕|황제|장군|의원|화가|음악가|"
    r"작곡가|기업인|언론인|사람|인물|교수|시인|철학자|"
    r"과학자|법조인|변호사|외교관|성우|코미디언|방송인|대통령|총리|공주|왕비)$"
)
_HEADLESS = "것 때문 정도 편 상태 예정 만큼 경우 이유 결과 때 뿐 셈 중 곳 바 수 데 점"
_NO_HEAD = frozenset(_HEADLESS.split())
_AGE = re.compile(
    r"(?:만\s?)?(\d{1,3})\s?세?\s?(?:이상|부터|~|∼|-)\s?(?:만\s?)?(\d{1,3})\s?세\s?(?:이하|미만|"
    r"까지)?|(?:만\s?)?(\d{1,3})\s?세\s?(이상|이하|미만)"
)
_VALUE = (
    r"(?:약 |월 |최대 |1인당 |하루 )?\d[\d,.]*\s?[만천억]*\s?(?:원|명|권|개월|년|일|시간|분|회|%p?|세|"
    r"개|점|주|㎡|km|m|kg)(?:\s?(?:이내|이상|이하|미만|까지|씩))?"
)
_NO_LABEL = re.compile(r"(?:은|는|을|를|에|의|로|고|며|면|도|월|최대|약|총|각각|이상|이하|초과|미만|이내|만|전|후|간)$")
_PAIR = re.compile(
    rf"(?<![가-힣\d])([가-힣A-Za-z·]+(?: [가-힣A-Za-z·]+)?)(?:은|는|이|가)? ({_VALUE})(?=[,이은을를입며·\s(\x00]|$)"
)


def sentences(text: str, units: Sequence[Unit], topic: Topic, pick: int) -> Iterator[Fact]:
    """Ask what the sentences and notes of a chunk state; ``pick`` decides where a number is made up."""
    masked = mask(text)
    for unit in units:
        if unit.kind not in ("sentence", "item", "step", "note") or not unit.morphemes:
            continue
        if tidy(text[unit.start : unit.end]).endswith("?"):
            continue
        own = own_name(topic, unit.heading, unit.label) if unit.label and not attribute(unit.label) else topic
        found = clauses(masked, unit)
        if found:
            yield from _definition(masked, unit, own)
            yield from conditions(masked, unit, own)
            yield from _examples(masked, unit, own)
            yield from _enumerated(masked, unit, own)
        for clause in found:
            yield from cloze(text, masked, clause, own)
        yield from _pairs(masked, unit, own)
        yield from _ages(masked, unit, topic, pick)


def _definition(masked: str, unit: Unit, topic: Topic) -> Iterator[Fact]:
    """``X(이)란 … 말한다``, ``X은 … 이다``."""
    morphemes = [m for m in unit.morphemes if m.tag not in ("SF", "SP")]
    if len(morphemes) < 6:
        return
    end = next((i for i, m in enumerate(morphemes) if not is_nominal(m) and m.tag not in ("JKG", "SSO", "SSC")), 0)
    if end == 0 or morphemes[0].tag == "SN":
        return
    x = said(masked[morphemes[0].start : morphemes[end - 1].end], topic).strip("'\"‘’“”「」『』《》〈〉")
    mark = morphemes[end]
    explicit = mark.form in ("란", "이란") or (mark.tag == "VCP" and morphemes[end + 1].form in ("란", "라는"))
    if mark.form in ("란", "이란"):
        body_start = mark.end
    elif explicit:
        body_start = morphemes[end + 1].end
    elif mark.tag == "JX" and mark.form in ("은", "는"):
        body_start = mark.end
    else:
        return
    body_end = _definition_end(masked, morphemes, body_start)
    if not body_end or not is_name(x) or len(x) > 20 or attribute(x) or len(x) < 2:
        return
    d = said(masked[body_start:body_end], topic).strip(" ,")
    if not 8 <= len(d) <= LONGEST_ANSWER or _PAIR.search(d):
        return
    short = len(x) <= 3 and not topic.is_in(x) and topic.kind != "thing"
    others = topic.kind == "thing" and not (
        explicit or topic.is_in(x) or x in topic.name or any(m.tag == "NNP" for m in morphemes[:end])
    )
    forms = (
        ("{t}의 {x:은} 무엇인가요?", "{t}의 {x:은} 어떻게 되나요?")
        if others
        else ("{t}에서 말하는 {x:이} 뭐예요?", "{t}에서 {x:은} 무슨 뜻인가요?")
        if short
        else WHO
        if _PEOPLE.search(d)
        else MEANING
    )
    yield make("정의", forms, d, [(unit.start, unit.end)], x=x, t=topic.name)
    if len(d) <= 45 and x not in d and (explicit or topic.name == x) and not re.search(r"[,.]", d):
        yield make("정의", NAME_OF, x, [(unit.start, unit.end)], d=d)


def _definition_end(masked: str, morphemes: Sequence[Morpheme], start: int) -> int:
    """Return where the defining phrase ends: before its copula or its verb of meaning; 0 where there is none."""
    if verb := list(_MEANS.finditer(masked, start, morphemes[-1].end)):
        return verb[-1].start() if morphemes[-1].end - verb[-1].end() < 8 else 0
    if len(morphemes) < 3 or morphemes[-1].tag != "EF" or morphemes[-2].tag != "VCP":
        return 0
    head = morphemes[-3]
    if head.tag not in ("NNG", "NNP", "XSN", "NNB") or head.form in _NO_HEAD:
        return 0
    return 0 if head.tag == "NNB" and masked[max(0, head.start - 2) : head.start].strip()[-1:].isdigit() else head.end


def _examples(masked: str, unit: Unit, topic: Topic) -> Iterator[Fact]:
    """``A, B, C 등의 N``, ``A나 B와 같은 N``."""
    morphemes = unit.morphemes
    for i, m in enumerate(morphemes):
        if m.form != "등" or m.tag != "NNB" or i < 3:
            continue
        first = i
        while first > 0 and (
            is_nominal(morphemes[first - 1]) or morphemes[first - 1].tag in ("SP", "JC", "SSO", "SSC", "SW")
        ):
            first -= 1
        while first < i and not is_nominal(morphemes[first]):
            first += 1
        members = [
            said(part, topic)
            for part in re.split(r",|·|、|(?<=[가-힣])(?:과|와|이나|나) ", masked[morphemes[first].start : m.start])
        ]
        members = [member for member in members if member]
        after = i + 1
        while after < len(morphemes) and morphemes[after].tag == "JKG":
            after += 1
        last = after
        while last < len(morphemes) and is_nominal(morphemes[last]) and morphemes[last].tag != "SN":
            last += 1
        if len(members) < 2 or max(map(len, members)) > 20 or last == after:
            continue
        noun = said(masked[morphemes[after].start : morphemes[last - 1].end], topic)
        closed = last == len(morphemes) or morphemes[last].tag.startswith(("J", "VCP", "S"))
        if closed and 2 <= len(noun) <= 16 and is_name(noun) and not re.search(r"때문|경우|기타| 시 ", noun):
            answer = said(masked[morphemes[first].start : m.start], topic)
            if morphemes[last - 1].form not in ("지원", "제공", "실시", "지급", "운영", "가능"):
                forms = (
                    EXAMPLES
                    if topic.kind != "thing" or topic.is_in(noun)
                    else tuple(f.replace("{t} ", "{t} 관련 ") for f in EXAMPLES)
                )
                yield make("예시", forms, answer, [(unit.start, unit.end)], t=topic.name, l=noun)


def _enumerated(masked: str, unit: Unit, topic: Topic) -> Iterator[Fact]:
    """``X은 A, B, C이다``, ``X에는 A, B, C가 있다``."""
    head = re.match(r"(.{2,20}?)(?:은|는|으로는|로는|에는) ", masked[unit.start : unit.end])
    tail = re.search(
        (
            r"(?:입니다|이다|가 있다|이 있다|가 있습니다|이 있습니다|이에요|예요|로 나뉜다|"
            r"으로 나뉜다|로 나뉩니다|으로 나뉩니다)\.?$"
        ),
        masked[unit.start : unit.end].rstrip(),
    )
    if not (head and tail) or tail.start() <= head.end():
        return
    x = said(head.group(1), topic)
    listed = masked[unit.start + head.end() : unit.start + tail.start()]
    members = [
        part
        for part in (said(part, topic).strip() for part in re.split(r",|、|(?<=[가-힣])(?:과|와) ", listed))
        if part
    ]
    body = [m for m in unit.morphemes if unit.start + head.end() <= m.start < unit.start + tail.start()]
    plain = not any(m.tag in ("JKO", "JKS", "JX", "EC", "EF", "SN") for m in body)
    if len(members) > 2 and plain and is_name(x) and max(map(len, members)) <= 20:
        yield make("예시", EXAMPLES, said(listed, topic), [(unit.start, unit.end)], t=topic.name, l=x)


def _pairs(masked: str, unit: Unit, topic: Topic) -> Iterator[Fact]:
    """Several labelled amounts in one sentence: ``관람료는 어른 3,000원, 어린이 1,000원``."""
    opening = opening_topic(masked, unit.morphemes)
    line = masked[unit.start : unit.end]
    nouns = {
        offset for m in unit.morphemes if is_nominal(m) for offset in range(m.start - unit.start, m.end - unit.start)
    }
    matches = [
        m for m in _PAIR.finditer(line, len(opening)) if all(line[i].isspace() or i in nouns for i in range(*m.span(1)))
    ]
    pairs = [(m.group(1), m.group(2)) for m in matches]
    subject = opening[:-1].strip() or (unit.label if unit.label and attribute(unit.label) else "")
    subject = said(subject, topic)
    pairs = [
        (name, value) for name, value in pairs if is_name(name) and 2 <= len(name) <= 12 and not _NO_LABEL.search(name)
    ]
    if (
        len(pairs) < 2
        or (not subject and topic.kind == "thing")
        or (subject and not is_name(subject))
        or len({name for name, _ in pairs}) < len(pairs)
    ):
        return
    span = [(unit.start, unit.end)]
    for (a, x), (b, y) in pairwise(pairs):
        if x != y:
            forms = DIFFERENCE if subject else DIFFERENCE_OF
            yield make("비교", forms, f"{a} {x}, {b} {y}", span, t=topic.name, a=a, b=b, l=subject)
    for name, value in pairs:
        if subject and is_person(name):
            yield make("적용", OWN_CASE, value, span, t=topic.name, p=name, l=subject)
        elif subject:
            yield make(
                "규정",
                ("{t} {p} {l:은} 얼마인가요?", "{t} {p} {l:이} 어떻게 되나요?"),
                value,
                span,
                t=topic.name,
                p=name,
                l=subject,
            )


def _ages(masked: str, unit: Unit, topic: Topic, pick: int) -> Iterator[Fact]:
    """An age limit, asked at one's own age: mostly within it, sometimes just beyond."""
    if topic.kind in ("thing", "law"):
        return
    for match in _AGE.finditer(masked, unit.start, unit.end):
        low, high, one, side = match.groups()
        if low:
            a, b = int(low), int(high)
            age = a + pick % max(1, b - a) if pick % 4 else b + 1
        else:
            age = int(one) + (pick % 8 if side == "이상" else -(pick % 4) - 1)
        line = masked[unit.start : unit.end]
        asked_for = attribute(unit.label or (unit.heading[-1] if len(unit.heading) > 1 else ""))
        meant = (asked_for is not None and asked_for.name == "target") or re.search(
            r"신청|대상|지원|받을|받는|참여|가입|이용할 수|자격", line
        )
        if 5 <= age <= 95 and meant:
            own = own_name(topic, unit.heading)
            yield make("적용", OWN_AGE, match.group().strip(), [(unit.start, unit.end)], n=str(age), t=own.name)
        return
