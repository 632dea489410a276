"""Questions from statements: one phrase gives way to a question word, the predicate takes a question ending."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from onggi.korean.kiwi import Morpheme
from onggi.synthesis.clauses import Clause, is_nominal, is_subject, noun_phrases, said
from onggi.synthesis.facts import Fact
from onggi.synthesis.particles import particle
from onggi.synthesis.predicates import ask
from onggi.synthesis.structures import is_person, shorten
from onggi.synthesis.topics import Topic
from onggi.synthesis.wordings import about

_N = r"\d[\d,]*(?:\.\d+)?"
_DATE = (
    r"(?:(?:\d{4}년\s?)?\d{1,2}월\s?\d{1,2}일|\d{4}년(?:\s?\d{1,2}월)?|(?:매년|매월|다음 달|"
    r"이듬해)\s?\d{1,2}[월일]|\d{1,2}월)"
)
_TIME = r"(?:(?:오전|오후|낮|밤|새벽|저녁)\s?)?\d{1,2}(?:시(?:\s?\d{1,2}분|\s?반)?|:\d{2})"
_WEEKDAY = r"(?:매주|매월|격주)\s?(?:첫째|둘째|셋째|넷째|다섯째|마지막)?\s?(?:주\s?)?[월화수목금토일]요일"
_NATIVE = r"(?<![가-힣])(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열)(?=\s|[개명곳])"
_AGE = r"(?:만\s?)?\d{1,3}세"
_UNIT = (
    r"명|권|개월|년|일|주일|주|시간|분|회|번|차례|%p|%|퍼센트|세대|세|살|개소|개|곳|장|점|가구|건|"
    r"호|학점|배|층|면|팀|편|마리|부|통|쪽|자리|등급|단계|"
    r"㎡|㎞|km|cm|mm|m|kg|g|톤|리터|미터|킬로미터|헥타르|평|석|종|가지|쌍|분기|인"
)
_TOGETHER = (
    (re.compile(rf"{_DATE}\s?(?:부터|에서|~|∼|–|-)\s?{_DATE}(?:\s?까지)?"), "언제부터 언제까지"),
    (re.compile(rf"{_DATE}\s{_TIME}(?!간)"), "언제"),
    (re.compile(rf"{_TIME}\s?(?:부터|에서|~|∼|–|-)\s?{_TIME}(?:\s?까지)?"), "몇 시부터 몇 시까지"),
    (re.compile(rf"{_AGE}\s?(?:이상|부터|~|∼)\s?{_AGE}(?:\s?(?:이하|미만|까지))?"), "몇 살부터 몇 살까지"),
    (re.compile(rf"(?:{_N}\s?[만천백억조]*\s?)+원"), "얼마"),
    (re.compile(_WEEKDAY), "언제"),
    (re.compile(_DATE), "언제"),
    (re.compile(_TIME + r"(?!간)"), "몇 시"),
    (re.compile(rf"(?:(?:{_N}\s?[만천백억조]*\s?)+|{_NATIVE})\s?({_UNIT})(?![가-힣A-Za-z]*하)"), "몇"),
)  # fmt: skip
_DURATION = re.compile(r"\s?(?:이내|안|전|후|간|동안|이상|이하|내|만에|뒤|까지|씩|이 지나|이 걸)")
_BAD_AFTER = re.compile(
    r"\s?[,·/~∼:–\-+×]|\s(?:한 해|모두)|\s?(?:은|는|도|나|이나|또는|혹은|및|와|과|대|째|짜리|생|"
    r"가량|당)(?:[\s,]|$)|[A-Za-z\d대호경말초기령당]|째"
)
_BAD_BEFORE = re.compile(r"(?:[가-힣\d][과와] |및 |또는 )$|(?:[~∼·/:\-–+×.,제]|[A-Za-z\d])\s?$")
_RULE = re.compile(
    r"이내|이상|이하|미만|초과|까지|최대|최소|한도|해야|[어아여]야 |수 없|수 있|금지|과태료|벌금|"
    r"제한|의무|면제|할인|수수료|[\d만천억]\s?원|무료|연체|기한|마감|지급|감면|환불"
)
_DEED = re.compile(
    r"신청|접수|제출|방문|예약|등록|발급|지참|작성|선택|클릭|누르|설치|입력|문의|발송|납부|반납|"
    r"신고|확인|열|저장|실행|지정"
)
_PLACE = re.compile(
    r"(?:센터|도서관|[가-힣]관|시청|구청|군청|사무소|보건소|[가-힣]과|학교|대학교?|병원|은행|"
    r"누리집|홈페이지|창구|데스크|공원|시장|[가-힣]소|사이트|앱|메뉴|탭|대화 상자|지점|본부|청사|"
    r"교실|강당|[가-힣]실|정문|주차장|운동장|마을|해변|항|폴더|위원회)$"
)
_NO_PLACE = re.compile(
    r"(?:결과|효과|성과|초과|경과|통과|최소|요소|감소|취소|사실|현실|진실|손실|확실|습관|기관|관|"
    r"소|실|과|학과|외과|내과|영역|지역|구역|무역|항|사항|최소|장소|주소)$"
)
_TAKEN = re.compile(
    r"제출|지참|준비|작성|첨부|납부|내[야면]|가져[오와]|갖추|선택|클릭|누르|입력|지원|제공|지급|"
    r"설치|발표|만들|개발|출간"
)


class Gap(NamedTuple):
    """A phrase to ask for: its offsets, the question word in its place, and the type of the question."""

    start: int
    end: int
    word: str
    type: str


def cloze(text: str, masked: str, clause: Clause, topic: Topic) -> Iterator[Fact]:
    """Ask for the numbers, dates, places, objects and people of a clause, one at a time."""
    forms = ask(masked, clause.morphemes)
    if not forms or re.search(r"등\s?(?:이다|입니다|임)", masked[clause.start : clause.end]):
        return
    fewest = 2 if topic.kind == "thing" else 1
    for gap in _gaps(masked, clause, topic):
        bodies = [body for form in forms if (body := _fill(masked, form, clause, gap))]
        spoken = [said(body, topic) for body in bodies]
        nouns = [m for m in clause.morphemes if m.tag in ("NNG", "NNP", "VV") and not gap.start <= m.start < gap.end]
        if not spoken or len(nouns) < fewest or "\n" in spoken[0] or not _balanced(spoken[0]):
            continue
        wordings = tuple(w for body in spoken for w in about(topic, body, clause.has_subject))
        if not wordings and (
            topic.name.split()[-1] in spoken[0] or any(m.tag == "NNP" and len(m.form) > 1 for m in nouns)
        ):
            wordings = tuple(spoken)
        if wordings:
            yield Fact(gap.type, wordings, shorten(text[gap.start : gap.end]), (clause.span,))


def _fill(masked: str, form: str, clause: Clause, gap: Gap) -> str:
    """Put the question word into one question form of the clause; empty where its particle does not allow it."""
    before, after = form[clause.start : gap.start], form[gap.end :]
    following = next((m for m in clause.morphemes if m.start >= gap.end), None)
    word, touching = gap.word, following is not None and following.start == gap.end
    if following is not None and following.tag == "VCP" and touching:
        if form.endswith("예요?") or form.endswith("이에요?"):
            after = particle(word, "이에요") + "?"
    elif following is not None and touching and following.tag.startswith("J"):
        if word == "언제" and following.tag in ("JKO", "JKG", "JKS"):
            return ""
        rest = _without_topic(form, clause, following)
        if following.tag == "JKO":
            after = particle(word, "을") + rest
        elif following.tag == "JKS":
            after = ("가" if word == "누" else particle(word, "이")) + rest
        elif following.form in ("으로", "로"):
            after = particle(word, "으로") + rest
        elif following.form == "에" and word.endswith("언제"):
            after = rest
        elif following.form in ("에", "부터", "까지", "에서"):
            after = following.form + rest
    elif word.endswith("까지"):
        after = ("의" if "살" in word and following is not None and is_nominal(following) else "") + after
    if following is not None and not before.strip() and not clause.subject and "살" not in word:
        before, after = _subject_first(clause, following, masked, after)
    subject = clause.subject + " " if clause.subject else ""
    return subject + before + word + after


def _without_topic(form: str, clause: Clause, following: Morpheme) -> str:
    """Return what comes after a particle, without a topic marker on it: nobody asks ``언제는``."""
    topic = next(
        (m for m in clause.morphemes if m.start == following.end and m.tag == "JX" and m.form in ("은", "는")), None
    )
    return form[topic.end if topic else following.end :]


def _subject_first(clause: Clause, following: Morpheme, masked: str, after: str) -> tuple[str, str]:
    """Move the subject that follows an opening question word in front of it."""
    rest = [m for m in clause.morphemes if m.start >= following.start]
    while rest and rest[0].tag.startswith("J"):
        rest.pop(0)
    length = next((i for i, m in enumerate(rest) if not is_nominal(m) and m.tag not in ("JKG", "SSO", "SSC")), 0)
    if length == 0 or not is_subject(rest[length]):
        return "", after
    phrase = masked[rest[0].start : rest[length].end]
    return f"{phrase} ", after.replace(f"{phrase} ", "", 1)


def _gaps(masked: str, clause: Clause, topic: Topic) -> Iterator[Gap]:
    found: list[Gap] = []
    ends = {m.end for m in clause.morphemes}
    for pattern, word in _TOGETHER:
        for match in pattern.finditer(masked, clause.start, clause.end):
            if any(match.start() < gap.end and gap.start < match.end() for gap in found) or match.end() not in ends:
                continue
            asked = _number_word(masked, match, word)
            found.append(Gap(match.start(), match.end(), asked, _type(masked, clause, topic)))
    # An enumeration of amounts cannot lose one of them and stay a sentence.
    if len(found) <= 3:
        yield from (gap for gap in sorted(found) if gap.word and _stands_free(masked, gap, clause))
    yield from _named(masked, clause)


def _number_word(masked: str, match: re.Match[str], word: str) -> str:
    if word != "몇":
        return word
    unit = match.group(1)
    if unit == "일":
        return "며칠" if _DURATION.match(masked, match.end()) else ""
    if unit == "세":
        return "몇 살"
    if unit == "년":
        return (
            "몇 년"
            if _DURATION.match(masked, match.end()) or masked[match.end() : match.end() + 1] in ("의", "을", "이")
            else ""
        )
    if unit in ("분", "번", "주", "인", "호", "점", "면", "부", "배") and not match.group()[:1].isdigit():
        return ""
    return f"몇 {unit}"


def _stands_free(masked: str, gap: Gap, clause: Clause) -> bool:
    before, after = masked[clause.start : gap.start], masked[gap.end : clause.end + 2]
    if re.search(r"[가-힣]$", before) and not re.search(r"(?:월|약|만|최대|총|당|연|하루|매)$", before):
        return False
    if re.search(r"\d[^,]*, ?[가-힣 ]{1,12}$", before):  # the second of several labelled values
        return False
    return not (_BAD_AFTER.match(after) or _BAD_BEFORE.search(before))


def _type(masked: str, clause: Clause, topic: Topic) -> str:
    line = masked[clause.start : clause.end]
    return "규정" if _RULE.search(line) or topic.kind != "thing" else "정의"


def _named(masked: str, clause: Clause) -> Iterator[Gap]:
    line = masked[clause.start : clause.end]
    morphemes = clause.morphemes
    for first, last in noun_phrases(morphemes):
        if last >= len(morphemes) or morphemes[last].start != morphemes[last - 1].end:
            continue
        start, end, mark = morphemes[first].start, morphemes[last - 1].end, morphemes[last]
        phrase = masked[start:end]
        if first > 0 and morphemes[first - 1].tag in ("SP", "JC") and mark.tag != "JKO":
            continue
        if "\x00" in phrase or any(m.tag in ("SN", "NR", "NNB") for m in morphemes[first:last]) or len(phrase) > 24:
            continue
        next_tag = morphemes[last + 1].tag if last + 1 < len(morphemes) else ""
        if (
            mark.tag == "JKB"
            and mark.form in ("에서", "에", "으로", "로")
            and next_tag not in ("JKG", "JX")
            and not _about(morphemes, last)
        ):
            if _PLACE.search(phrase) and not _NO_PLACE.fullmatch(phrase.split()[-1]):
                yield Gap(start, end, "어디", "절차" if _DEED.search(line) else "정의")
        elif mark.tag == "JKS" and is_person(phrase) and start > clause.start + 2 and _is_main(morphemes, first, last):
            yield Gap(start, end, "누", "규정" if _RULE.search(line) else "정의")
        elif (
            mark.tag == "JKO"
            and last >= len(morphemes) - 8
            and _TAKEN.search(masked[end : clause.end])
            and len(phrase) >= 2
        ):
            while first > 1 and morphemes[first - 1].tag in ("JC", "SP") and is_nominal(morphemes[first - 2]):
                first -= 1
                while first > 0 and is_nominal(morphemes[first - 1]):
                    first -= 1
            start = morphemes[first].start
            if first > 0 and morphemes[first - 1].tag in ("ETM", "JKG", "SP", "SSO"):
                continue
            several = len(re.findall(r",|·|(?<=[가-힣])[과와] ", masked[start:end])) > 1
            word = "어떤 것들" if several else "무엇"
            yield Gap(start, end, word, "예시" if several else "절차" if _DEED.search(line) else "정의")


def _is_main(morphemes: Sequence[Morpheme], first: int, last: int) -> bool:
    """Tell whether a subject is that of the clause, neither modified nor inside of a modifier."""
    return (first == 0 or morphemes[first - 1].tag != "ETM") and not any(
        m.tag in ("ETM", "EC") and m.form not in ("ᆯ", "을") for m in morphemes[last:-1]
    )


def _about(morphemes: Sequence[Morpheme], last: int) -> bool:
    """Tell whether a particle belongs to ``에 대한``, ``에 따라`` and the like."""
    return last + 1 < len(morphemes) and morphemes[last + 1].form in (
        "대하",
        "의하",
        "관하",
        "따르",
        "비하",
        "반하",
        "달하",
        "이르",
        "불과",
    )


def _balanced(text: str) -> bool:
    return text.count('"') % 2 == 0 and all(
        text.count(a) == text.count(b) for a, b in ("《》", "“”", "‘’", "<>", "〈〉", "「」", "『』", "()")
    )
