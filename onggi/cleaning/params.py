"""The section ``clean`` of params.yaml."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from onggi.cleaning.personal import Kind
from onggi.core import params


class BoilerplateParams(BaseModel):
    """When a line at the edge of documents counts as boilerplate: it must be in so many, by number and share."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    min_documents: int = Field(ge=2, description="documents a line must begin or end")
    min_share: float = Field(gt=0, le=1, description="share of all documents it must begin or end")


class CleanParams(params.Params):
    """What is left out of documents, and what is only found and listed."""

    key: ClassVar[str] = "clean"

    duplicates: Literal["keep", "drop"] = Field(description="what is done with documents that say the same")
    alike: float | None = Field(
        ge=0.5, le=1, description="share of 5-grams from which two are nearly the same, or null"
    )
    versions: Literal["keep", "newest"] = Field(description="what is done with versions of one document")
    boilerplate: BoilerplateParams | None = Field(description="when lines that begin or end many documents go, or null")
    spacing: Literal["auto", "off"] = Field(description="repair pages whose spacing is broken, or leave them")
    mask: list[Kind] = Field(description="kinds of personal data to mask")

    @property
    def waits(self) -> bool:
        """Whether nothing can be done to the first document before the last has been seen."""
        return self.duplicates == "drop" or self.versions == "newest" or self.boilerplate is not None
