"""What a chunk is about, in words that can stand in a question."""

import re
from dataclasses import dataclass

from onggi.core.schema import Chunk
from onggi.korean.units import tidy
from onggi.korean.wording import is_noun_phrase

_PLACE = re.compile(
    r"(?:도서관|센터|회관|박물관|미술관|체육관|수영장|캠핑장|공원|휴양림|시장|병원|보건소|학교|대학|은행|"
    r"사무소|경로당|어린이집|"
    r"유치원|복지관|주차장|운동장|경기장|극장|홀|터미널|해수욕장|학습관|문화원|수련관|텃밭|놀이터|풀|분관|쉼터)$"
)
_LAW = re.compile(r"(?:조례|규칙|규정|지침|(?<!방)법|법률|시행령|수칙|약관|협약)$")
_PROGRAM = re.compile(
    r"(?:지원|지원금|사업|제도|서비스|장학금|수당|급여|연금|보험|대출|대부|융자|카드|바우처|검진|교육|"
    r"프로그램|교실|축제|대회|강좌|"
    r"강습|축하금|환영금|안착금|상품권|보급|대여|돌봄|상담|일자리|주택|할인|감면|면제|공제|보조금|훈련|캠프|"
    r"치료|저축|계좌|통장|"
    r"임대|등록|접종|보상금|위로금|크레딧|이용권|장려금|공급|증)$"
)
_TAILS = re.compile(
    r"[\s,]*(?:(?:이용|사용|신청|접수|사업|시설|제도|예약|등록|참여|참가|모집|선발|배정|운영|강좌|종합|주요|"
    r"행사|업무|창구용?)*"
    r"\s*(?:안내문?|공고문?|알림|개요|소개|FAQ|질의응답|Q&A|자주 (?:묻는|하는) (?:질문|것들?)|업무 ?매뉴얼|"
    r"매뉴얼|보도자료|가정통신문|"
    r"한눈에|요약|계획서|요금표?|비교표|일람표?|해설|발췌|민원 ?답변(?: 모음)?|답변 모음|묻고 답하기|문답|작성 ?요령|"
    r"이용 ?수칙|수칙|이용약관|약관|계약 ?조건|(?:사용|이용|운영) 규정|행동 ?요령|모집|선발|"
    r"신청서)(?:와|과|및)?)+\s*$"
)
_ROLES = re.compile(
    r"\s+(?:(?:장학|수강|연구|지망)생|입주자|참여자|참가자|대상자|신청자|이용자|담당자|보호자|시공업체|"
    r"참여 청소년|종합|상담 ?메모|"
    r"상담|표|업무|창구|은행|상인회|이용|운영)$|(?<=강좌)표$|(?<=[가-힣])\s[가-힣]+[과와] [가-힣]+$"
)
_LEAD = re.compile(
    r"^(?:제?\s*\d+\s*[장절조항관편부회차기]\s*|\d+(?:[.\-]\d+)*[.)_\s]\s*|[IVXⅠ-Ⅻ]+\.\s*|[①-⑳]\s*|"
    r"[가-하]\.\s+|\[[^\]]*\]\s*|"
    r"가정통신문\s*|Q\d*[.:]\s*)+"
)
_YEAR = re.compile(r"\s*(?<!\d)20\d\d(?:학)?년도?(?:\s*(?:[상하]반기|봄|여름|가을|겨울|\d분기|\d학기))?(?![가-힣])")
_ARTICLE = re.compile(r"^제\s?\d+조\s*\(([^()]+)\)$")
_QUOTES = re.compile(r"[\"'“”‘’「」『』《》〈〉]")
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|<[^<>]*>|【[^【】]*】)")
_MINUTES = re.compile(r"회의록|소식|방송|보도")
_NO_NAME = re.compile(
    r"회의록|소식|방송|통계|연혁|실적|현황|일지|기사|심의|용어|민원|추진|결과|메모|한눈|인사|[가-힣]별 |"
    r"[가-힣] 속 |\d종|가지|네 |두 |세 |"
    r"[·•].*[·•]|^(?:개요|목차|소개|부록|차례|표지|머리말|서문|문서|제목|기타|비고|참고|안내|알림|공고|공지|"
    r"질문|답변|내용|대상|"
    r"방법|문의|이용|신청|접수|종류|구분|\d+)$|^(?:이|그|저|각|해당|기타|다음|아래|위|및|등) "
)


