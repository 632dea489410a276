"""Rules for what a document announces: headings, labels, questions of its own, steps in their order."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from onggi.korean.kiwi import analyze
from onggi.korean.units import Unit
from onggi.korean.wording import is_noun_phrase
from onggi.synthesis.attributes import Attribute, attribute, forms
from onggi.synthesis.passages import LONGEST_ANSWER, LONGEST_SPAN, POINTS_AWAY, Fact, Passage, fact, repeats
from onggi.synthesis.topics import bare, put_before

_CLAUSE = re.compile(r"(?:다|요|까|죠)[.?!]?$")
_ASKED = re.compile(r"^(?:\[[^\]]*\]\s*|[QＱ문]\s?\d*\s?[.:)]\s*|\d+[.)]\s*)?(.{8,80}?(?:[까요죠]|나)\s?\?)$")
_ANSWERED = re.compile(r"^(?:\[답변?\]\s*|[AＡ답]\s?\d*\s?[.:)]|답변\s?[.:)])\s*")
_DEICTIC = re.compile(
    r"^[Q\[]|^민원|그냥|이럴|이제|똑같|이것|둘 다|어느 쪽|[두세] (?:가지|제도|곳)|[은는면데]요\?$|"
    r"(?<![가-힣])(?:[이그저]것|[이그]거|여기|"
    r"거기|이곳|그곳|이런|그런|이러한|그러한|이렇게|그렇게|그럼|그러면|그래서|[그이]때|위의?|아래|다음|해당|"
    r"동|본|둘|이|그|작년|지난|"
    r"더|또|왜|나머지|다른|새|양쪽)(?![가-힣])"
)
_WONDERED = re.compile(r"^(?:누가|누구|언제|어디|어떻게|얼마|무엇|뭘|몇|어떤).*(?:나요|까요|가요|죠)$")
_VAGUE = re.compile(
    r"풀이|끝맺|조문|책임|부기|위치|알아|알려|알립|안내|개요|사항|비고|기타|소개|말씀|인사|참고|들어가|머리|마무리|덧붙|도움말|질문|문답|답변|메모|매뉴얼|부칙|목적|"
    r"내용|기준|현황|추진|담당|설명|붙임|별표|특징|이야기|배경|구분|유형|종류|것$|점$|일$|때$|전$|후$|편$|분$|사례|요약|정리|^[가-힣]$"
)
_PROCEDURAL = re.compile(r"(?:예약|신청|접수|등록|반납|납부|정산|제출|발급|갱신|가입|배출|청구|대출|대여|대관|열람)$")
_RULED = re.compile(
    r"(?:할인|환불|감면|면제|취소|연체|변상|보상|연장|휴업|휴장|해지|양도|주차|선정|심사|과태료|벌점|환수|"
    r"지급|요금|사용료|이용료|"
    r"임대료|보증금|회복|승계|반려견|배정|추첨|입장료|견인|중단|정지|물품함|손해|파손|분실)$"
)
_ARROW = re.compile(r"\s*(?:→|⇒|➡|▶|➔)\s*")
_MENU = re.compile(r"누리집|www|http|클릭|로그인|메뉴|검색|\.kr|사이트|홈페이지|앱")
_ACT = re.compile(
    r"신청|접수|심사|선정|결정|통보|지급|제출|상담|조사|발급|등록|확인|계약|평가|수립|실시|추천|배치|모집|청구|추첨"
)
_STEPS = ("{t} 절차가 어떻게 되나요?", "{t:은} 어떤 순서로 진행되나요?", "{t} 진행 과정이 궁금해요")


def headings(passage: Passage) -> Iterator[Fact]:
    """Ask for what the innermost heading names, where it is an attribute (``## 신청 방법``)."""
    asked = set()
    for path, members in passage.blocks("sentence", "item", "step"):
        named = attribute(bare(path[-1])) if len(path) > 1 else None
        if named and path not in asked and not members[0].label:
            yield from _announced(passage, named, bare(path[-1]), path, [unit for unit in members if not unit.label])
        asked.add(path)


def labels(passage: Passage) -> Iterator[Fact]:
    """Ask for ``label: value`` where the label is an attribute."""
    for path, members in passage.blocks("sentence", "item", "step"):
        for label, group in groupby(members, key=lambda unit: unit.label):
            if (named := attribute(label)) and not _CLAUSE.search(path[-1] if path else ""):
                yield from _announced(passage, named, label, path, list(group))


def _announced(
    passage: Passage, named: Attribute, label: str, path: Sequence[str], members: Sequence[Unit]
) -> Iterator[Fact]:
    span, value = (members[0].start, members[-1].end), passage.words(*members)
    value = value if len(value) <= LONGEST_ANSWER else passage.words(members[0])
    odd = len(value) < 2 or value.endswith(("?", ":")) or POINTS_AWAY.search(value[:30])
    if named.value.search(value) and not odd and span[1] - span[0] <= LONGEST_SPAN:
        subject = passage.topic.name if named.name == "contact" else passage.subject(path)
        yield fact(named.type, forms(named, subject), value, span, t=subject, l=label)


def sections(passage: Passage) -> Iterator[Fact]:
    """Ask what has a section of its own: ``## 취소와 환불``, ``## 언제 신청하나요``."""
    for path, group in groupby((u for u in passage.units if u.kind != "heading"), key=lambda unit: unit.heading):
        members = list(group)
        leaf, value = bare(path[-1]) if len(path) > 1 else "", passage.words(*members[:2])
        odd = (
            members[0].kind == "row"
            or members[0].label
            or "근거" in value[:12]
            or len(value) < 20
            or "?" in value
            or POINTS_AWAY.search(value)
        )
        if odd or not 2 <= len(leaf) <= 18 or _DEICTIC.search(leaf) or _VAGUE.search(leaf) or attribute(leaf):
            continue
        subject, type_ = passage.subject(path[:-1]), "규정"
        if repeats(subject, leaf):
            continue
        if _WONDERED.search(leaf):
            type_, asked = question_type(leaf), ("{t:은} {l}?", "{t:이} 궁금해요. {l}?")
        elif not all(map(is_noun_phrase, re.split(r"[과와] ", leaf))):
            continue
        elif _PROCEDURAL.search(leaf):
            type_, asked = "절차", ("{s:은} 어떻게 하나요?", "{s:은} 어떻게 하면 되나요?")
        elif _RULED.search(leaf):
            asked = ("{s} 규정이 어떻게 되나요?", "{s} 규정이 궁금해요")
        else:
            asked = ("{s}에 대해 알려주세요", "{s}에 대해 알고 싶어요")
        span = (members[0].start, min(members[-1].end, members[0].start + LONGEST_SPAN))
        yield fact(type_, asked, value, span, t=subject, l=leaf, s=put_before(subject, leaf))


def questions(passage: Passage) -> Iterator[Fact]:
    """Take over the questions a document asks itself, with what follows as their answer."""
    for path, group in groupby((u for u in passage.units if u.kind != "heading"), key=lambda unit: unit.heading):
        members = list(group)
        if path and (match := _ASKED.match(path[-1])):
            yield from _taken(passage, match.group(1), members)
        for question, answer in pairwise(members):
            if match := _ASKED.match(passage.words(question)):
                yield from _taken(passage, match.group(1), [unit for unit in members if answer.start <= unit.start])


def _taken(passage: Passage, question: str, answers: Sequence[Unit]) -> Iterator[Fact]:
    nouns = sum(m.tag in ("NNG", "NNP") and len(m.form) > 1 for m in analyze(question))
    scene = len(answers[0].heading) > 1 and not _ASKED.match(answers[0].heading[-1])
    answer = _ANSWERED.sub("", passage.text[answers[0].start : answers[:2][-1].end])
    odd = answers[0].kind == "row" or passage.words(answers[0]).endswith("?") or len(answer) < 12
    if _DEICTIC.search(question) or nouns < (3 if scene else 1) or odd or POINTS_AWAY.search(answer[:60]):
        return
    name, plain = passage.topic.name, question.replace("{", "(").replace("}", ")")
    asked = (
        (plain,)
        if passage.topic.is_in(question)
        else (f"{name} 문의인데요, {plain}", f"{name} 관련해서 여쭤봐요. {plain}")
    )
    span = (answers[0].start, min(answers[:2][-1].end, answers[0].start + LONGEST_SPAN))
    yield fact(question_type(question), asked, answer, span)


def question_type(question: str) -> str:
    """Return the type of a question that is given."""
    cues = (
        ("비교", r"차이|다른가|다르|비교"), ("예시", r"어떤 것|무엇이 있|뭐가 있|종류|예를"),
        ("적용", r"인데|는데|면 |경우|저는|제가|우리|도 (?:되|받|신청|이용|가능)"),
        ("절차", r"어떻게|방법|어디|절차|서류"), ("정의", r"무엇인가|뭐예|뜻|란 |이란"),
    )  # fmt: skip
    return next((type_ for type_, cue in cues if re.search(cue, question)), "규정")


def steps(passage: Passage) -> Iterator[Fact]:
    """Ask for a procedure, whose stages are joined by arrows."""
    for path, members in passage.blocks("sentence", "item", "step"):
        for unit in members:
            stages = _ARROW.split(passage.words(unit))
            acts = sum(bool(_ACT.search(stage)) and len(stage) <= 45 for stage in stages)
            if len(stages) > 2 and acts * 3 >= len(stages) * 2 and not _MENU.search(passage.words(unit)):
                yield fact("절차", _STEPS, passage.words(unit), (unit.start, unit.end), t=passage.subject(path))
