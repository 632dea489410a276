"""The base encoder: made from the corpus, or fetched from the Hub."""

from typing import ClassVar, Literal

from pydantic import Field

from onggi.core.params import Params
from onggi.models.hub import HubParams
from onggi.models.shape import BootstrapParams


class BaseModelParams(Params):
    """Where the base encoder comes from."""

    key: ClassVar[str] = "base_model"

    kind: Literal["bootstrap", "hub"] = Field(description="bootstrap: made from the corpus, offline; hub: fetched")
    bootstrap: BootstrapParams
    hub: HubParams
