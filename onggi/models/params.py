"""Settings of the models; kept apart from what runs them, which takes seconds to import."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from onggi.core.params import Name, NamedParams, Params

Length = Annotated[int, Field(ge=8, le=32768)]
Precision = Literal["fp32", "bf16", "fp16"]
Runtime = Literal["torch", "onnx"]
Pooling = Literal["cls", "mean", "last_token"]
Task = Literal["encoder", "reranker", "classifier", "generator", "tokenizer"]


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


class ModelParams(BaseModel):
    """What every model that is made, fetched or adopted has: settings that are known and do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BootstrapParams(ModelParams):
    """Shape of the encoder that is made from the corpus."""

    vocab_size: int = Field(ge=64, le=250_000, description="pieces of the Unigram vocabulary, at most")
    dimensions: int = Field(ge=8, le=1024, multiple_of=8, description="size of a vector")
    layers: int = Field(ge=1, le=12, description="transformer layers")
    heads: int = Field(ge=1, le=16, description="attention heads a layer")
    window: int = Field(ge=8, le=4096, description="tokens of a window that counts as one text for the SVD")
    max_length: int = Field(ge=16, le=8192, description="longest input in tokens")
    seed: int = Field(ge=0, lt=1 << 32, description="seed of the SVD and of the initial weights")

    @model_validator(mode="after")
    def _heads_divide_dimensions(self) -> Self:
        if self.dimensions % self.heads:
            raise ValueError("heads must divide dimensions")
        return self


class JoinedParams(ModelParams):
    """Encoders whose vectors stand side by side."""

    encoders: list[Name] = Field(min_length=2, max_length=2, description="two encoders; join those for more")
    weights: list[float] = Field(min_length=2, max_length=2, description="the share of each in the score")

    @model_validator(mode="after")
    def _weights_are_above_0(self) -> Self:
        if not min(self.weights) > 0 or not sum(self.weights) < float("inf"):
            raise ValueError("weights must be above 0")
        return self


class _Stored(ModelParams):
    """How a model that others made is stored."""

    task: Task = Field(
        "encoder",
        description="encoder, generator, tokenizer; a cross-encoder: reranker with one score, classifier with labels",
    )
    pooling: Pooling | None = Field(None, description="null: as the model's own files say; else cls, mean, last_token")
    trust_remote_code: bool = Field(False, description="run code that comes with the model")
    gguf_file: str | None = Field(
        None, pattern=r"^[^/\\]+\.gguf$", description="generator: the GGUF file to take, in place of safetensors"
    )

    @model_validator(mode="after")
    def _settings_are_of_the_task(self) -> Self:
        if self.task != "encoder" and self.pooling is not None:
            raise ValueError("pooling is for task encoder")
        if self.task != "generator" and self.gguf_file is not None:
            raise ValueError("gguf_file is for task generator")
        if self.task == "generator" and self.trust_remote_code:
            raise ValueError("trust_remote_code is not for task generator")
        return self


class HubParams(_Stored):
    """A model of the Hugging Face Hub."""

    name: str = Field(pattern=r"^[\w.-]+(/[\w.-]+)?$", description="owner/name on the Hub")
    revision: str = Field(pattern=r"^[0-9a-f]{40}$", description="commit: 40 hex digits, as the model's page shows")


class LocalParams(_Stored):
    """A model in a folder of this machine."""

    path: str = Field(min_length=1, description="folder of the model, as transformers saves it")
