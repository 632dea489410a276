"""How a language model is asked, for each role that one plays in a build."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from onggi.core.params import Name, Params

Temperature = Annotated[float, Field(ge=0, le=2)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Budget(_Settings):
    """What one run of a stage may ask of a model; a call that would pass a limit is not made."""

    requests: int | None = Field(default=None, ge=0, description="calls, repeated ones too")
    tokens: int | None = Field(default=None, ge=0, description="tokens in and out")
    usd: float | None = Field(default=None, ge=0, description="US dollars, by usd_per_million")


class EndpointSettings(_Settings):
    """An endpoint that speaks OpenAI's protocol: Solar, Gemini, vLLM, Ollama, llama.cpp, transformers serve."""

    base_url: str = Field(default="https://api.openai.com/v1", pattern=r"^https?://\S+$", description="its address")
    key: str = Field(
        default="OPENAI_API_KEY",
        pattern=r"^[A-Z_][A-Z0-9_]*$",
        description="the environment variable that holds the key, never the key",
    )
    json_mode: Literal["schema", "object", "off"] = Field(
        default="object", description="how JSON is asked for: by schema, as an object, or by the prompt alone"
    )
    concurrency: int = Field(default=16, ge=1, le=1024, description="calls under way at once")
    requests_per_minute: int | None = Field(default=None, ge=1, description="calls begun in a minute, at most")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="tokens of calls begun in a minute, at most")
    timeout_s: float = Field(default=60.0, gt=0, description="seconds that a call may take")
    attempts: int = Field(default=6, ge=1, le=100, description="calls for one request, before it counts as failed")
    patience_s: float = Field(
        default=300.0, ge=0, description="seconds that an endpoint may stay away before the stage stops"
    )


class LocalSettings(_Settings):
    """A model of this machine, run by transformers."""

    quantization: Literal["none", "int8", "nf4"] = Field(default="none", description="none, int8 or nf4 (bitsandbytes)")
    llm_int8_threshold: float = Field(default=6.0, ge=0, description="int8: from which size on values stay fp16")
    double_quant: bool = Field(default=True, description="nf4: quantise the constants, too")
    dtype: Literal["auto", "fp32", "bf16", "fp16"] = Field(default="auto", description="of weights and products")
    device_map: Literal["auto", "cpu"] = Field(default="auto", description="auto: GPUs first, then memory; or cpu")
    max_memory: dict[str, str] = Field(default={}, description="of each device, such as {'0': 20GiB, cpu: 60GiB}")
    gguf_file: str | None = Field(default=None, description="the file of the folder to load, where it holds GGUF files")
    batch_tokens: int = Field(default=8192, ge=1, description="tokens of prompts that are run at once, at most")
    scripts: list[Literal["hangul", "latin", "hanja", "kana"]] | None = Field(
        default=None, description="what may be written beside digits and signs, such as [hangul, latin]; null: anything"
    )


class RoleParams(Params):
    """What every role of a language model has: which model, how it is asked, what it may cost."""

    path: str = Field(
        min_length=1,
        description="recorded: the file of replies; transformers: the model's folder, such as models/NAME; else unused",
    )
    model: str | None = Field(default=None, description="openai: the model's name there")
    revision: str | None = Field(
        default=None, description="tells versions of an endpoint's model apart whose name stays; part of the memo's key"
    )
    temperature: Temperature = Field(default=0.0, description="0: the likeliest tokens")
    top_p: float = Field(default=1.0, gt=0, le=1, description="share of the probability that tokens are drawn from")
    max_tokens: int = Field(default=512, ge=1, le=1 << 20, description="tokens of a reply, at most")
    seed: int = Field(default=0, ge=0, lt=1 << 31, description="of the drawing of tokens, where the backend takes one")
    max_failed: float = Field(default=0.05, ge=0, le=1, description="share of requests without a reply that is borne")
    budget: Budget = Field(default=Budget(), description="requests, tokens and usd of a run, at most")
    usd_per_million: list[float] = Field(
        default=[0.0, 0.0], min_length=2, max_length=2, description="price of a million tokens in, and out"
    )
    tokenizer: Name | None = Field(
        default=None, description="openai: a folder below models/ that counts tokens for budgets; null: an estimate"
    )
    endpoint: EndpointSettings = Field(default=EndpointSettings(), description="of backend openai")
    local: LocalSettings = Field(default=LocalSettings(), description="of backend transformers")

    backend: str

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.backend == "openai" and not self.model:
            raise ValueError("model must be named for backend openai")
        if self.budget.usd is not None and not any(self.usd_per_million):
            raise ValueError("budget.usd needs usd_per_million")
        return self

    def sampling(self, **other: Any) -> dict[str, Any]:
        """Return how tokens are drawn, as `onggi.llm.messages.Request` takes it; ``other`` values take precedence."""
        names = ("temperature", "top_p", "max_tokens", "seed")
        return {name: getattr(self, name) for name in names} | other
