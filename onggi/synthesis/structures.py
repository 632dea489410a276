"""Questions from the layout of a chunk: labelled lines, lists, numbered steps and questions already asked in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from onggi.korean.units import Unit, tidy
from onggi.synthesis.attributes import Attribute, attribute, templates
from onggi.synthesis.facts import LONGEST_ANSWER, Fact
from onggi.synthesis.particles import fill
from onggi.synthesis.predicates import ACTION_NOUNS
from onggi.synthesis.topics import Topic, clean, kind_of
from onggi.synthesis.wordings import (
    AMOUNT,
    ANYTHING,
    CALLED,
    DIFFERENCE,
    DIFFERENCE_OF,
    EXAMPLES,
    OWN_GROUP,
    STEPS,
    STEPS_OF,
    WHEN,
)

LONGEST_SPAN = 400

MONEY = re.compile(r"\d\s?[만천백억]*\s?원|무료|\d%")
DATE = re.compile(r"\d{1,2}월|\d{4}년|\d{1,2}\.\s?\d{1,2}\.|[월화수목금토일]요일|매월|매주|매년")
PERSON = re.compile(
    r"(?:[가-힣]자|인|가구|가족|학생|어린이|어른|청소년|성인|회원|주민|시민|군민|부부|노인|여성|"
    r"남성|청년|아동|유공자|환자|단체|부모|임산부|산모|농민|어민|"
    r"농가|세대주|외국인|국민|입주민|졸업생|신입생|이용객|자녀|영유아|신혼부부|어르신)$"
)
_NOT_PERSON = re.compile(
    r"(?:개인|확인|원인|할인|승인|법인|지인|요인|디자인|온라인|라인|전자|의자|투자|피자|모자|문자|"
    r"숫자|이자|박자|과자|상자|날짜)$"
)
_GLOSSARY = re.compile(r"용어|정의|낱말|개념")
_ASKED = re.compile(
    r"^(?:\[?질문\s?\d*\]\s*|[QＱ문]\s?\d*\s?[.:)]\s*|질문\s?\d*\s?[.:)]\s*|"
    r"\d+[.)]\s*)?(.{6,80}?(?:[까요죠]|은|는|지|가|나|면)\s?\?)$"
)
_URL = re.compile(r"https?:|www\.|\.(?:kr|com|org|net)\b")
_NO_NAME = re.compile(
    r"[다요]$|^[가-힣]$|^(?:이|그|단|즉|예)\b|(?:부터|까지|에서|으로|에게|하여|하는|하면|하고|"
    r"하며|[하되주있없]나|인가|는가|을까|되나|경우|때|[을를])$|^(?:그 밖|기타|또는|및)"
)
_NAME = re.compile(r"[가-힣A-Za-z0-9][가-힣A-Za-z0-9 ·&+\-'‘’]{0,23}")
_LOOSE = re.compile(
    r"기본|공통|함께|비교|묻고|개요|안내|설명|참고|담당|요약|정리|알아 ?두|먼저|처음|자주|이런|"
    r"어떤|무엇|언제|어떻게|왜|누구|얼마|뒤늦게|현황|"
    r"꼭|것들?$|점$|일$|분$|때$|곳$|법$|말$"
)
_ARROW = re.compile(r"\s*(?:→|⇒|➡|▶|➔)\s*")


def shorten(text: str) -> str:
    """Return an answer of at most `LONGEST_ANSWER` characters, cut where a phrase ends."""
    text = tidy(text)
    if len(text) <= LONGEST_ANSWER:
        return text
    cut = max(text.rfind(mark, 20, LONGEST_ANSWER) for mark in (", ", " (", "; ", " → ", ". "))
    return text[: cut if cut > 0 else max(text.rfind(" ", 0, LONGEST_ANSWER), LONGEST_ANSWER // 2)]


def is_person(text: str) -> bool:
    """Tell whether a phrase names a group of people."""
    return bool(PERSON.search(text)) and not _NOT_PERSON.search(text)


def is_name(text: str) -> bool:
    """Tell whether a label can stand as a noun in a question."""
    return bool(_NAME.fullmatch(text)) and re.search(r"[가-힣A-Za-z]", text) is not None and not _NO_NAME.search(text)


def make(type_: str, forms: Sequence[str], answer: str, spans: Sequence[tuple[int, int]], **slots: str) -> Fact:
    """Fill every form of a question."""
    return Fact(type_, tuple(fill(form, **slots) for form in forms), shorten(answer), tuple(spans))


def own_name(topic: Topic, path: tuple[str, ...], label: str = "") -> Topic:
    """Return the topic narrowed by the headings below it, and a label, that name a thing rather than an attribute."""
    parts = [clean(part) for part in path[1:]] + [label]
    for part in parts:
        if (
            part
            and is_name(part)
            and not attribute(part)
            and not _LOOSE.search(part)
            and not Topic(part, "thing").is_in(topic.name)
            and len(topic.name) + len(part) < 32
        ):
            shared = len(part) >= 8 and any(word in part for word in topic.name.split() if len(word) > 2)
            narrowed = part if shared or topic.is_in(part) else f"{topic.name} {part}"
            topic = Topic(narrowed, kind_of(narrowed))
    return topic


def heading_attribute(path: tuple[str, ...]) -> tuple[str, Attribute] | None:
    """Return the innermost heading below the title that names an attribute, with the attribute."""
    for part in reversed(path[1:]):
        name = clean(part)
        if name and len(name) <= 20 and is_name(name) and (found := attribute(name)):
            return name, found
    return None


def labelled(text: str, units: Sequence[Unit], topic: Topic) -> Iterator[Fact]:
    """Ask for what a heading or a label announces (``신청 기간: …``)."""
    pieces = [unit for unit in units if unit.kind in ("sentence", "item", "step")]
    told: set[tuple[str, ...]] = set()
    for (path, _, label), group in groupby(pieces, key=lambda unit: (unit.heading, unit.block, unit.label)):
        members = list(group)
        span = (members[0].start, members[-1].end)
        value = ", ".join(tidy(text[unit.start : unit.end]) for unit in members)
        if len(value) > LONGEST_ANSWER:
            value = tidy(text[members[0].start : members[0].end])
        if len(value) < 2 or span[1] - span[0] > LONGEST_SPAN or value.endswith(("?", ":")):
            continue
        above = heading_attribute(path)
        if label and not is_name(label):
            continue
        found = attribute(label) if label else None
        if label and found and found.value.search(value):
            yield make(
                found.type,
                templates(found, own_name(topic, path)),
                value,
                [span],
                t=own_name(topic, path).name,
                l=label,
            )
        elif label and not found and above and above[1].value.search(value):
            name, found = above
            own = own_name(topic, path, label)
            fact = make(found.type, templates(found, own), value, [span], t=own.name, l=name)
            yield replace(fact, subject=own.name, attribute=name)
        elif label and not found and not _says(members[0]):
            if label not in topic.name:
                yield from _by_value(own_name(topic, path), path, label, value, span)
        elif (
            not label
            and above
            and path not in told
            and above[1].value.search(value)
            and not re.search(r"다음|아래", value[:20])
        ):
            name, found = above
            told.add(path)
            own = own_name(topic, path)
            fact = make(found.type, templates(found, own), value, [span], t=own.name, l=name)
            yield replace(fact, subject=own.name, attribute=name)
            if found.name == "target":
                yield from _own_group(members, text, own)


def _says(unit: Unit) -> bool:
    """Tell whether a value is a sentence, as after the name of a speaker."""
    return any(m.tag == "EF" for m in unit.morphemes) and unit.end - unit.start > 12


def _by_value(topic: Topic, path: tuple[str, ...], label: str, value: str, span: tuple[int, int]) -> Iterator[Fact]:
    if path and _GLOSSARY.search(path[-1]):
        yield make("정의", CALLED, value, [span], t=topic.name, l=label)
    elif MONEY.search(value) and len(value) <= 30 and not is_person(label):
        yield make("규정", AMOUNT, value, [span], t=topic.name, l=label)
    elif DATE.search(value[:20]):
        yield make("규정", WHEN, value, [span], t=topic.name, l=label)
    elif re.search(r"[가-힣]", label) and re.search(r"[가-힣]", value) and not _URL.search(value):
        yield make("정의", ANYTHING, value, [span], t=topic.name, l=label)


def _own_group(members: Sequence[Unit], text: str, topic: Topic) -> Iterator[Fact]:
    """Ask as one of those a programme is for: the noun phrase its target line ends in."""
    for unit in members[:3]:
        line = tidy(text[unit.start : unit.end])
        words = re.sub(r"\([^()]*\)", "", line).split()
        before = (
            words[-2]
            if len(words) > 1
            and not re.search(
                r"[는은한인된할던의를을에가이고,]$|이하$|이상$|미만$|초과$|%$|^(?:모든|등|및|또는|중|그)$", words[-2]
            )
            else ""
        )
        person = " ".join([before, *words[-1:]]).strip()
        if (
            2 <= len(person) <= 14
            and is_name(person)
            and is_person(person)
            and person not in topic.name
            and len(line) > len(person) + 4
        ):
            yield make("적용", OWN_GROUP, line, [(unit.start, unit.end)], t=topic.name, p=person)


def asked(text: str, units: Sequence[Unit], topic: Topic) -> Iterator[Fact]:
    """Take over the questions a document asks itself, with what follows as their answer."""
    for path, group in groupby((unit for unit in units if unit.kind != "heading"), key=lambda unit: unit.heading):
        members = list(group)
        if path and (match := _ASKED.match(path[-1])):
            yield _taken(match.group(1), text, members, topic)
        for question, answer in pairwise(members):
            if (match := _ASKED.match(tidy(text[question.start : question.end]))) and answer.kind != "row":
                following = [unit for unit in members if answer.start <= unit.start]
                yield _taken(match.group(1), text, following[:2], topic)


def _taken(question: str, text: str, answers: Sequence[Unit], topic: Topic) -> Fact:
    forms = (
        (question,) if topic.is_in(question) else (f"{topic.name} {question}", f"{topic.name} 문의인데요, {question}")
    )
    span = (answers[0].start, min(answers[-1].end, answers[0].start + LONGEST_SPAN))
    answer = re.sub(
        r"^(?:\[답변?\]\s*|[AＡ답]\s?\d*\s?[.:)]|답변\s?[.:)])\s*", "", text[answers[0].start : answers[0].end]
    )
    if len(answer) < 12 and len(answers) > 1:
        answer += " " + text[answers[1].start : answers[1].end]
    return Fact(_asked_type(question), forms, shorten(answer), (span,))


def _asked_type(question: str) -> str:
    for type_, cue in (
        ("비교", r"차이|다른가|다르|비교|어느 쪽"),
        ("예시", r"어떤 것|무엇이 있|뭐가 있|종류|예를"),
        ("적용", r"인데|는데|면 |경우|저는|제가|우리"),
        ("절차", r"어떻게|방법|어디|절차|신청하려"),
        ("정의", r"무엇|뭐|뜻|란 |이란"),
    ):
        if re.search(cue, question):
            return type_
    return "규정"


def steps(text: str, units: Sequence[Unit], topic: Topic) -> Iterator[Fact]:
    """Ask for a procedure: steps joined by arrows, or numbered instructions."""
    for unit in units:
        line = text[unit.start : unit.end]
        if unit.kind != "row" and len(_ARROW.findall(line)) >= 2:
            yield make("절차", STEPS, line, [(unit.start, unit.end)], t=own_name(topic, unit.heading).name)
    numbered = (unit for unit in units if unit.kind == "step")
    for (path, _), group in groupby(numbered, key=lambda unit: (unit.heading, unit.block)):
        members = list(group)
        span = (members[0].start, members[-1].end)
        leaf = path[-1] if len(path) > 1 else ""
        if (
            not re.search(r"방법|절차|순서|신청|요령|과정|이용|예약|접수|단계|하기$|하려면", leaf)
            and topic.kind != "thing"
        ):
            continue
        if len(members) < 2 or span[1] - span[0] > 2 * LONGEST_SPAN or 2 * sum(map(_acts, members)) < len(members):
            continue
        answer = shorten(" → ".join(tidy(text[unit.start : unit.end]) for unit in members))
        if doing := re.fullmatch(r"(.{3,24}[가-힣])하기", leaf):
            prefix = "" if topic.is_in(leaf) or topic.kind == "thing" else f"{topic.name}에서 "
            forms = (f"{prefix}{doing[1]}하려면 어떻게 해야 하나요?", f"{prefix}{doing[1]}하는 방법 알려주세요")
            yield Fact("절차", forms, answer, (span,))
        elif (name := clean(leaf)) and is_name(name) and re.search(r"방법|절차|순서|신청|요령|과정|이용|예약", name):
            doing_it = re.sub(r"\s?(?:방법|절차|순서|과정|요령)$", "", name)
            whole = doing_it if topic.is_in(doing_it) else f"{topic.name} {doing_it}".strip()
            yield make("절차", STEPS_OF, answer, [span], l=whole)
        else:
            yield make("절차", STEPS, answer, [span], t=own_name(topic, path).name)


def _acts(unit: Unit) -> bool:
    tail = [m for m in unit.morphemes if m.tag not in ("SF", "SP", "SSC", "SSO", "SW")][-4:]
    return any(m.tag.startswith(("VV", "XSV")) for m in tail) or (bool(tail) and tail[-1].form in ACTION_NOUNS)


def lists(text: str, units: Sequence[Unit], topic: Topic) -> Iterator[Fact]:
    """Ask for the members of a list, and compare two neighbours that are labelled alike."""
    items = (unit for unit in units if unit.kind in ("item", "step"))
    for (path, _), group in groupby(items, key=lambda unit: (unit.heading, unit.block)):
        members = list(group)
        leaf = clean(path[-1]) if len(path) > 1 else ""
        found = attribute(leaf) if leaf else None
        names = [unit.label for unit in members if unit.label and not attribute(unit.label)]
        if (
            leaf
            and is_name(leaf)
            and len(members) > 2
            and not (found and found.name in ("contact", "method", "target"))
        ):
            entries = (
                names if len(names) == len(members) else [tidy(text[u.start : u.end]) for u in members if not u.label]
            )
            span = (members[0].start, members[-1].end)
            if (
                len(entries) > 2
                and all(2 <= len(entry) <= 30 for entry in entries)
                and span[1] - span[0] <= LONGEST_SPAN
            ):
                own = own_name(topic, path[:-1])
                yield make("예시", EXAMPLES, ", ".join(entries), [span], t=own.name, l=leaf)
        for a, b in pairwise(members):
            if a.label and b.label and a.label != b.label and not (attribute(a.label) or attribute(b.label)):
                yield from _difference(text, a, b, topic, path)


def _difference(text: str, a: Unit, b: Unit, topic: Topic, path: tuple[str, ...]) -> Iterator[Fact]:
    values = tidy(text[a.start : a.end]), tidy(text[b.start : b.end])
    if not (is_name(a.label) and is_name(b.label)) or values[0] == values[1] or max(map(len, values)) > 50:
        return
    above = heading_attribute(path)
    answer = f"{a.label}: {values[0]}, {b.label}: {values[1]}"
    spans = [(a.label_start, a.end), (b.label_start, b.end)]
    own = own_name(topic, path)
    forms = DIFFERENCE if above else DIFFERENCE_OF
    yield make("비교", forms, answer, spans, t=own.name, a=a.label, b=b.label, l=above[0] if above else "")
