"""Questions from labels, lists, steps, tables and questions a document asks itself."""

from collections.abc import Callable

import pytest

from onggi.synthesis.facts import Fact

Facts = Callable[[str, str], list[Fact]]

RENTAL = "장독 대여 사업"


def asked(facts: Facts, heading: str, text: str) -> list[tuple[str, str, str]]:
    return [(fact.type, fact.wordings[0], fact.answer) for fact in facts(heading, text)]


@pytest.mark.parametrize(
    ("heading", "text", "expected"),
    [
        (
            "문의",
            "한빛동 주민센터 099-000-1234",
            ("절차", "장독 대여 사업 문의는 어디로 하나요?", "한빛동 주민센터 099-000-1234"),
        ),
        ("지원 대상", "한빛시에 사는 주민", ("규정", "장독 대여 사업은 누가 신청할 수 있나요?", "한빛시에 사는 주민")),
        ("신청 방법", "주민센터를 찾아 신청", ("절차", "장독 대여 사업은 어떻게 신청하나요?", "주민센터를 찾아 신청")),
        ("지원 내용", "장독과 뚜껑", ("정의", "장독 대여 사업은 어떤 지원을 해 주나요?", "장독과 뚜껑")),
    ],
)
def test_a_heading_names_what_is_told(facts_of: Facts, heading: str, text: str, expected: tuple[str, str, str]) -> None:
    assert expected in asked(facts_of, f"{RENTAL} > {heading}", text)


def test_a_label_names_its_value_and_is_checked_against_it(facts_of: Facts) -> None:
    found = asked(facts_of, RENTAL, "- 신청 기간: 3월 2일부터 3월 20일까지\n- 이용료: 5,000원\n- 문의: 언제든지 환영")
    assert found == [
        ("규정", "장독 대여 사업 신청 기간은 언제인가요?", "3월 2일부터 3월 20일까지"),
        ("규정", "장독 대여 사업 이용료는 얼마예요?", "5,000원"),
    ]


def test_a_speaker_is_no_label(facts_of: Facts) -> None:
    assert asked(facts_of, RENTAL, "위원장: 다음 안건을 말씀해 주시기 바랍니다.") == []


def test_a_list_is_an_example_of_its_heading(facts_of: Facts) -> None:
    found = asked(facts_of, f"{RENTAL} > 대여 품목", "- 큰 장독\n- 작은 장독\n- 뚜껑")
    assert ("예시", "장독 대여 사업 대여 품목에는 어떤 것이 있나요?", "큰 장독, 작은 장독, 뚜껑") in found


def test_steps_are_a_procedure(facts_of: Facts) -> None:
    text = "1. 신청서를 작성합니다.\n2. 주민센터에 제출합니다."
    expected = ("절차", "장독 대여 사업 이용은 어떻게 하나요?", "신청서를 작성합니다 → 주민센터에 제출합니다")
    assert expected in asked(facts_of, f"{RENTAL} > 이용 방법", text)
    assert asked(facts_of, RENTAL, "신청 → 심사 → 수령") == [
        ("절차", "장독 대여 사업 절차가 어떻게 되나요?", "신청 → 심사 → 수령")
    ]


def test_a_question_of_the_document_is_taken_over(facts_of: Facts) -> None:
    assert asked(facts_of, f"{RENTAL} > 장독을 깨뜨리면 어떻게 하나요?", "수리비의 절반입니다.") == [
        ("적용", "장독 대여 사업 장독을 깨뜨리면 어떻게 하나요?", "수리비의 절반입니다")
    ]
    found = asked(facts_of, RENTAL, "문: 장독 대여는 두 개도 되나요?\n답: 아니요. 한 집에 하나입니다.")
    assert ("규정", "장독 대여는 두 개도 되나요?", "아니요. 한 집에 하나입니다") in found


def test_a_table_is_asked_by_cell_and_by_pair_of_rows(facts_of: Facts) -> None:
    text = "구분 | 대여료 | 보관\n큰 장독 | 9,000원 | 창고\n작은 장독 | 4,000원 | 마당"
    assert asked(facts_of, RENTAL, text) == [
        ("규정", "장독 대여 사업 큰 장독 대여료는 얼마인가요?", "9,000원"),
        ("정의", "장독 대여 사업 큰 장독 보관은 어떻게 되나요?", "창고"),
        ("규정", "장독 대여 사업 작은 장독 대여료는 얼마인가요?", "4,000원"),
        ("정의", "장독 대여 사업 작은 장독 보관은 어떻게 되나요?", "마당"),
        (
            "비교",
            "장독 대여 사업 큰 장독과 작은 장독은 대여료가 어떻게 다른가요?",
            "큰 장독 9,000원, 작은 장독 4,000원",
        ),
        ("비교", "장독 대여 사업 큰 장독과 작은 장독은 보관이 어떻게 다른가요?", "큰 장독 창고, 작은 장독 마당"),
    ]


def test_a_group_of_people_in_a_table_is_ones_own_case(facts_of: Facts) -> None:
    found = asked(facts_of, RENTAL, "대상 | 지원 금액\n다자녀 가구 | 20만 원\n홀몸 어르신 | 30만 원")
    assert ("적용", "다자녀 가구인데 장독 대여 사업 얼마나 받을 수 있나요?", "20만 원") in found


def test_columns_that_stand_for_things_are_compared(facts_of: Facts) -> None:
    found = asked(facts_of, RENTAL, "항목 | 큰 장독 | 작은 장독\n대여료 | 9,000원 | 4,000원\n기간 | 6개월 | 3개월")
    question = "장독 대여 사업 큰 장독과 작은 장독은 대여료가 어떻게 다른가요?"
    assert ("비교", question, "큰 장독 9,000원, 작은 장독 4,000원") in found
