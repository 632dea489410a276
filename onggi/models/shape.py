"""The shape of an encoder made from the corpus; kept apart from what makes it, which takes seconds to import."""

from pydantic import BaseModel, ConfigDict, Field


class BootstrapParams(BaseModel):
    """Shape of the encoder that is made from the corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    vocab_size: int = Field(ge=64, le=250_000, description="pieces of the Unigram vocabulary, at most")
    dimensions: int = Field(ge=8, le=1024, multiple_of=8, description="size of a vector")
    layers: int = Field(ge=1, le=12, description="transformer layers")
    heads: int = Field(ge=1, le=16, description="attention heads a layer")
    window: int = Field(ge=8, le=4096, description="tokens of a window that counts as one text for the SVD")
    max_length: int = Field(ge=16, le=8192, description="longest input in tokens")
    seed: int = Field(ge=0, description="seed of the SVD and of the initial weights")
