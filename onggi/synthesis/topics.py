"""What a chunk is about, in words that can stand in a question."""

import re
from dataclasses import dataclass
from typing import Literal

from onggi.core.schema import Chunk
from onggi.korean.units import tidy

TopicKind = Literal["place", "program", "law", "thing"]

LONGEST = 28

_PLACE = re.compile(
    r"(?:도서관|센터|회관|박물관|미술관|체육관|수영장|캠핑장|공원|휴양림|시장|병원|보건소|학교|"
    r"대학|은행|시청|구청|군청|주민센터|사무소|"
    r"경로당|어린이집|유치원|복지관|주차장|운동장|경기장|극장|홀|터미널|해수욕장|학습관|문화원|수련관|텃밭|놀이터|풀)$"
)
_LAW = re.compile(r"(?:조례|규칙|규정|지침|법|법률|시행령|수칙|약관|협약|기준)$")
_PROGRAM = re.compile(
    r"(?:지원|지원금|사업|제도|서비스|장학금|수당|급여|연금|보험|대출|대부|융자|카드|바우처|검진|"
    r"교육|프로그램|교실|축제|대회|강좌|강습|"
    r"수당금|축하금|환영금|안착금|상품권|보급|대여|돌봄|상담|일자리|주택|할인|감면|면제|공제|"
    r"보조금|보조|훈련|캠프|공모|모집|운영|설치|치료|"
    r"건강관리|저축|계좌|통장|특별전|전시|버스|임대|입양|등록|접종|전형|증|회원증)$"
)
_TAILS = re.compile(
    r"[\s,]*(?:(?:이용|사용|신청|접수|사업|시설|제도|예약|등록|참여|참가|모집|선발|배정|운영|강좌|"
    r"종합|주요|행사|업무|은행|창구용?|담당자)*\s*(?:안내문?|공고문?|알림|개요|소개|"
    r"FAQ|질의응답|Q&A|자주 묻는 질문|자주 하는 질문|업무 ?매뉴얼|매뉴얼|보도자료|소식지|"
    r"가정통신문|회의록|한눈에|요약|계획서|요금표|비교표|일람표?|"
    r"용어집|해설|발췌|작성 ?요령|민원 ?답변(?: 모음)?|답변 모음|묻고 답하기|문답|자주 묻는 것들?|"
    r"이용 ?수칙|수칙|약관|이용약관|계약 ?조건|(?:사용|이용|운영) 규정|약속|행동 ?요령|"
    r"모집|선발)(?:와|과|및)?)+\s*$"
)
_LEAD = re.compile(
    r"^(?:제?\s*\d+\s*[장절조항관편]\s*|\d+(?:[.\-]\d+)*[.)_\s]\s*|[IVXⅠ-Ⅻ]+\.\s*|[①-⑳]\s*|[가-하]\.\s+|\[[^\]]*\]\s*)+"
)
_ROLES = re.compile(
    r"\s+(?:(?:장학|수강|연구|지망)생|입주자|참여자|참가자|대상자|신청자|이용자|담당자|시공업체|"
    r"신청서|청구서|참여 청소년|업무|창구|종합|출품작)$"
)
_YEAR = re.compile(
    r"^(?:20\d\d(?:학)?년도?\s*(?:상반기|하반기|봄|여름|가을|겨울|\d분기|\d학기)?\s*|"
    r"제\s?\d+[회차기]\s*|가정통신문\s*)+"
)
_QUOTES = re.compile(r"[\"'“”‘’「」『』《》〈〉]")
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|<[^<>]*>|【[^【】]*】)")
_GENERIC = re.compile(
    r"(?:개요|목차|소개|부록|차례|표지|머리말|서문|문서|제목|기타|비고|참고|안내|알림|공고|공지|"
    r"질문|답변|내용|대상|방법|문의|자주 (?:묻는|하는) 질문|"
    r"알려드립니다|README|FAQ|index|Sheet\d*|\d+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """The subject of a document: its name as people say it, and what sort of thing it is."""

    name: str
    kind: TopicKind

    def is_in(self, text: str) -> bool:
        """Tell whether a text names the topic, or most of its words."""
        words = self.name.split()
        present = sum(word in text for word in words)
        return "".join(words) in text.replace(" ", "") or (len(words) > 1 and present * 3 >= len(words) * 2)


def topic(chunk: Chunk, path: tuple[str, ...]) -> Topic | None:
    """Name what a chunk is about: its first heading that names anything, else its file; None where neither does."""
    stem = chunk.doc_id.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")
    for candidate in (*path[:2], stem):
        name = clean(candidate)
        if name and re.search(r"[가-힣]{2}|[A-Za-z]{3}", name) and not _GENERIC.fullmatch(name):
            if candidate is stem and not re.search(r"[가-힣]{2}", name):
                continue
            kind = kind_of(name)
            # What has an office's heading is something one goes to or applies for, whatever its last word.
            return Topic(name, "program" if kind == "thing" and _TAILS.search(tidy(candidate)) else kind)
    return None


def clean(heading: str) -> str:
    """Return a heading as a name: no numbering, brackets or tail such as ``이용 안내``; empty where it is too long.

    Examples
    --------
    >>> clean("제2장 장독 대여 이용 안내(2027년)"), clean("03_된장 담그기 교실")
    ('장독 대여', '된장 담그기 교실')
    """
    # Twice, for brackets inside of brackets.
    name = _QUOTES.sub("", _BRACKETS.sub("", _BRACKETS.sub("", tidy(heading.replace("_", " ")))))
    name = _YEAR.sub("", _LEAD.sub("", name).strip(" -–—:·,"))
    name = re.split(r"\s[-–—:|]\s|: |, ", name)[0]
    name = _ROLES.sub("", _TAILS.sub("", name)).strip(" -–—:·,")
    if len(name) > LONGEST or name.endswith(("?", "다", "요", "까")):
        return ""
    return name


def kind_of(name: str) -> TopicKind:
    """Return what sort of thing a name stands for, by its last word."""
    if _LAW.search(name):
        return "law"
    if _PLACE.search(name):
        return "place"
    return "program" if _PROGRAM.search(name) else "thing"
