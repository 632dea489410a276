"""A judge of the tests' own: replies to RAGAS's prompts by rule, so that scores can be told by hand.

A statement is a sentence; it follows from a text that holds it, word for word. The question that an answer answers is
looked up in `ASKED`, where answers that are none have no question.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from onggi.core.schema import Answer, Evidence, Question
from onggi.evaluation.judge import Case
from onggi.evaluation.language.judge import LanguageJudge
from onggi.evaluation.language.params import JudgeParams
from onggi.llm.messages import Failure, Reply, Request, Usage
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from tests.llm.answering import Answering
from tests.structure.modules import ROOT

PROMPTS = ROOT / "prompts" / "ko" / "judge"

WHERE = "장독대는 어디에 두나요?"
NORTH = "장독대는 마당 북쪽에 둔다."
HOW_LONG = "메주는 얼마나 띄우나요?"
MONTH = "메주는 한 달 띄운다."
SALTED = "메주는 소금에 절인다."
FESTIVAL = "축제는 가을에 열린다."
UNKNOWN = "잘 모르겠습니다."

ASKED = {NORTH: WHERE, MONTH: HOW_LONG, f"{MONTH} {SALTED}": HOW_LONG, FESTIVAL: "축제는 언제 열리나요?"}

ANGLES = {WHERE: 0.0, HOW_LONG: 0.0, "축제는 언제 열리나요?": np.pi / 2, "": 0.0}
"""Questions as unit vectors of the plane: the cosine of two is that of the angle between them."""


def passages(request: Request) -> list[str]:
    """Return the texts that the last turn marks as data."""
    return re.findall(r"<passage>\n(.*?)\n</passage>", request.messages[-1].content, re.DOTALL)


def sentences(text: str) -> list[str]:
    return re.findall(r"[^.]+\.", text.replace("\n", " ").replace(". ", "."))


def reply_of(request: Request) -> dict[str, Any]:
    """Return what the rules say to a prompt of `onggi.evaluation.language.shapes`."""
    data = passages(request)
    system = request.messages[0].content
    match json.loads(request.schema or "")["title"]:
        case "Statements":
            return {"statements": sentences(data[1])}
        case "Claims":
            return {"claims": sentences(data[1])}
        case "Verdicts":
            of = 1 if "견주는" in system else 0
            judged = [{"statement": s, "reason": "글자", "verdict": int(s in data[of])} for s in data[of + 1 :]]
            return {"statements": judged}
        case "GeneratedQuestion":
            return {"question": ASKED.get(data[0], "?"), "noncommittal": int(data[0] not in ASKED)}
        case "ContextVerdict":
            return {"reason": "글자", "verdict": int(data[1] in data[2])}
        case "Classifications":
            found = [{"statement": s, "reason": "글자", "attributed": int(s in data[2])} for s in sentences(data[1])]
            return {"classifications": found}
    raise AssertionError(request.schema)


def by_rule(request: Request) -> Reply:
    return Reply(json.dumps(reply_of(request), ensure_ascii=False), Usage(10, 4))


class Angles:
    """In the place of an encoder: the vectors of `ANGLES`; notes how many texts each batch had."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def queries(self, texts: Sequence[str]) -> Any:
        self.batches.append(len(texts))
        angles = [ANGLES.get(text, 0.0) for text in texts]
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def params(**settings: Any) -> JudgeParams:
    return JudgeParams.model_validate({"backend": "openai", "model": "m", "path": "none.jsonl"} | settings)


def judge(
    answer: Callable[[Request], Reply | Failure] = by_rule, labelled: Any = (), **settings: Any
) -> tuple[LanguageJudge, Answering]:
    """Return a judge that answers by a rule, and the backend that notes what it was asked."""
    backend = Answering(answer)
    given = params(**settings)
    llm = Llm(given, {"model": given.model}, lambda: backend)
    return LanguageJudge(llm, given, Prompts(PROMPTS), Angles(), labelled), backend  # type: ignore[arg-type]


def case(question: str, answer: str | None, gold: str | None, *contexts: str, query_id: str = "") -> Case:
    """Return a case; without a gold answer the corpus does not answer the question."""
    name = query_id or f"{question}{answer}{gold}{contexts}"
    evidence = [Evidence("jang", 0, 1)] if gold else []
    asked = Question(name, question, "정의", [gold] if gold else [], evidence, "gold", "test")
    return Case(asked, Answer(name, answer, None, 0.5, []), contexts, [])
