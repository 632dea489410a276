"""Settings of indexes: which encoder's terms or vectors each holds, and how it looks them up."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from onggi.core.params import Name, NamedParams


class _Index(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    encoder: Name = Field(description="the encoder whose terms or vectors it holds")


class Bm25Params(_Index):
    """A BM25 index over the terms of a tokenizer."""

    kind: Literal["bm25"] = Field(description="bm25, flat, hnsw or ivf")
    method: Literal["lucene", "robertson", "atire"] = Field(default="lucene", description="variant of BM25")
    k1: float = Field(default=1.5, ge=0, le=10, description="saturation of term frequency")
    b: float = Field(default=0.75, ge=0, le=1, description="strength of length normalisation")


class FlatParams(_Index):
    """An exact index over the vectors of an encoder."""

    kind: Literal["flat"] = Field(description="bm25, flat, hnsw or ivf")


class HnswParams(_Index):
    """An approximate index: a graph of neighbours (Malkov & Yashunin, https://arxiv.org/abs/1603.09320)."""

    kind: Literal["hnsw"] = Field(description="bm25, flat, hnsw or ivf")
    neighbours: int = Field(default=32, ge=4, le=256, description="edges of a vector (M)")
    build_effort: int = Field(default=200, ge=8, le=4096, description="candidates when it is built (efConstruction)")
    search_effort: int = Field(default=64, ge=8, le=65536, description="candidates when asked, at least (efSearch)")


class IvfParams(_Index):
    """An approximate index: vectors in lists by their nearest centroid."""

    kind: Literal["ivf"] = Field(description="bm25, flat, hnsw or ivf")
    lists: int | None = Field(default=None, ge=1, le=1 << 20, description="null: four times the root of the rows")
    probes: int | None = Field(default=None, ge=1, le=1 << 20, description="lists that are searched; null: an eighth")


DenseParams = FlatParams | HnswParams | IvfParams


def _kind(of: Any) -> str | None:
    kind = of.get("kind") if isinstance(of, Mapping) else getattr(of, "kind", None)
    return kind if isinstance(kind, str) else None


IndexParams = Annotated[
    Annotated[Bm25Params, Tag("bm25")]
    | Annotated[FlatParams, Tag("flat")]
    | Annotated[HnswParams, Tag("hnsw")]
    | Annotated[IvfParams, Tag("ivf")],
    Discriminator(
        _kind,
        custom_error_type="index_kind",
        custom_error_message="an index is {encoder: NAME, kind: bm25, flat, hnsw or ivf, …}",
    ),
]


class Indexes(NamedParams[IndexParams]):
    """Every index, by its name; it is also the name of the system that asks it alone."""

    key: ClassVar[str] = "indexes"
