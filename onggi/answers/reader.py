"""Readers: questions with what was retrieved for them in, answers out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from pydantic import Field

from onggi.core.params import Params
from onggi.core.schema import Answer, Chunk, Question


class AnswerParams(Params):
    """How answers are taken from what was retrieved."""

    key: ClassVar[str] = "answer"

    backend: Literal["extractive"] = Field(description="extractive: the best sentence's span, no model")
    system: str = Field(min_length=1, description="the system whose run is read")
    contexts: int = Field(ge=1, le=100, description="chunks that are read per question, best first")
    min_support: float = Field(
        ge=0, le=1, description="share of the question's weight that a sentence must cover, else no answer"
    )


@dataclass(frozen=True, slots=True)
class Task:
    """A question and the chunks to answer it from, best first."""

    question: Question
    contexts: Sequence[Chunk]


class Reader(Protocol):
    """What answers questions."""

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield one answer a task, in their order; its ``contexts`` are the chunks that were read."""
        ...
