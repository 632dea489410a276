"""What kind of answer a question wants, and what such an answer looks like."""

import re

_TIME = r"\d{1,2}시|\d{1,2}:\d{2}"
_DATE = r"\d{4}년|\d{1,2}월|(?:매월|다음 달)\s?\d{1,2}일|[월화수목금토일]요일"
_LENGTH = r"\d\s?(?:일|주일?|개월|년|시간|분|달)(?![가-힣]*요일)"
_COUNTED = "명|권|회|번|개|곳|가지|대|장|점|가구|세대|호|차례|마리|킬로|km|kg|m"
_NATIVE = "한|두|세|네|다섯|여섯|일곱|여덟|아홉|열"

_KINDS = (
    (r"전화|연락처|번호가|몇 번으로", r"\d{2,4}-\d{3,4}"),
    (r"몇 ?시(?!간)", _TIME),
    (r"몇 ?(?:%|퍼센트|프로)", r"\d\s?(?:%|퍼센트)"),
    (r"몇 ?(?:살|세)|나이", r"\d\s?세"),
    (
        r"며칠|얼마 ?동안|얼마나 (?:오래|걸)|몇 ?(?:일|개월|달|년|시간|분|주)|언제까지|기한|기간",
        f"{_DATE}|{_LENGTH}|{_TIME}",
    ),
    (r"언제|날짜|무슨 요일|몇 ?월|연도|년도|[한된은] 해는", f"{_DATE}|{_LENGTH}"),
    (rf"몇 ?(?:{_COUNTED}|키로)", rf"(?:\d|{_NATIVE})\s?(?:{_COUNTED})"),
    (r"얼마|비용|요금|가격|수수료|돈", r"\d\s?[만천백억]*\s?원|무료|\d\s?%"),
    (
        r"어디|장소|위치",
        (
            "(?:센터|도서관|관|청|사무소|보건소|과|학교|병원|은행|누리집|홈페이지|창구|데스크|공원|역|시장|소|앱|실|장)"
            r"(?=에서|에|으로|로|[\s,.(]|$)"
        ),
    ),
)
CUES = tuple((re.compile(asks), re.compile(looks)) for asks, looks in _KINDS)
"""What in a question asks for a kind of answer, and what that looks like; the first that matches decides."""

_EMPTY = """
하 되 있 없 알리 주 수 것 거 무엇 뭐 어디 언제 누구 얼마 몇 어떻 어떻게 왜 좀 때 받 싶 보 가 오 말 궁금 방법 경우
이 그 저 어떤 무슨 얼마나 대하 위하 따르 나오 더 안 못 다 들 쓰 내 월 년 일 시 원 번 개 명 세 전화 전화번호 번호 연락처
"""
NO_TERMS = frozenset(_EMPTY.split())
"""Words of questions that say nothing of their subject."""


def cue_of(question: str) -> re.Pattern[str] | None:
    """Return what the answer to a question looks like; None where the question's words do not say.

    Examples
    --------
    >>> cue = cue_of("장독은 몇 시까지 닦아요?")
    >>> [bool(cue and cue.search(text)) for text in ("장독은 18:00까지 닦는다", "장독은 마당에 둔다")]
    [True, False]
    """
    return next((looks for asks, looks in CUES if asks.search(question)), None)
