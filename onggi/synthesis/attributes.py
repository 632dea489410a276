"""What notices say of their subject: by which label it is known, what its value looks like, how people ask for it."""

import re
from dataclasses import dataclass

from onggi.synthesis.topics import Topic


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that notices say of their subject, recognised by its label.

    ``value`` is what its value must contain. ``benefit`` are the templates where the subject is something one
    applies for, ``plain`` those for anything.
    """

    name: str
    label: re.Pattern[str]
    type: str
    plain: tuple[str, ...]
    benefit: tuple[str, ...] = ()
    value: re.Pattern[str] = re.compile("")


def _attribute(name: str, label: str, type_: str, plain: str, benefit: str = "") -> Attribute:
    value = re.compile(_VALUES.get(name, ""))
    return Attribute(name, re.compile(label), type_, _lines(plain), _lines(benefit), value)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines() if line.strip())


_PRICES = (
    r"이용료|요금|비용|수수료|관람료|수강료|참가비|가격|회비|입장료|사용료|대관료|대여료|재료비|임대료|보증금|"
    r"시급|변상|연체료"
)
_VALUES = {
    "contact": r"\d{3,4}-\d{3,4}|☎|\(\d{3}\)|센터|[가-힣]과\b|문의|누리집|www|번으로|보건소|공단|사무소|청$",
    "cost": r"\d\s?[만천백억]*\s?원|무료|%|없",
    "closed": r"요일|\d일|\d월|날|휴|명절",
    "hours": r"\d\s?시|\d:\d|24시간|종일",
    "period": r"\d\s?[월일년]|\d개월|상시|수시|매월|매년|요일|까지|부터|이내",
    "capacity": r"\d\s?(?:명|인|호|팀|가구|세대|곳|개)",
    "documents": r"서|증|사본|내역|신분|필요|없|준비|통장|사진|옷|[물컵]",
    "method": r"신청|접수|방문|제출|예약|전화|누리집|온라인|이메일|우편|[내하]고|[내하]면|→|선택|누르|클릭",
    "refund": r"환불|돌려|반환|취소|%|원",
}
"""What a value looks like, where a label alone can mislead."""

ATTRIBUTES = (
    _attribute("contact", r"문의|연락처|전화|담당 ?부서|담당자|팩스", "절차", """
        {t} 문의는 어디로 하나요?
        {t} 관련해서 어디에 물어보면 되나요?
        {t} 물어보려면 어디로 전화해야 돼요?
        {t} 연락처 좀 알려주세요
        {t} 문의처가 어디예요?
    """),
    _attribute("documents", r"서류|준비물|지참|구비|제출물", "절차", """
        {t} 준비물이 뭐예요?
        {t} 갈 때 뭘 가져가야 하나요?
        {t} 서류는 뭘 준비해야 하나요?
    """, """
        {t} 신청할 때 필요한 서류가 뭐예요?
        {t} 신청하려면 뭘 준비해야 하나요?
        {t} 서류는 뭐뭐 내야 돼요?
        {t} 신청하는데 어떤 서류를 제출해야 하나요?
        {t} 구비 서류 알려주세요
    """),
    _attribute("cost", _PRICES, "규정", """
        {t} {l:은} 얼마예요?
        {t} {l:이} 얼마인가요?
        {t} {l} 얼마나 내야 하나요?
        {t} {l:이} 어떻게 되나요?
    """),
    _attribute("closed", r"휴관|휴무|휴장|휴일|쉬는 날|휴원", "규정", """
        {t:은} 언제 쉬나요?
        {t} 쉬는 날이 언제예요?
        {t} {l:이} 언제인가요?
        {t} 언제 문 닫아요?
    """),
    _attribute("hours", r"(?:운영|이용|개관|관람|개방|근무|상담|영업|대관|진료) ?시간|시간표|개장", "규정", """
        {t:은} 몇 시부터 몇 시까지 하나요?
        {t} 몇 시까지 해요?
        {t} {l:이} 어떻게 되나요?
        {t} {l} 알려주세요
    """),
    _attribute("period", r"기간|시기|일정|기한|일시|날짜|마감|접수일|신청일|발표일|시행일|유효", "규정", """
        {t} {l:은} 언제인가요?
        {t} {l:이} 언제예요?
        {t} {l:이} 어떻게 되나요?
        {t} 언제 하는지 알려주세요
    """),
    _attribute("place", r"장소|위치|주소|오시는 길|소재지|접수처|신청처|신청 ?장소|찾아오", "절차", """
        {t} {l:이} 어디예요?
        {t} {l:은} 어디인가요?
        {t} 어디로 가야 하나요?
    """),
    _attribute("capacity", r"정원|인원|모집 ?규모|수용", "규정", """
        {t} {l:이} 몇 명이에요?
        {t} {l:은} 얼마나 되나요?
        {t:은} 몇 명까지 돼요?
    """),
    _attribute("caution", r"유의|주의|금지|제한|준수|안전 ?수칙|제외|불가", "규정", """
        {t}에 대해 조심해야 할 게 있나요?
        {t} {l:은} 뭐가 있나요?
        {t} {l} 알려주세요
    """),
    _attribute("refund", r"환불|취소|반환|환급", "규정", """
        {t} 취소하면 환불되나요?
        {t} {l:은} 어떻게 되나요?
        {t} 취소하면 돈을 얼마나 돌려받나요?
    """),
    _attribute("selection", r"선정|선발|심사|우선순위|배점|평가 ?기준", "규정", """
        {t:은} 어떻게 뽑나요?
        {t} {l:은} 어떻게 되나요?
        {t} 뽑는 기준이 뭐예요?
    """),
    _attribute("method", r"방법|절차|신청|접수|예약|이용 ?안내|가입|순서|과정", "절차", """
        {t:은} 어떻게 이용하나요?
        {t} 이용하려면 어떻게 해야 하나요?
        {t} 이용 방법 좀 알려주세요
    """, """
        {t:은} 어떻게 신청하나요?
        {t} 신청하려면 어떻게 해야 돼요?
        {t} 신청 방법 좀 알려주세요
        {t} 어디서 신청해요?
        {t:을} 받고 싶은데 어디에 신청하나요?
        {t} 어디로 가서 신청하면 되나요?
    """),
    _attribute("target", r"대상|자격|요건|조건|누가", "규정", """
        {t:은} 누가 이용할 수 있나요?
        {t} {l:이} 어떻게 되나요?
        {t:은} 누구를 위한 건가요?
    """, """
        {t:은} 누가 신청할 수 있나요?
        {t} 대상이 어떻게 되나요?
        {t} 자격 조건 알려주세요
        {t} 받으려면 어떤 조건이 필요한가요?
        {t:은} 어떤 사람이 받을 수 있나요?
        나도 {t} 받을 수 있어요? 자격이 궁금해요
    """),
    _attribute("purpose", r"목적|취지|정의|개념|개요|이란$|란$", "정의", """
        {t:은} 무엇인가요?
        {t:이} 뭐예요?
        {t:은} 왜 하는 건가요?
    """),
    _attribute("support", r"내용|혜택|지원|급여|금액|한도|서비스|수당|지급", "정의", """
        {t} {l:이} 뭐예요?
        {t} {l:은} 어떻게 되나요?
        {t} {l} 알려주세요
    """, """
        {t:은} 어떤 지원을 해 주나요?
        {t:을} 신청하면 어떤 혜택이 있나요?
        {t:이} 뭐예요?
        {t:으로} 뭘 받을 수 있어요?
        {t:은} 무엇을 지원하나요?
    """),
)  # fmt: skip

BENEFIT_WORDS = re.compile(
    r"(?:지원|지원금|사업|장학금|수당|급여|연금|대출|대부|융자|바우처|축하금|환영금|안착금|보조금|"
    r"할인|감면|면제|공제|저축|계좌|통장|카드|주택|임대|"
    r"서비스|교육|교실|강좌|강습|프로그램|캠프|대회|공모|훈련|일자리|돌봄|보급|대여|보험|보상|"
    r"이용권|상품권|특례|장려금|보장|임차|검진|접종|치료|상담|제도)$"
)


def attribute(label: str) -> Attribute | None:
    """Return the attribute that a label names; the word nearest its end decides."""
    best: tuple[int, Attribute] | None = None
    for candidate in ATTRIBUTES:
        for match in candidate.label.finditer(label):
            if match.end() >= len(label) - 3 and (best is None or match.end() > best[0]):
                best = (match.end(), candidate)
    return best[1] if best else None


def templates(attribute: Attribute, topic: Topic) -> tuple[str, ...]:
    """Return the templates that fit an attribute of a topic."""
    return attribute.benefit if attribute.benefit and BENEFIT_WORDS.search(topic.name) else attribute.plain
