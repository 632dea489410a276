import pytest

from onggi.negatives.answered import AnswerSearch
from tests.negatives.samples import question

DAYS = question("q1", "장독 대여는 며칠 동안 되나요", answer="14일")


def holds(text: str, answer: str = "14일", headings: tuple[str, ...] = ("장독 대여 안내",)) -> bool:
    search = AnswerSearch(question("q1", DAYS.text, answer=answer), headings)
    return search.holds(text, f"장독 대여\n{text}")


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("14일 동안 빌린다.", "14일", True),
        ("14 일 동안 빌린다.", "14일", True),
        ("114일 동안 빌린다.", "14일", False),  # no number within a longer one
        ("요금은 2,500원이다.", "500원", False),
        ("요금은 500 원이다.", "500원.", True),
        ("요금은 12,000원이다.", "12", False),
        ("동 2 층", "2층", True),
        ("ISO 인증", "iso", True),
        ("곳은 세 곳이다.", "곳", False),  # a single character stands everywhere
        ("열흘 동안 빌린다.", "14일", False),
    ],
)
def test_the_answer_is_found_however_it_is_spaced(text: str, answer: str, held: bool) -> None:
    assert holds(text, answer) is held


def test_a_heading_answers_nothing() -> None:
    search = AnswerSearch(DAYS, ["장독 대여 안내"])
    assert not search.holds("빌려 드립니다.", "14일 장독 대여\n빌려 드립니다.")


@pytest.mark.parametrize(
    ("passage", "held"),
    [("장독 대여\n14일이다.", True), ("항아리 대여\n14일이다.", True), ("항아리 판매\n14일이다.", False)],
)
def test_the_topic_is_what_the_headings_of_the_positive_share_with_the_question(passage: str, held: bool) -> None:
    search = AnswerSearch(DAYS, ["옹기", "장독 대여 안내"])
    assert search.topic() == {"장독", "대여"}
    assert search.holds("14일이다.", passage) is held


def test_without_a_heading_the_topic_is_all_of_the_question() -> None:
    search = AnswerSearch(DAYS, [""])
    assert {"장독", "대여", "동안"} <= search.topic()
    assert not search.holds("14일이다.", "장독\n14일이다.")


def test_a_question_without_answers_is_never_held() -> None:
    assert not holds("14일 동안 빌린다.", "")
