import pytest

from onggi.answers.statements import cut, quotes, statements
from onggi.core.schema import Chunk


def chunk(text: str, heading: str = "") -> Chunk:
    return Chunk(f"a#0-{len(text)}", "a", 0, len(text), text, 0, heading)


SENTENCES = chunk("장독은 북쪽에 둔다. 뚜껑은 매일 연다. 비가 오면 닫는다.", "장독")


def test_a_question_in_a_document_is_above_its_answer_and_no_answer() -> None:
    faq = chunk("장독 뚜껑도 빌려 주나요?\n네. 함께 드립니다.\n[답변] 뚜껑은 무료입니다.")
    texts = [(statement.text, "뚜껑" in statement.above) for statement in statements(faq)]
    assert texts == [("네", True), ("함께 드립니다", True), ("뚜껑은 무료입니다", True)]


def test_the_names_of_columns_stand_before_their_values_and_above_them() -> None:
    table = chunk("구분 | 대여료 | 기간\n큰 항아리 | 9,000원 | \n작은 항아리 | 4,000원 | 3개월")
    found = list(statements(table))
    assert [row.text for row in found] == ["큰 항아리 | 대여료: 9,000원", "작은 항아리 | 대여료: 4,000원 | 기간: 3개월"]
    assert all({"대여료", "기간"} <= row.above for row in found)


def test_rows_without_a_head_are_quoted_as_they_are() -> None:
    assert [row.text for row in statements(chunk("큰 항아리 | 9,000원\n작은 항아리 | 4,000원"))] == [
        "큰 항아리 | 9,000원",
        "작은 항아리 | 4,000원",
    ]


@pytest.mark.parametrize(
    ("length", "texts"),
    [
        (10, ["장독은 북쪽에 둔다", "뚜껑은 매일 연다", "비가 오면 닫는다"]),
        (24, ["장독은 북쪽에 둔다. 뚜껑은 매일 연다", "뚜껑은 매일 연다. 비가 오면 닫는다"]),
        (40, ["장독은 북쪽에 둔다. 뚜껑은 매일 연다. 비가 오면 닫는다"]),
    ],
)
def test_quotes_are_as_long_as_they_may_and_none_lies_in_another(length: int, texts: list[str]) -> None:
    found = quotes(SENTENCES, length)
    assert [quote.text for quote in found] == texts
    assert max(len(quote.text) for quote in found) <= length
    assert found[0].own >= {"장독", "북쪽"}
    assert [quote.first for quote in found] == list(range(len(texts)))


def test_no_quote_goes_beyond_its_heading() -> None:
    two = chunk("# 뚜껑\n매일 연다.\n# 바닥\n자갈을 깐다.")
    assert [quote.text for quote in quotes(two, 100)] == ["매일 연다", "자갈을 깐다"]


def test_a_long_statement_is_cut_between_words() -> None:
    assert cut("장독은 마당 북쪽에 둔다", 9) == "장독은 마당"
    assert cut("장독은 마당 북쪽에 둔다", 10) == "장독은 마당 북쪽에"
    assert cut("가나다라마바사아자차", 6) == "가나다"
    assert cut("장독", 2) == "장독"
    (quote,) = quotes(chunk("장독은 마당 북쪽에 둔다."), 9)
    assert quote.text == "장독은 마당"
