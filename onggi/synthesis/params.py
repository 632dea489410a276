"""Settings of synthesis: who writes questions, and which of them are kept."""

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from onggi.core.params import Params
from onggi.llm.params import RoleParams, Temperature
from onggi.truth.labels import Type

Style = Literal["paraphrase", "colloquial", "typos"]


class CriticSettings(BaseModel):
    """The second pass of a language model over its own questions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    hits: int = Field(
        default=3, ge=0, le=20, description="chunks shown beside the question's own: the best of the index"
    )
    others: Literal["drop", "positive"] = Field(
        default="positive", description="a question that another chunk answers too: drop it, or train on that chunk too"
    )


class TeacherParams(RoleParams):
    """Who writes questions; all but ``backend`` and ``path`` is of language models."""

    key: ClassVar[str] = "teacher"

    backend: Literal["recorded", "extractive", "openai", "transformers"] = Field(
        description="recorded: a file of questions, or of replies (ONGGI_RECORD); extractive: rules, no model; "
        "openai or transformers: a language model"
    )
    max_tokens: int = Field(default=2048, ge=1, le=1 << 20, description="tokens of a reply, at most")
    window_chars: int = Field(
        default=1000, ge=100, le=100_000, description="characters of a document that a request shows, about"
    )
    per_request: int = Field(default=4, ge=1, le=20, description="questions asked for at once, at most")
    temperatures: list[Temperature] = Field(
        default=[0.1, 0.3, 0.4], min_length=1, description="of writing, in turn; `temperature` is that of the critic"
    )
    examples: int = Field(default=6, ge=0, le=30, description="gold train questions that a request shows")
    surplus: float = Field(default=1.5, ge=1, le=10, description="questions asked for, for one that is to be kept")
    rewrite: list[Style] = Field(
        default=["paraphrase", "colloquial", "typos"], description="how questions are written once more, in turn"
    )
    rewrite_share: float = Field(default=0.0, ge=0, le=1, description="share of the questions written once more")
    passages: float = Field(
        default=0.0, ge=0, le=1, description="share of the kept questions for which a passage is written, to train on"
    )
    negatives: int = Field(default=0, ge=0, le=10, description="hard negatives written for a kept question")
    critic: CriticSettings | None = Field(default=CriticSettings(), description="second pass; null: none")


class SynthesizeParams(Params):
    """Which of the questions that were written are kept."""

    key: ClassVar[str] = "synthesize"

    types: list[Type] = Field(min_length=1, description="types of questions")
    per_type: int | None = Field(ge=1, description="questions kept of a type, at most; null: any number")
    per_chunk: int | None = Field(ge=1, description="questions kept of a chunk, at most; null: any number")
    per_document: int | None = Field(ge=1, description="questions kept of a document, at most; null: any number")
    min_chars: int = Field(ge=1, le=1000, description="shortest question, in characters")
    max_chars: int = Field(ge=1, le=1000, description="longest question, in characters")
    max_overlap: float = Field(
        ge=0, le=1, description="share of a question's content words that stand in its chunk, at most"
    )
    alike: float = Field(gt=0, le=1, description="share of character 2-grams from which two questions are one")
    index: str = Field(min_length=1, description="the index of the round trip and of the critic")
    round_trip_k: int = Field(
        ge=0, le=1000, description="that index must find the question's chunk within this rank; 0: not asked"
    )

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.min_chars > self.max_chars:
            raise ValueError(f"min_chars must be at most max_chars ({self.max_chars})")
        return self
