"""What notices say of their subject: by which label it is known, what its value looks like, how people ask for it."""

import re
from dataclasses import dataclass

_PRICE = r"이용료|요금|비용|수수료|관람료|수강료|참가비|가격|회비|입장료|사용료|대관료|대여료|재료비|임대료|보증금|금액"


@dataclass(frozen=True, slots=True)
class Attribute:
    """What is said under a label; its value holds ``value``; ``applied`` asks for it of what one applies for."""

    name: str
    type: str
    label: re.Pattern[str]
    value: re.Pattern[str]
    forms: tuple[str, ...]
    applied: tuple[str, ...] = ()


def _attribute(name: str, type_: str, label: str, value: str, forms: str, applied: str = "") -> Attribute:
    first, second = (tuple(part.strip() for part in text.split("/") if part.strip()) for text in (forms, applied))
    return Attribute(name, type_, re.compile(label), re.compile(value), first, second)


ATTRIBUTES = (
    _attribute("contact", "절차", r"문의(?:처|전화)?|연락처|담당 ?부서", r"\d{3,4}-\d{3,4}|\(\d{3,4}\)|☎",
               "{t} 문의는 어디로 하나요?/{t} 관련해서 어디에 물어보면 되나요?"),
    _attribute("documents", "절차", r"(?:제출|신청|구비|필요|낼) ?서류|준비물|구비서류", r"서|증|사본|신분|통장|사진",
               "{t} 신청할 때 필요한 서류가 뭐예요?/{t} 서류는 뭘 내야 돼요?"),
    _attribute("cost", "규정", rf"(?:[가-힣]+ )?(?:{_PRICE})", r"\d\s?[만천백억]*\s?원|무료",
               "{t} {l:은} 얼마예요?/{t} {l:이} 얼마인가요?"),
    _attribute("closed", "규정", r"휴관일?|휴무일?|휴장일?|쉬는 날|휴원일?", r"요일|\d일|\d월|휴일|명절",
               "{t:은} 언제 쉬나요?/{t} 쉬는 날이 언제예요?"),
    _attribute("hours", "규정", r"(?:운영|이용|개관|관람|개방|영업|여는|대관) ?시간", r"\d\s?시|\d:\d|24시간",
               "{t:은} 몇 시부터 몇 시까지 하나요?/{t} {l:이} 어떻게 되나요?"),
    _attribute("period", "규정", r"(?:[가-힣]+(?<![과와]) ?)?(?:기간|시기|일정|기한|일시|마감|접수일|발표일)",
               r"\d\s?[월일]|상시|수시|매월|매년|연중|요일", "{t} {l:이} 언제인가요?/{t} {l:은} 언제예요?"),
    _attribute("method", "절차", r"(?:(?:신청|접수|이용|예약|가입) ?)?(?:방법|절차)", r"신청|접수|방문|제출|예약|전화",
               "{t} 이용하려면 어떻게 해야 하나요?/{t} 이용 방법 좀 알려주세요",
               "{t:은} 어떻게 신청하나요?/{t} 신청하려면 어떻게 해야 돼요?/{t:을} 받고 싶은데 어디에 신청하나요?"),
    _attribute("target", "규정", r"(?:지원|신청|이용|모집|선정|사업)? ?대상자?|(?:신청|지원) ?자격",
               r"[가-힣](?<!주택)(?<!건물)(?<!건축물)$|.{80}",
               "{t} 대상이 어떻게 되나요?/{t} 누가 이용할 수 있나요?",
               "{t:은} 누가 신청할 수 있나요?/{t} 자격 조건 알려주세요/{t:을} 받으려면 어떤 조건이 필요한가요?"),
    _attribute("support", "규정", r"내용|(?:지원|서비스|혜택|교육) ?내용|혜택",
               r"^(?!.*에게 지원$).*(?:지원|제공|지급|감면|면제|경감|할인|원|%|대출|상담|교육|서비스|보급)",
               "{t:을} 이용하면 어떤 도움을 받을 수 있나요?/{t} 지원 내용이 궁금해요",
               "{t:은} 어떤 지원을 해 주나요?/{t:을} 신청하면 어떤 혜택이 있나요?/{t:으로} 뭘 받을 수 있어요?"),
    _attribute("amount", "규정", r"(?:지원|대출|융자)? ?(?:금액|한도|지원금)|대출 ?금리|금리", r"\d",
               "{t} {l:은} 얼마나 되나요?/{t} {l:이} 어떻게 되나요?"),
)  # fmt: skip

BENEFIT = re.compile(
    r"(?:지원|지원금|장학금|수당|급여|연금|대출|대부|융자|바우처|축하금|환영금|안착금|보조금|할인|감면|면제|"
    r"경감|서비스|보험|이용권|장려금|검진|접종|치료|지급|보상금|위로금|크레딧|지원 ?(?:사업|제도)|의료비|양육비)$"
)
"""What one applies for."""


def attribute(label: str) -> Attribute | None:
    """Return the attribute that a label names as a whole."""
    return next((candidate for candidate in ATTRIBUTES if candidate.label.fullmatch(label)), None)


def forms(of: Attribute, subject: str) -> tuple[str, ...]:
    """Return the templates that fit an attribute of a subject."""
    return of.applied if of.applied and BENEFIT.search(subject) else of.forms
