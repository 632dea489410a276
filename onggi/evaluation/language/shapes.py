"""What the judge is asked to reply with, by prompt: RAGAS's own keys, with verdicts that are 0 or 1 and no other."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

Bit = Annotated[int, Field(ge=0, le=1)]


class Statements(BaseModel):
    """What an answer says, statement by statement."""

    statements: list[str]


class Claims(BaseModel):
    """What a text claims, claim by claim."""

    claims: list[str]


class Judged(BaseModel):
    """Whether a statement follows from a text."""

    statement: str
    reason: str
    verdict: Bit


class Verdicts(BaseModel):
    """A verdict for each statement that was asked about."""

    statements: list[Judged]


class GeneratedQuestion(BaseModel):
    """A question that an answer answers, and whether the answer is none: evasive or vague."""

    question: str
    noncommittal: Bit


class ContextVerdict(BaseModel):
    """Whether a context was of use for the gold answer."""

    reason: str
    verdict: Bit


class Classified(BaseModel):
    """Whether a statement of the gold answer stands in the contexts."""

    statement: str
    reason: str
    attributed: Bit


class Classifications(BaseModel):
    """The statements of a gold answer, each with where it stands."""

    classifications: list[Classified]


SHAPES: Mapping[str, type[BaseModel]] = {
    "statements": Statements,
    "entailed": Verdicts,
    "question": GeneratedQuestion,
    "context": ContextVerdict,
    "recall": Classifications,
    "claims": Claims,
    "confirmed": Verdicts,
}
"""What each prompt (``prompts/ko/judge/NAME.jinja``) is answered with."""


def stand_in(prompt: str, values: Mapping[str, Any]) -> BaseModel:
    """Return a reply that a model might give to a prompt, so that a plan comes to what would be asked next."""
    judged = [Judged(statement=text, reason="", verdict=1) for text in values.get("statements", ())]
    known: dict[str, BaseModel] = {
        "statements": Statements(statements=[str(values.get("answer"))]),
        "entailed": Verdicts(statements=judged),
        "question": GeneratedQuestion(question=str(values.get("response")), noncommittal=0),
        "context": ContextVerdict(reason="", verdict=1),
        "recall": Classifications(classifications=[Classified(statement="", reason="", attributed=1)]),
        "claims": Claims(claims=[str(values.get("response"))]),
        "confirmed": Verdicts(statements=judged),
    }
    return known[prompt]
