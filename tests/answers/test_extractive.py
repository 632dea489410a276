import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from onggi.answers.backends import load_reader
from onggi.answers.cues import cue_of
from onggi.answers.extractive import ABOVE_WEIGHT, COSINE_WEIGHT, KIND_WEIGHT, RANK_WEIGHT, SEPARATOR, ExtractiveReader
from onggi.answers.reader import AnswerParams, ReaderParams, Task
from onggi.core.errors import ModelError, ParamsError
from onggi.core.schema import Answer, Chunk, Question
from onggi.models.params import EmbedParams

SETTINGS = {
    "system": "bm25", "contexts": 2, "columns": {"query_id": "id"}, "encoder": "base", "quotes": 1, "quote_chars": 40,
    "min_support": 0.3,
}  # fmt: skip


class SameDirection:
    """An encoder that finds every text about what every question is about, as far as it is told."""

    def __init__(self, cosine: float = 0.5) -> None:
        self.cosine = cosine
        self.encoded: list[str] = []

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.tile(np.array([1, 0], np.float32), (len(texts), 1))

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return np.tile(np.array([self.cosine, math.sqrt(1 - self.cosine**2)], np.float32), (len(texts), 1))


def chunk(doc_id: str, text: str, heading: str = "", place: str = "") -> Chunk:
    return Chunk(f"{doc_id}#0-{len(text)}", doc_id, 0, len(text), text, 0, heading, place=place)


RENTAL = chunk("대여", "장독은 주민센터에서 빌려 줍니다. 보증금은 한 집에 5,000원입니다.", "장독 대여", "p. 2")
KILN = chunk("가마", "가마는 매주 월요일에 불을 땝니다. 연락처는 099-000-1234입니다.", "옹기 가마")
PRICES = chunk(
    "요금", "구분 | 대여료 | 기간\n큰 항아리 | 9,000원 | 6개월\n작은 항아리 | 4,000원 | 3개월", "항아리 요금표"
)
TEXTS = [RENTAL.text, KILN.text, PRICES.text]


def question(text: str, *options: str, query_id: str = "q") -> Question:
    return Question(query_id, text, "", [], [], "gold", "test", list(options))


def reader(encoder: SameDirection, **changed: object) -> ExtractiveReader:
    return ExtractiveReader(TEXTS, AnswerParams.model_validate({**SETTINGS, **changed}), encoder)  # type: ignore[arg-type]


def ask(asked: str | Question, *contexts: Chunk, cosine: float = 0.5, **changed: object) -> Answer:
    given = question(asked) if isinstance(asked, str) else asked
    (answer,) = reader(SameDirection(cosine), **changed).answers([Task(given, contexts)])
    return answer


@pytest.mark.parametrize(
    ("asked", "context", "quote"),
    [
        ("장독 보증금이 얼마예요?", RENTAL, "보증금은 한 집에 5,000원입니다"),
        ("가마 불은 언제 때나요?", KILN, "가마는 매주 월요일에 불을 땝니다"),
        ("가마 연락처 전화번호 알려줘", KILN, "연락처는 099-000-1234입니다"),
        ("큰 항아리 대여료는?", PRICES, "큰 항아리 | 대여료: 9,000원 | 기간: 6개월"),
        ("작은 항아리 기간이 어떻게 되나요", PRICES, "작은 항아리 | 대여료: 4,000원 | 기간: 3개월"),
    ],
)
def test_what_answers_is_quoted_and_cited(asked: str, context: Chunk, quote: str) -> None:
    found = ask(asked, KILN if context is RENTAL else RENTAL, context, quote_chars=30)
    assert (found.text, found.chunk_id, found.citations) == (quote, context.chunk_id, [context.chunk_id])
    assert found.place == context.place


def test_nothing_is_answered_without_support() -> None:
    found = ask("수영장 강습은 몇 시에 시작하나요?", RENTAL, KILN)
    assert (found.text, found.chunk_id, found.reason) == (None, None, "unsupported")
    assert found.contexts == [RENTAL.chunk_id, KILN.chunk_id]
    assert found.score == pytest.approx(0.25)  # half of the cosine, and no word
    assert not found.failed


def test_no_context_gives_no_answer() -> None:
    assert ask("장독 보증금이 얼마예요?") == Answer("q", None, None, 0.0, [], reason="unsupported")


def test_support_is_the_mean_of_the_weight_that_the_chunk_covers_and_the_cosine() -> None:
    # 장독 stands in one of three chunks and, for the second sentence, in the heading; 항아리 in one, and not here.
    def idf(frequency: int) -> float:
        return math.log(1 + (3 - frequency + 0.5) / (frequency + 0.5))

    covered = idf(1) / (idf(1) + idf(1))
    found = ask("장독 항아리", RENTAL, cosine=0.8)
    assert found.score == pytest.approx((covered + 0.8) / 2, abs=1e-6)
    assert ask("장독 항아리", RENTAL, cosine=0.0, min_support=0.1).score == pytest.approx(covered / 2, abs=1e-6)


