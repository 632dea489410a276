"""What kind of answer a question wants, and the spans of a text that are of that kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_N = r"(?<![\d.])\d[\d,]*(?:\.\d+)?"
_NATIVE = r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)"
_BOUND = r"(?:\s?(?:이상|이하|이내|미만|초과|까지|안))?"
_DATE = (
    r"(?:(?:매년|매월|매주)\s?)?(?:\d{4}년\s?)?(?:\d{1,2}월\s?\d{1,2}일|(?<!\d)\d{1,2}월)|\d{4}년|"
    r"(?:매월|다음 달)\s?\d{1,2}일|(?:매주\s?)?[월화수목금토일]요일"
)
_TIME = r"(?:(?:오전|오후)\s?)?(?:\d{1,2}시(?:\s?\d{1,2}분|\s?반)?|\d{1,2}:\d{2})"
_LENGTH = rf"{_N}\s?(?:일|주일?|개월|년|시간|분|달)(?![가-힣]*요일)(?:간|\s?동안)?{_BOUND}"
_PLACE = (
    r"(?:[가-힣A-Za-z0-9]+(?<![은는이가을를에서고며의]) ){0,2}"
    r"[가-힣A-Za-z0-9]*(?:센터|도서관|관|청|사무소|보건소|과|학교|병원|"
    r"은행|누리집|홈페이지|창구|데스크|공원|역|시장|소|앱|실|장|로 \d+)(?=에서|에|으로|로|[\s,.(]|$)"
)
_PERSON = (
    r"(?:[가-힣A-Za-z0-9]+(?<![은는이가을를에서고며의]) ){0,2}"
    r"[가-힣]*(?:자|장애인|외국인|주인|상인|노인|가구|학생|어린이|청소년|"
    r"회원|주민|시민|부부|어르신|청년|위원장|시장|담당자|장)(?=이|가|은|는|에게|만|[\s,.]|$)"
)


def _ranged(pattern: str) -> str:
    return rf"(?:{pattern})(?:\s?(?:부터|~|∼|–|-)\s?(?:{pattern})(?:\s?까지)?)?"


@dataclass(frozen=True, slots=True)
class Cue:
    """A kind of answer: what in a question asks for it, and what it looks like."""

    asks: re.Pattern[str]
    looks: re.Pattern[str]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the [start, end) spans of ``text`` that are of this kind."""
        return [match.span() for match in self.looks.finditer(text)]

    def nearest(self, text: str, terms: Iterable[str]) -> str:
        """Return the span of ``text`` that is nearest to one of the terms, the first of equally near ones.

        Empty where no span is of this kind. Case does not count.

        Parameters
        ----------
        text
            What is looked in: the sentence or the one cell that the answer is taken from, so that offsets are its own.
        terms
            What the question asks about; those that ``text`` lacks do not count.
        """
        spans = self.spans(text)
        if not spans:
            return ""
        words = [match.span() for term in terms for match in re.finditer(re.escape(term), text, re.IGNORECASE)]
        start, end = min(spans, key=lambda span: (min((_apart(span, word) for word in words), default=(0, 0)), span))
        return text[start:end].strip()


def _apart(span: tuple[int, int], word: tuple[int, int]) -> tuple[int, int]:
    """Return how many characters lie between a span and a word, and 1 where the word comes last: it mostly leads."""
    behind = span[0] - word[1]
    return (max(behind, 0), 0) if span[1] > word[0] else (word[0] - span[1], 1)


def _cue(asks: str, looks: str) -> Cue:
    return Cue(re.compile(asks), re.compile(looks))


CUES = (
    _cue(r"전화|연락처|번호가|몇 번으로", r"(?:☎\s?)?\d{2,4}-\d{3,4}(?:-\d{4})?"),
    _cue(r"몇 ?시(?!간)", _ranged(_TIME)),
    _cue(r"몇 ?(?:%|퍼센트|프로)", rf"{_N}\s?(?:%p?|퍼센트){_BOUND}"),
    _cue(
        r"몇 ?(?:살|세)|나이",
        (
            rf"(?:만\s?)?\d{{1,3}}\s?세{_BOUND}(?:\s?(?:~|부터)?\s?(?:만\s?)?\d{{1,3}}\s?세{_BOUND})?|"
            rf"(?:만\s?)?\d{{1,3}}~\d{{1,3}}세"
        ),
    ),
    _cue(
        r"며칠|얼마 동안|얼마동안|얼마나 (?:오래|걸)|몇 ?(?:일|개월|달|년|시간|분|주)|언제까지|기한|기간",
        rf"{_ranged(_DATE)}(?:\s?까지)?|{_LENGTH}",
    ),
    _cue(r"언제|날짜|무슨 요일|몇 ?월|연도|년도|[한된은] 해는", rf"{_ranged(_DATE)}(?:\s?까지)?|{_LENGTH}"),
    _cue(
        r"몇 ?(?:명|권|회|번|개|곳|가지|대|장|점|가구|호|m|km|kg)",
        rf"(?:{_N}|{_NATIVE})\s?(?:명|권|회|번|개|곳|가지|대|장|점|가구|세대|호|차례|km|kg|m){_BOUND}",
    ),
    _cue(r"얼마|비용|요금|가격|수수료|돈", rf"(?:{_N}\s?[만천백억]*\s?)+원{_BOUND}|무료|{_N}\s?%p?"),
    _cue(r"어디|장소|위치", _PLACE),
    _cue(r"누구|누가", _PERSON),
)
"""Tried in order: the first that a question matches decides."""

_EMPTY = """
하 되 있 없 알리 주 수 것 거 무엇 뭐 어디 언제 누구 얼마 몇 어떻 어떻게 왜 좀 때 받 싶 보 가 오 말 궁금 방법 경우
이 그 저 어떤 무슨 얼마나 대하 위하 따르 나오 더 안 못 다 들 쓰 내 월 년 일 시 원 번 개 명 세 전화 전화번호 번호 연락처
"""
NO_TERMS = frozenset(_EMPTY.split())
"""Words of questions that say nothing of their subject."""


def cue_of(question: str) -> Cue | None:
    """Return what kind of answer a question wants; None where its words do not say.

    Examples
    --------
    >>> cue = cue_of("장독은 몇 시까지 닦아요?")
    >>> cue and cue.nearest("장독은 오후 6시까지 닦는다.", ["장독"])
    '오후 6시'
    """
    return next((cue for cue in CUES if cue.asks.search(question)), None)
