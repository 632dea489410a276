import json
import re
from typing import Any

import pytest

from onggi.core.schema import Evidence
from onggi.llm.messages import Failure, Reply, Request
from onggi.synthesis.critic import LlmCritic
from onggi.synthesis.drafts import Draft
from onggi.synthesis.params import CriticSettings
from tests.llm.answering import Answer, llm
from tests.synthesis.samples import document, find_own
from tests.synthesis.test_teacher import PROMPTS, SHOWN

RENT = document("장독 보증금은 5,000원입니다.", "장독은 사흘 빌려 줍니다.")
GUIDE = document("장독을 빌리려면 5,000원을 맡깁니다.", "가마는 월요일에 쉽니다.", name="b.md")
READ = [RENT, GUIDE]


def draft(text: str = "맡기는 돈은 얼마예요?") -> Draft:
    own = RENT.chunks[0]
    return Draft(text, "규정", ("5,000원",), (Evidence("a.md", 0, 5),), own.chunk_id, "ask")


def says(*answering: str, stands_alone: bool = True) -> Answer:
    """Return a critic that finds the passages with these words answering, wherever they stand."""

    def answer(asked: Request) -> Reply:
        shown = SHOWN.findall(asked.messages[-1].content)
        numbers = [n for n, text in enumerate(shown, 1) if any(word in text for word in answering)]
        return Reply(json.dumps({"answering": numbers, "stands_alone": stands_alone}))

    return answer


def judged(answer: Answer, *drafts: Draft, read: Any = READ, **settings: Any) -> tuple[list[Draft], list[str]]:
    model, _ = llm(answer, max_failed=1.0)
    critic = LlmCritic(model, PROMPTS, CriticSettings.model_validate(settings))
    return critic.judged(drafts or (draft(),), read, find_own(READ))


def test_what_its_chunk_alone_answers_passes() -> None:
    assert judged(says("보증금")) == ([draft()], [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says("사흘"), "critic_unanswered"),
        (says(), "critic_unanswered"),
        (lambda asked: Reply('{"answering": [0, 99], "stands_alone": true}'), "critic_unanswered"),
        (says("보증금", stands_alone=False), "critic_page"),
        (lambda asked: Failure("refused"), "critic_failed"),
    ],
)
def test_what_does_not_pass_is_told_why(answer: Answer, reason: str) -> None:
    assert judged(answer) == ([], [reason])


def test_another_chunk_that_answers_becomes_evidence_or_ends_the_question() -> None:
    both = says("보증금", "맡깁니다")
    other = GUIDE.chunks[0]
    (kept,), reasons = judged(both, others="positive")
    assert kept.evidence == (Evidence("a.md", 0, 5), Evidence("b.md", other.start, other.end)) and reasons == []
    assert judged(both, others="drop") == ([], ["critic_elsewhere"])


def test_the_best_hits_are_shown_and_the_own_chunk_has_no_fixed_place() -> None:
    asked: list[list[str]] = []

    def answer(request: Request) -> Reply:
        asked.append(SHOWN.findall(request.messages[-1].content))
        return Reply('{"answering": [1], "stands_alone": true}')

    judged(answer, *[draft(f"맡기는 돈은 얼마 {n}?") for n in range(12)], hits=2)
    assert all(len(shown) == 3 and any("보증금" in text for text in shown) for shown in asked)
    assert {next(n for n, text in enumerate(shown) if "보증금" in text) for shown in asked} == {0, 1, 2}
    asked.clear()
    judged(answer, hits=0)
    assert [len(shown) for shown in asked] == [1]


def test_what_may_not_be_read_is_not_shown() -> None:
    seen: list[str] = []

    def answer(request: Request) -> Reply:
        seen.append(request.messages[-1].content)
        return Reply('{"answering": [1], "stands_alone": true}')

    judged(answer, read=[RENT])
    assert seen and not re.search("가마|맡깁니다", "".join(seen))


def test_a_chunk_that_overlaps_is_no_other_answer() -> None:
    whole = document("장독 보증금은 5,000원입니다.")
    twice = type(whole)("a.md", whole.text, (*whole.chunks, *document("장독 보증금은").chunks))
    own = Draft("얼마예요?", "규정", ("5,000원",), (Evidence("a.md", 0, 5),), whole.chunks[0].chunk_id, "ask")
    model, _ = llm(says("보증금"), max_failed=1.0)
    kept, _ = LlmCritic(model, PROMPTS, CriticSettings()).judged([own], [twice], find_own([twice]))
    assert kept == [own]
