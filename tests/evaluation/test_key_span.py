import pytest

from onggi.evaluation.key_span import KeySpan, amounts, contains


@pytest.mark.parametrize(
    ("gold", "question", "expected_amounts", "words"),
    [
        ("7,000만 원", "한도가 얼마예요?", {"70000000원"}, set()),
        ("10월 15일까지", "10월 며칠까지예요?", {"15일"}, set()),  # what the question says decides nothing
        ("월 8회(기본 6회에 2회 추가)", "몇 번 타요?", {"8회"}, set()),  # brackets explain
        ("안 된다(30세 이상).", "저 스물여덟인데 되나요?", {"30세"}, set()),  # unless they alone decide
        ("마트와 음식점", "어디에서 안 돼요?", set(), {"마트", "음식점"}),
        ("시민은 17:00까지", "시민은 언제까지요?", {"17:00"}, set()),
        ("안 된다.", "저도 되나요?", set(), {"안", "되"}),
    ],
)
def test_what_decides_a_gold_answer(gold: str, question: str, expected_amounts: set[str], words: set[str]) -> None:
    assert KeySpan.of(gold, question) == KeySpan(frozenset(expected_amounts), frozenset(words))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7천만 원", {"70000000원"}),
        ("1억 2,000만원", {"100000000", "20000000원"}),
        ("2.5%p", {"2.5%"}),
        ("오후 5시 30분", {"17:30"}),
        ("오전 9시~12:00", {"9:00", "12:00"}),
        ("3시간", {"3시"}),
        ("2027. 5. 20.(목)", {"2027년", "5월", "20일"}),
        ("2027-05-20.", {"2027년", "5월", "20일"}),
        ("5. 20.(목)", {"5월", "20일"}),
        ("12,500원, 3개월", {"12500원", "3개"}),
        ("1234567원", {"1234567원"}),
        ("없음", set()),
    ],
)
def test_amounts(text: str, found: set[str]) -> None:
    assert amounts(text) == found


def test_all_amounts_must_be_there() -> None:
    gold, question = "월세디딤 14일, 보증금이음 30일", "이사 신고 기한이 다른가요?"
    assert contains("14일 안에, 보증금이음은 30일 안에 신고", gold, question)
    assert not contains("14일 안에 신고", gold, question)
    assert not contains("14일 안에, 보증금이음은 300일 안에 신고", gold, question)
    assert not contains("14명과 30명", gold, question)


def test_two_thirds_of_the_words_must_be_there() -> None:
    gold, question = "맞벌이, 한부모, 다자녀", "먼저 뽑히는 집은?"
    assert contains("맞벌이와 한부모가 먼저입니다", gold, question)
    assert not contains("맞벌이가 먼저입니다", gold, question)


def test_a_word_within_a_longer_one_counts() -> None:
    assert contains("체크카드결제만 됩니다", "체크카드", "뭘로 줘요?")
    assert not contains("수표로 줍니다", "체크카드", "뭘로 줘요?")


def test_nothing_is_contained_in_an_empty_answer() -> None:
    assert not contains("", "50만 원", "얼마예요?")
    assert not contains("", "…", "뭐예요?")
