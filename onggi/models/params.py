"""Settings of the models; kept apart from what runs them, which takes seconds to import."""

from typing import ClassVar, Literal

from pydantic import Field

from onggi.core.params import Params


class EmbedParams(Params):
    """How texts are encoded and indexed."""

    key: ClassVar[str] = "embed"

    query_max_length: int = Field(ge=8, le=32768, description="longest query in tokens")
    passage_max_length: int = Field(ge=8, le=32768, description="longest passage in tokens")
    query_prefix: str = Field(description="instruction in front of every query")
    passage_prefix: str = Field(description="instruction in front of every passage")
    precision: Literal["fp32", "bf16", "fp16"] = Field(description="fp32, or bf16 and fp16 on a GPU")
    runtime: Literal["torch", "onnx"] = Field(description="torch, or onnx (int8 on CPU: faster, a little less exact)")
    index: Literal["flat", "hnsw", "ivf"] = Field(description="FAISS index: flat (exact), hnsw or ivf")
    trust_remote_code: bool = Field(description="run code that comes with a model from the Hub")


class RerankerParams(Params):
    """The teacher that scores candidates."""

    key: ClassVar[str] = "reranker"

    kind: Literal["late_interaction", "cross_encoder"] = Field(description="late_interaction or cross_encoder")
    name: str = Field(description="cross_encoder: owner/name on the Hub, or a folder")
    revision: str = Field(description="cross_encoder: commit on the Hub, or local for a folder")
    max_length: int = Field(ge=8, le=32768, description="longest query with passage in tokens")
