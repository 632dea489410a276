"""Which language models are compared, and on what."""

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from onggi.answers.reader import ReaderParams
from onggi.core.params import NamedParams, Params
from onggi.models.params import HubParams


class FromHub(BaseModel):
    """A model of the Hugging Face Hub that is tried before it becomes a part of the build."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(pattern=r"^[\w.-]+(/[\w.-]+)?$", description="owner/name on the Hub")
    revision: str = Field(pattern=r"^[0-9a-f]{40}$", description="commit: 40 hex digits, as the model's page shows")
    gguf_file: str | None = Field(
        default=None, pattern=r"^[^/\\]+\.gguf$", description="the GGUF file to take, in place of safetensors"
    )

    def params(self) -> HubParams:
        """Return it as the stage fetch would be told."""
        told = {"name": self.name, "revision": self.revision, "task": "generator", "gguf_file": self.gguf_file}
        return HubParams.model_validate(told)


class Candidate(ReaderParams):
    """A language model as reader, and where it comes from where it is not there yet."""

    key: ClassVar[str] = "benchmark_llm.models"

    path: str = Field(
        min_length=1,
        description="recorded: the file of replies; transformers: the model's folder; else data/gold/none.jsonl",
    )
    hub: FromHub | None = Field(
        default=None, description="transformers: fetched for the benchmark alone, which then needs no folder"
    )

    @model_validator(mode="after")
    def _hub_is_of_transformers(self) -> Self:
        if self.hub is not None and self.backend != "transformers":
            raise ValueError("hub is for backend transformers")
        return self


class Candidates(NamedParams[Candidate]):
    """The models that are compared."""

    key: ClassVar[str] = "benchmark_llm.models"


class SampleParams(Params):
    """The questions that all of them are asked."""

    key: ClassVar[str] = "benchmark_llm.sample"

    questions: int = Field(ge=1, description="how many, at most; each stratum has its share")
    splits: list[Literal["dev", "test"]] = Field(
        min_length=1, description="of which splits; those that the corpus does not answer are in test"
    )
    resamples: int = Field(ge=100, le=1_000_000, description="of the bootstrap behind the intervals")
    seed: int = Field(ge=0, description="of the drawing of questions, and of the bootstrap")