def test_the_score_of_a_quote_by_the_formula() -> None:
    scored = reader(SameDirection(0.5), quote_chars=30)
    task = Task(question("장독 보증금이 얼마예요?"), [KILN, RENTAL])
    found = {
        each.quote.text: each for each in scored._scored(task, frozenset({"장독", "보증금"}), *_read(scored, task))
    }
    deposit, place = found["보증금은 한 집에 5,000원입니다"], found["장독은 주민센터에서 빌려 줍니다"]
    # Both words weigh the same: one is in the sentence, one above it; an amount is asked for, and only one has it.
    assert deposit.score == pytest.approx(0.5 + ABOVE_WEIGHT * 0.5 + 0.5 * COSINE_WEIGHT + KIND_WEIGHT - RANK_WEIGHT)
    assert place.score == pytest.approx(0.5 + 0.5 * COSINE_WEIGHT - RANK_WEIGHT)


def _read(scored: ExtractiveReader, task: Task):  # type: ignore[no-untyped-def]
    return scored.embedder.queries([""])[0], scored._read([task])


def test_an_answer_is_made_of_several_quotes_that_share_nothing() -> None:
    found = ask("장독 보증금이 얼마예요? 가마는요?", RENTAL, KILN, quotes=3, quote_chars=30)
    assert found.text is not None
    quotes = found.text.split(SEPARATOR)
    assert len(quotes) == len(set(quotes)) == 3
    assert found.citations == [RENTAL.chunk_id, KILN.chunk_id]
    assert found.chunk_id == RENTAL.chunk_id


def test_quotes_are_encoded_below_their_headings_and_each_chunk_once() -> None:
    encoder = SameDirection()
    list(
        reader(encoder, quote_chars=30).answers([Task(question("장독"), [RENTAL]), Task(question("보증금"), [RENTAL])])
    )
    assert encoder.encoded == [
        "장독 대여\n장독은 주민센터에서 빌려 줍니다",
        "장독 대여\n보증금은 한 집에 5,000원입니다",
    ]


def test_only_the_first_contexts_are_read() -> None:
    found = ask("장독 보증금이 얼마예요?", KILN, RENTAL, contexts=1)
    assert (found.text, found.contexts) == (None, [KILN.chunk_id])


def test_the_threshold_decides() -> None:
    supported = ask("장독 보증금", RENTAL)
    assert ask("장독 보증금", RENTAL, min_support=supported.score + 0.01).text is None
    assert ask("장독 보증금", RENTAL, min_support=supported.score - 0.01).text is not None


@pytest.mark.parametrize(("size", "price"), [("큰", "9,000원"), ("작은", "4,000원")])
def test_of_options_the_one_that_a_quote_speaks_for(size: str, price: str) -> None:
    asked = question(f"{size} 항아리 대여료는?", "1,000원", "9,000원", "4,000원")
    found = ask(asked, RENTAL, PRICES)
    assert (found.text, found.citations) == (price, [PRICES.chunk_id])


def test_answers_come_in_the_order_of_the_tasks() -> None:
    tasks = [Task(question("장독 보증금이 얼마예요?", query_id="q2"), [RENTAL]), Task(question("가마는?"), [KILN])]
    answers = reader(SameDirection()).answers(iter(tasks))
    assert [(answer.query_id, answer.chunk_id) for answer in answers] == [("q2", RENTAL.chunk_id), ("q", KILN.chunk_id)]


@pytest.mark.parametrize(
    ("asked", "right", "wrong"),
    [
        ("몇 시에 열어요", "오전 9시부터 연다", "9일부터 연다"),
        ("며칠 안에 내야 해요", "통지를 받고 30일 이내에 낸다", "통지를 받고 낸다"),
        ("몇 살부터 되나요", "만 19세 이상이면 된다", "19명을 뽑는다"),
        ("몇 명 뽑아요", "모두 12명을 뽑는다", "12일에 뽑는다"),
        ("몇 % 깎아 줘요", "이용료의 30%를 깎는다", "이용료를 깎는다"),
        ("언제 생겼어요", "1996년에 생겼다", "나루에 생겼다"),
        ("돈 얼마 내요", "어린이는 무료이다", "어린이는 들어간다"),
        ("어디에서 빌려요", "주민센터에서 빌려 준다", "매일 빌려 준다"),
        ("전화번호 알려 줘", "099-000-1234", "1234번"),
    ],
)
def test_what_the_answer_to_a_question_looks_like(asked: str, right: str, wrong: str) -> None:
    cue = cue_of(asked)
    assert cue is not None
    assert cue.search(right)
    assert not cue.search(wrong)


def test_a_question_may_ask_for_no_kind() -> None:
    assert cue_of("장독이 뭐예요?") is None


def test_without_its_encoder_there_is_no_reader(tmp_path: Path) -> None:
    params, role = AnswerParams.model_validate(SETTINGS), ReaderParams(backend="extractive")
    embed = EmbedParams(
        query_max_length=64, passage_max_length=64, query_prefix="", passage_prefix="", precision="fp32",
        runtime="torch", trust_remote_code=False,
    )  # fmt: skip
    with pytest.raises(ModelError, match="base"):
        load_reader(params, role, embed, tmp_path, tmp_path, TEXTS)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"min_support": 1.5}, r"answer\.min_support: got 1\.5; input should be less than or equal to 1"),
        ({"columns": {"text": "답"}}, r"answer\.columns"),
        ({"columns": {"answer": "답", "choice": "답"}}, "columns must have different names"),
        ({"backend": "extractive"}, r"answer\.backend: unknown key"),
    ],
)
def test_bad_settings_are_named(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        AnswerParams.parse({"answer": {**SETTINGS, **changed}})
