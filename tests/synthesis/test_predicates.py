import pytest

from onggi.korean.kiwi import analyze
from onggi.synthesis.predicates import ask


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "장독을 빌릴 수 있습니다",
            ["장독을 빌릴 수 있나요?", "장독을 빌릴 수 있어요?", "장독을 빌릴 수 있는지 알려주세요"],
        ),
        ("보증금을 내야 한다", ["보증금을 내야 하나요?", "보증금을 내야 해요?", "보증금을 내야 하는지 알려주세요"]),
        ("항아리를 만든다", ["항아리를 만드나요?", "항아리를 만드는지 알려주세요"]),
        (
            "이것은 큰 항아리입니다",
            ["이것은 큰 항아리인가요?", "이것은 큰 항아리예요?", "이것은 큰 항아리인지 알려주세요"],
        ),
        ("독이 무척 작다", ["독이 무척 작은가요?", "독이 무척 작은지 궁금해요"]),
        ("허가가 필요하다", ["허가가 필요한가요?", "허가가 필요한지 궁금해요"]),
        ("가마를 지었다", ["가마를 지었나요?", "가마를 지었어요?", "가마를 지었는지 알려주세요"]),
        ("저장 단추를 누르십시오", ["저장 단추를 누르면 되나요?", "저장 단추를 누르면 돼요?"]),
        ("월 20만 원 지원", ["월 20만 원 지원하나요?", "월 20만 원 지원해요?", "월 20만 원 지원하는지 알려주세요"]),
    ],
)
def test_question_forms(statement: str, expected: list[str]) -> None:
    assert ask(statement, analyze(statement)) == expected


@pytest.mark.parametrize("statement", ["큰 항아리", "항아리는 물건이 아니다", ""])
def test_what_cannot_be_turned_gives_nothing(statement: str) -> None:
    assert ask(statement, analyze(statement)) == []
