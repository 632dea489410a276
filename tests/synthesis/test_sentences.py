"""One invented sentence for each pattern, with every wording it gives."""

from collections.abc import Callable

import pytest

from onggi.synthesis.facts import Fact

Facts = Callable[[str, str], list[Fact]]


def first(facts: Facts, heading: str, text: str, type_: str) -> tuple[str, str]:
    """Return the first wording and the answer of the first fact of a type."""
    fact = next(fact for fact in facts(heading, text) if fact.type == type_)
    return fact.wordings[0], fact.answer


RENTAL, LIBRARY, MUSEUM = "장독 대여 사업", "솔바람도서관 이용 안내", "솔바람박물관"


@pytest.mark.parametrize(
    ("heading", "text", "type_", "question", "answer"),
    [
        (
            MUSEUM,
            "달항아리는 보름달처럼 둥근 백자 항아리이다.",
            "정의",
            "달항아리란 무엇인가요?",
            "보름달처럼 둥근 백자 항아리",
        ),
        (
            RENTAL,
            "장독이란 장을 담가 두는 큰 항아리를 말한다.",
            "정의",
            "장독 대여 사업에서 말하는 장독이 뭐예요?",
            "장을 담가 두는 큰 항아리",
        ),
        ("윤달래", "1921년 솔바람마을에서 태어났다.", "정의", "윤달래는 언제 솔바람마을에서 태어났나요?", "1921년"),
        (
            RENTAL,
            "신청서는 한빛동 주민센터에 제출합니다.",
            "절차",
            "장독 대여 사업에서 신청서는 어디에 제출하나요?",
            "한빛동 주민센터",
        ),
        (
            RENTAL,
            "장독을 빌리려면 먼저 보증금을 내야 합니다.",
            "절차",
            "장독 대여 사업 장독을 빌리려면 어떻게 해야 하나요?",
            "먼저 보증금을 내야 합니다",
        ),
        (
            LIBRARY,
            "한 번에 다섯 권까지 14일 동안 빌릴 수 있습니다.",
            "규정",
            "솔바람도서관에서 한 번에 몇 권까지 14일 동안 빌릴 수 있나요?",
            "다섯 권",
        ),
        (LIBRARY, "또한 우리 도서관은 매주 월요일에 쉽니다.", "규정", "솔바람도서관은 언제 쉬나요?", "매주 월요일"),
        (RENTAL, "이 사업은 매년 3월에 시작합니다.", "규정", "장독 대여 사업은 언제 시작하나요?", "매년 3월"),
        (
            RENTAL,
            "만 19세 이상 34세 이하 청년이 신청할 수 있습니다.",
            "규정",
            "장독 대여 사업은 몇 살부터 몇 살까지의 청년이 신청할 수 있나요?",
            "만 19세 이상 34세 이하",
        ),
        (
            RENTAL,
            "된장, 간장, 고추장 등의 전통 장을 담글 수 있습니다.",
            "예시",
            "장독 대여 사업 전통 장에는 어떤 것이 있나요?",
            "된장, 간장, 고추장",
        ),
        (
            RENTAL,
            "준비할 서류는 신분증, 통장 사본, 신청서입니다.",
            "예시",
            "장독 대여 사업 준비할 서류에는 어떤 것이 있나요?",
            "신분증, 통장 사본, 신청서",
        ),
        (
            MUSEUM,
            "관람료는 어른 3,000원, 어린이 1,000원입니다.",
            "비교",
            "솔바람박물관 어른과 어린이는 관람료가 어떻게 다른가요?",
            "어른 3,000원, 어린이 1,000원",
        ),
        (
            MUSEUM,
            "관람료는 어른 3,000원, 어린이 1,000원입니다.",
            "적용",
            "어른인데 솔바람박물관 관람료는 얼마예요?",
            "3,000원",
        ),
        (
            LIBRARY,
            "책을 늦게 반납하면 하루에 100원을 냅니다.",
            "적용",
            "솔바람도서관에서 책을 늦게 반납하면 어떻게 되나요?",
            "하루에 100원을 냅니다",
        ),
        (
            RENTAL,
            "장독을 잃어버리시면 바로 알려 주십시오.",
            "적용",
            "장독 대여 사업 장독을 잃어버리면 어떻게 해야 하나요?",
            "바로 알려 주십시오",
        ),
    ],
)
def test_sentences_of_each_type(
    facts_of: Facts, heading: str, text: str, type_: str, question: str, answer: str
) -> None:
    assert first(facts_of, heading, text, type_) == (question, answer)


def test_a_condition_becomes_what_one_has_done(facts_of: Facts) -> None:
    fact = next(
        fact for fact in facts_of(LIBRARY, "회원증을 분실한 경우에는 수수료 2,000원을 냅니다.") if fact.type == "적용"
    )
    assert "솔바람도서관에서 회원증을 분실했는데 어떻게 되나요?" in fact.wordings


def test_an_age_limit_is_asked_at_an_age(facts_of: Facts) -> None:
    fact = next(
        fact for fact in facts_of(RENTAL, "만 19세 이상 34세 이하 청년이 신청할 수 있습니다.") if fact.type == "적용"
    )
    assert fact.wordings[0].startswith("만 ")
    assert fact.wordings[0].endswith("세인데 장독 대여 사업 대상이 되나요?")
    assert fact.answer == "만 19세 이상 34세 이하"


@pytest.mark.parametrize(
    "text",
    [
        "이 책은 1930년에 나왔다.",
        "그는 같은 해 3월 2일에 가마를 세웠다.",
        "이듬해 5월에 다시 문을 열었다.",
        "문의는 https://onggi.example 로 한다.",
        "",
    ],
)
def test_what_points_elsewhere_or_says_nothing_is_not_asked(facts_of: Facts, text: str) -> None:
    assert facts_of("윤달래", text) == []


def test_spans_are_those_of_the_sentence(facts_of: Facts) -> None:
    text = "장독은 크다. 한 번에 다섯 권까지 빌릴 수 있습니다."
    fact = next(fact for fact in facts_of(LIBRARY, text) if fact.answer == "다섯 권")
    assert [text[a:b] for a, b in fact.spans] == ["한 번에 다섯 권까지 빌릴 수 있습니다."]
