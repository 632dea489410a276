import math

import pytest

from onggi.answers.backends import load_reader
from onggi.answers.cues import cue_of
from onggi.answers.extractive import CONTEXT_WEIGHT, RANK_WEIGHT, ExtractiveReader, statements
from onggi.answers.reader import AnswerParams, Task
from onggi.core.errors import ParamsError
from onggi.core.schema import Answer, Chunk, Question

SETTINGS = {"backend": "extractive", "system": "bm25", "contexts": 2, "min_support": 0.4}


def chunk(doc_id: str, text: str, heading: str = "") -> Chunk:
    return Chunk(f"{doc_id}#0-{len(text)}", doc_id, 0, len(text), text, 0, heading)


RENTAL = chunk("대여", "장독은 주민센터에서 빌려 줍니다. 보증금은 한 집에 5,000원입니다.", "장독 대여")
KILN = chunk("가마", "가마는 매주 월요일에 불을 땝니다. 연락처는 099-000-1234입니다.", "옹기 가마")
PRICES = chunk(
    "요금", "구분 | 대여료 | 기간\n큰 항아리 | 9,000원 | 6개월\n작은 항아리 | 4,000원 | 3개월", "항아리 요금표"
)


def question(query_id: str, text: str) -> Question:
    return Question(query_id, text, "", [], [], "gold", "test")


def ask(text: str, *contexts: Chunk, **changed: object) -> Answer:
    params = AnswerParams.model_validate({**SETTINGS, **changed})
    reader = load_reader(params, [c.text for c in (RENTAL, KILN, PRICES)])
    assert isinstance(reader, ExtractiveReader)
    (answer,) = reader.answers([Task(question("q", text), contexts)])
    return answer


@pytest.mark.parametrize(
    ("asked", "context", "answer"),
    [
        ("장독 보증금이 얼마예요?", RENTAL, "5,000원"),
        ("가마 불은 언제 때나요?", KILN, "매주 월요일"),
        ("가마 연락처 전화번호 알려줘", KILN, "099-000-1234"),
        ("장독은 어디에서 빌려 주나요?", RENTAL, "주민센터"),
        ("큰 항아리 대여료는?", PRICES, "9,000원"),
        ("작은 항아리 기간이 어떻게 되나요", PRICES, "3개월"),
    ],
)
def test_the_span_that_is_asked_for_is_cited(asked: str, context: Chunk, answer: str) -> None:
    found = ask(asked, RENTAL, context) if context is not RENTAL else ask(asked, context, KILN)
    assert (found.text, found.chunk_id) == (answer, context.chunk_id)


def test_nothing_is_answered_without_support() -> None:
    found = ask("수영장 강습은 몇 시에 시작하나요?", RENTAL, KILN)
    assert (found.text, found.chunk_id, found.contexts) == (None, None, [RENTAL.chunk_id, KILN.chunk_id])
    assert found.score < 0.4


def test_no_context_gives_no_answer() -> None:
    assert ask("장독 보증금이 얼마예요?") == Answer("q", None, None, 0.0, [])


def test_support_is_the_share_of_the_weight_and_falls_with_the_rank() -> None:
    def idf(frequency: int) -> float:
        return math.log(1 + (3 - frequency + 0.5) / (frequency + 0.5))

    # 장독 stands in one chunk and, for that sentence, in the heading; 보증금 in the sentence itself.
    expected = (idf(1) + CONTEXT_WEIGHT * idf(1)) / (2 * idf(1))
    assert ask("장독 보증금", RENTAL).score == pytest.approx(expected, abs=1e-6)
    assert ask("장독 보증금", KILN, RENTAL).score == pytest.approx(expected * (1 - RANK_WEIGHT), abs=1e-6)


def test_only_the_first_contexts_are_read() -> None:
    found = ask("장독 보증금이 얼마예요?", KILN, RENTAL, contexts=1)
    assert (found.text, found.contexts) == (None, [KILN.chunk_id])


def test_the_threshold_decides() -> None:
    supported = ask("장독 보증금", RENTAL)
    assert ask("장독 보증금", RENTAL, min_support=supported.score + 0.01).text is None
    assert ask("장독 보증금", RENTAL, min_support=supported.score - 0.01).text is not None


