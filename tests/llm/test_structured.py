import pytest
from pydantic import BaseModel

from onggi.llm.messages import Failure, Reply, Request
from onggi.llm.structured import loads, parsed
from tests.llm.answering import llm, request


class Draft(BaseModel):
    question: str


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"question": "언제?"}', {"question": "언제?"}),
        ('```json\n{"question": "언제?"}\n```', {"question": "언제?"}),
        ('여기 있습니다:\n```\n{"question": "언제?"}\n```\n끝', {"question": "언제?"}),
        ('<think>{"question": "생각"}</think>{"question": "언제?"}', {"question": "언제?"}),
        ('{"question": "언제', {"question": "언제"}),
        ("{'question': '언제?',}", {"question": "언제?"}),
    ],
)
def test_json_is_found_in_what_models_write(text: str, value: object) -> None:
    assert loads(text) == value


class Grade(BaseModel):
    grade: int


def test_requests_may_each_have_a_shape_of_their_own() -> None:
    def answer(asked: Request) -> Reply | Failure:
        wants_grade = "grade" in (asked.schema or "")
        return Reply('{"grade": 3}' if wants_grade else '{"question": "언제?"}' if len(asked.messages) > 1 else "음")

    model, backend = llm(answer)
    results = list(parsed(model, [request("하나"), request("둘")], [Draft, Grade]))
    assert results == [Draft(question="언제?"), Grade(grade=3)]
    assert len(backend.asked) == 3


def test_a_reply_of_another_shape_is_asked_for_once_more_and_then_counted() -> None:
    def answer(asked: Request) -> Reply | Failure:
        text, again = asked.messages[0].content, len(asked.messages) > 1
        if text == "refuse":
            return Failure("refused", "no")
        if text == "mend" and again:
            return Reply('{"question": "고친 것"}')
        return Reply('{"question": "처음"}' if text == "right" else '{"answer": 3}')

    model, backend = llm(answer, max_failed=1.0)
    results = list(parsed(model, [request(text) for text in ("right", "mend", "never", "refuse")], Draft))
    assert results[:2] == [Draft(question="처음"), Draft(question="고친 것")]
    malformed, refused = results[2:]
    assert isinstance(malformed, Failure) and malformed.reason == "malformed" and "question" in malformed.detail
    assert refused == Failure("refused", "no")
    assert model.ledger.failed == {"malformed": 1, "refused": 1}
    again = [asked for asked in backend.asked if len(asked.messages) > 1]
    assert len(backend.asked) == 6 and len(again) == 2
    assert all(asked.schema and "question" in asked.schema for asked in backend.asked)
    assert again[0].messages[1].content == '{"answer": 3}' and "JSON" in again[0].messages[2].content
