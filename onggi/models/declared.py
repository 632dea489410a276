"""Every model is a folder ``models/NAME``; the sections below ``models`` say how each is made."""

from typing import ClassVar

from onggi.core.params import NamedParams
from onggi.models.params import BootstrapParams, HubParams, JoinedParams, LocalParams
from onggi.models.tokenizer import TokenizerParams


class Tokenizers(NamedParams[TokenizerParams]):
    """What cuts texts into terms."""

    key: ClassVar[str] = "models.tokenizer"


class Bootstraps(NamedParams[BootstrapParams]):
    """Encoders made from the corpus."""

    key: ClassVar[str] = "models.bootstrap"


class HubModels(NamedParams[HubParams]):
    """Encoders and rerankers of the Hugging Face Hub."""

    key: ClassVar[str] = "models.hub"


class LocalModels(NamedParams[LocalParams]):
    """Encoders and rerankers of this machine."""

    key: ClassVar[str] = "models.local"


class JoinedModels(NamedParams[JoinedParams]):
    """Several encoders as one."""

    key: ClassVar[str] = "models.joined"
