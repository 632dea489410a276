"""Readers: questions with what was retrieved for them in, answers out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, Self

from pydantic import Field, model_validator

from onggi.core.params import Name, Params
from onggi.core.schema import Answer, Chunk, Question
from onggi.llm.params import RoleParams

Column = Literal["query_id", "question", "answer", "choice", "chunk_id", "place", "score", "reason"]


class AnswerParams(Params):
    """What is read, and how answers are written; of the `extractive` reader also what it takes for an answer."""

    key: ClassVar[str] = "answer"

    system: str = Field(min_length=1, description="the system whose run is read")
    contexts: int = Field(ge=1, le=100, description="chunks that are read per question, best first")
    columns: dict[Column, str] = Field(
        min_length=1, description="of data/answers.csv, by their names there, such as {query_id: id, answer: answer}"
    )
    encoder: Name = Field(description="extractive: the folder below models/ whose encoder compares quotes")
    quotes: int = Field(ge=1, le=10, description="extractive: quotes that make an answer")
    quote_chars: int = Field(ge=20, le=1000, description="extractive: length of a quote in characters, at most")
    min_support: float = Field(
        ge=0, le=1, description="extractive: how far the best quote must be about what is asked, else no answer"
    )

    @model_validator(mode="after")
    def _columns_differ(self) -> Self:
        if len(set(self.columns.values())) < len(self.columns):
            raise ValueError("columns must have different names")
        return self


class ReaderParams(RoleParams):
    """The language model that reads, or that there is none."""

    key: ClassVar[str] = "reader"

    path: str = Field(
        default="data/gold/none.jsonl",
        min_length=1,
        description="recorded: the file of replies; transformers: the model's folder, such as models/NAME; else unused",
    )
    backend: Literal["extractive", "recorded", "openai", "transformers"] = Field(
        description="extractive: quotes, no language model; recorded, openai, transformers"
    )
    context_tokens: int = Field(default=3000, ge=1, description="tokens of chunks that are shown, at most")
    samples: int = Field(default=1, ge=1, le=100, description="replies a question, of which the most frequent counts")

    @model_validator(mode="after")
    def _samples_differ(self) -> Self:
        if self.samples > 1 and self.temperature == 0:
            raise ValueError("samples over 1 need a temperature above 0, or all are the same")
        return self


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
