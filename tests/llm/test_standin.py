"""The stand-in of the walkthrough: what it says is what the roles take."""

import json
from typing import Any

from onggi.answers.generative import Said
from onggi.llm.prompts import FOLDER, Prompts
from onggi.synthesis.critic import Verdict
from onggi.synthesis.teacher import Asked
from tests.llm.standin import reply
from tests.structure.modules import ROOT

PASSAGE = "장독은 마당 북쪽 담 아래에 두어야 합니다.\n보증금은 장독 하나에 오천 원을 미리 냅니다."
OTHER = "축제는 시월 첫째 주 토요일에 강가에서 열립니다."


def replied(name: str, **values: Any) -> dict[str, Any]:
    messages = Prompts(ROOT / FOLDER).render(name, **values)
    turns = [{"role": message.role, "content": message.content} for message in messages]
    body = json.loads(str(reply({"messages": turns}).body))
    found: dict[str, Any] = json.loads(body["choices"][0]["message"]["content"])
    return found


def test_the_teacher_quotes_what_it_asks_about() -> None:
    found = Asked.model_validate(
        replied("teacher/ask", heading="장독", passage=PASSAGE, types="규정 1개, 절차 1개", examples=[])
    )
    assert [(written.type, written.quote) for written in found.questions] == [
        ("규정", "장독은 마당 북쪽 담 아래에 두어야 합니다."), ("절차", "보증금은 장독 하나에 오천 원을 미리 냅니다."),
    ]  # fmt: skip
    assert found.questions[0].answer == "두어야 합니다" and "두어야" not in found.questions[0].question


def test_the_critic_takes_the_passage_that_shares_most_words() -> None:
    found = replied("teacher/critic", question="축제는 강가에서 언제 열리나요?", passages=[PASSAGE, OTHER])
    assert Verdict.model_validate(found) == Verdict(answering=[2], stands_alone=True)


def test_the_reader_cites_or_refuses() -> None:
    sources = [{"title": "가", "place": "", "text": text} for text in (OTHER, PASSAGE)]
    given = Said.model_validate(replied("answer", sources=sources, question="장독 보증금은 하나에 얼마?", options=[]))
    assert given == Said(answer="보증금은 장독 하나에 오천 원을 미리 냅니다.", citations=[2], answerable=True)
    assert not Said.model_validate(replied("answer", sources=sources, question="주차는?", options=[])).answerable
