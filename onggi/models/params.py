"""Settings of the models; kept apart from what runs them, which takes seconds to import."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from onggi.core.params import Name, NamedParams, Params

Length = Annotated[int, Field(ge=8, le=32768)]
Precision = Literal["fp32", "bf16", "fp16"]
Runtime = Literal["torch", "onnx"]


class EmbedParams(Params):
    """How encoders are run, where an encoder does not say otherwise."""

    key: ClassVar[str] = "embed"

    query_max_length: Length = Field(description="longest query in tokens")
    passage_max_length: Length = Field(description="longest passage in tokens")
    query_prefix: str = Field(description="instruction in front of every query")
    passage_prefix: str = Field(description="instruction in front of every passage")
    precision: Precision = Field(description="fp32, or bf16 and fp16 on a GPU")
    runtime: Runtime = Field(description="torch, or onnx (int8 on CPU: faster, a little less exact)")
    trust_remote_code: bool = Field(description="run code that comes with a model from the Hub")


class EncoderParams(BaseModel):
    """What one encoder does otherwise than ``embed`` says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    query_max_length: Length | None = Field(default=None, description="longest query in tokens")
    passage_max_length: Length | None = Field(default=None, description="longest passage in tokens")
    query_prefix: str | None = Field(default=None, description="instruction in front of every query")
    passage_prefix: str | None = Field(default=None, description="instruction in front of every passage")
    precision: Precision | None = Field(default=None, description="fp32, or bf16 and fp16 on a GPU")
    runtime: Runtime | None = Field(default=None, description="torch, or onnx")
    trust_remote_code: bool | None = Field(default=None, description="run code that comes with the model")

    def over(self, embed: EmbedParams) -> EmbedParams:
        """Return how the encoder is run."""
        return embed.model_copy(update=self.model_dump(exclude_none=True))


class Encoders(NamedParams[EncoderParams]):
    """The models, by their names, that encode all chunks."""

    key: ClassVar[str] = "encoders"

    def settings(self, name: str, embed: EmbedParams) -> EmbedParams:
        """Return how an encoder is run; as ``embed`` says where it is not declared."""
        return self.root[name].over(embed) if name in self.root else embed


class RerankerParams(Params):
    """The teacher that scores candidates of mining."""

    key: ClassVar[str] = "reranker"

    kind: Literal["late_interaction", "cross_encoder"] = Field(description="late_interaction or cross_encoder")
    model: Name = Field(description="a folder below models/")
    max_length: Length = Field(description="cross_encoder: longest query with passage in tokens")