def test_a_question_in_a_document_is_context_of_its_answer_and_no_answer() -> None:
    faq = chunk("faq", "장독 뚜껑도 빌려 주나요?\n네. 함께 드립니다.\n[답변] 뚜껑은 무료입니다.", "")
    texts = [(statement.text, "뚜껑" in statement.context) for statement in statements(faq)]
    assert texts == [("네", True), ("함께 드립니다", True), ("뚜껑은 무료입니다", True)]


@pytest.mark.parametrize(
    ("asked", "text", "span"),
    [
        ("몇 시에 열어요", "오전 9시부터 오후 6시까지 연다", "오전 9시부터 오후 6시까지"),
        ("며칠 안에 내야 해요", "통지를 받고 30일 이내에 낸다", "30일 이내"),
        ("몇 살부터 되나요", "만 19세 이상이면 된다", "만 19세 이상"),
        ("몇 명 뽑아요", "모두 12명을 뽑는다", "12명"),
        ("몇 % 깎아 줘요", "이용료의 30%를 깎는다", "30%"),
        ("언제 생겼어요", "1996년 3월 1일에 생겼다", "1996년 3월 1일"),
        ("돈 얼마 내요", "어린이는 무료이다", "무료"),
    ],
)
def test_cues(asked: str, text: str, span: str) -> None:
    cue = cue_of(asked)
    assert cue is not None
    assert cue.nearest(text, []) == span


@pytest.mark.parametrize(
    ("text", "terms", "span"),
    [
        ("평일 3,000원, 주말 5,000원", ["주말"], "5,000원"),
        ("평일 3,000원 주말 5,000원", ["주말"], "5,000원"),  # as near on both sides: a word leads what it names
        ("3,000원(평일), 5,000원(주말)", ["평일"], "3,000원"),
        ("3,000원(평일), 5,000원(주말)", ["주말"], "5,000원"),
        ("A동 3,000원, b동 5,000원", ["B"], "5,000원"),
        ("평일 3,000원, 주말 5,000원", ["공휴일"], "3,000원"),
        ("평일과 주말", ["주말"], ""),
    ],
)
def test_of_several_spans_the_nearest_to_what_is_asked_about(text: str, terms: list[str], span: str) -> None:
    cue = cue_of("얼마예요?")
    assert cue is not None
    assert cue.nearest(text, terms) == span


RATES = chunk(
    "대여료", "구분 | 요금\n장독 대여료 | 평일 3,000원, 주말 5,000원\n시루 대여료 | 평일 2,000원, 주말 4,000원"
)


@pytest.mark.parametrize(("day", "amount"), [("평일", "3,000원"), ("주말", "5,000원")])
def test_of_several_amounts_in_a_cell_the_one_that_is_asked_for(day: str, amount: str) -> None:
    """Where words stand is counted in the cell that the answer is taken from, not in its row."""
    assert ask(f"장독 대여료는 {day}에 얼마예요?", RATES).text == amount


def test_answers_come_in_the_order_of_the_tasks() -> None:
    params = AnswerParams.model_validate(SETTINGS)
    tasks = [Task(question("q2", "장독 보증금이 얼마예요?"), [RENTAL]), Task(question("q1", "가마 연락처는?"), [KILN])]
    answers = load_reader(params, [RENTAL.text, KILN.text]).answers(iter(tasks))
    assert [(answer.query_id, answer.text) for answer in answers] == [("q2", "5,000원"), ("q1", "099-000-1234")]


def test_a_question_without_a_cue_wants_the_sentence() -> None:
    assert cue_of("장독이 뭐예요?") is None
    assert ask("장독을 빌려 주는지 알려 줘", RENTAL).text == "장독은 주민센터에서 빌려 줍니다"


def test_bad_settings_are_named() -> None:
    with pytest.raises(ParamsError, match=r"answer\.min_support: got 1\.5; input should be less than or equal to 1"):
        AnswerParams.parse({"answer": {**SETTINGS, "min_support": 1.5}})