@dataclass(frozen=True, slots=True)
class Topic:
    """The subject of a document: its name as people say it; its kind is place, program, law or thing."""

    name: str
    kind: str

    def is_in(self, text: str) -> bool:
        """Tell whether a text names the topic, or most of its words."""
        words = self.name.split()
        present = sum(word in text for word in words)
        return "".join(words) in text.replace(" ", "") or (len(words) > 1 and present * 3 >= len(words) * 2)


def put_before(name: str, phrase: str) -> str:
    """Return a noun phrase with a name before it, but for words that both have."""
    if name.replace(" ", "") in phrase.replace(" ", ""):
        return phrase
    words = phrase.split()
    while words and words[0] in name.split():
        words.pop(0)
    return " ".join([name, *(words or [phrase])]) if not name.endswith(phrase) else name


def is_name(name: str) -> bool:
    """Tell whether a title names one thing: a noun phrase, but for one coined word that Kiwi may not know."""
    if _NO_NAME.search(name) or len(re.findall("[가-힣]", name)) < 3:
        return False
    plain = re.sub(r"[을를] 위한|에 대한|(?<!\S)(?:한부모|만(?= \d))", "", name).replace("~", "").strip()
    coined = [word for word in plain.split() if not is_noun_phrase(word)]
    if is_noun_phrase(plain) or not coined:
        return True
    return (
        len(coined) == 1
        and re.fullmatch(r"[가-힣·]{2,10}(?<![은는을를의에로과와던한인된면고나서])", coined[0]) is not None
    )


def topic(chunk: Chunk, path: tuple[str, ...]) -> Topic | None:
    """Name what a chunk is about by its document's title, else by its file; None where neither is a name.

    Minutes, news and collections are about no one thing: there a section counts that names a place or a programme.
    """
    stem = chunk.doc_id.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    for title in (bare(text).removesuffix(" 방법") for text in (*path[:1], stem)):
        if is_name(title):
            return Topic(title, kind_of(title))
    section = bare(path[1]) if len(path) > 1 and not _MINUTES.search(path[0]) else ""
    return Topic(section, kind_of(section)) if is_name(section) and kind_of(section) in ("place", "program") else None


def bare(heading: str) -> str:
    """Return a heading as a name: no numbering, brackets or tail such as ``이용 안내``; empty where it is too long.

    Examples
    --------
    >>> bare("제2장 장독 대여 이용 안내(2027년)"), bare("03_된장 담그기 교실"), bare("제3조(사용료)")
    ('장독 대여', '된장 담그기 교실', '사용료')
    """
    heading = _ARTICLE.sub(r"\1", heading.strip())
    # Twice, for brackets inside of brackets.
    name = _QUOTES.sub("", _BRACKETS.sub("", _BRACKETS.sub("", tidy(heading.replace("_", " ")))))
    name = re.split(r"\s[-–—:|]\s|: |, ", _LEAD.sub("", _YEAR.sub("", name)).strip(" -–—:·,"))[0]
    name = _LEAD.sub("", _ROLES.sub("", _TAILS.sub("", name))).strip(" -–—:·,•")
    return "" if len(name) > 28 or name.endswith(("?", "다", "까")) else name


def kind_of(name: str) -> str:
    """Return what sort of thing a name stands for, by its last word."""
    if _LAW.search(name):
        return "law"
    if _PLACE.search(name):
        return "place"
    return "program" if _PROGRAM.search(name) else "thing"
