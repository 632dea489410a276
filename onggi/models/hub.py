"""Encoders from the Hugging Face Hub, pinned to a revision, stored as safetensors."""

from pathlib import Path
from pickle import UnpicklingError
from tempfile import TemporaryDirectory
from typing import Literal

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError
from transformers import AutoModel, AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models.layout import Layout, Pooling, read_layout, write_layout

CONFIGURATION = ["*.json", "*.txt", "*.model", "1_Pooling/*.json"]


class HubParams(BaseModel):
    """A model of the Hub."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, description="owner/name on the Hub, or a local folder")
    revision: str = Field(
        pattern=r"^([0-9a-f]{40}|local)$", description="commit (40 hex digits), or local for a folder"
    )
    pooling: Literal["cls", "mean", "last_token"] | None = Field(description="null: as the model's own files say")
    trust_remote_code: bool = Field(description="run code that comes with the model")


def fetch(params: HubParams, folder: Path) -> None:
    """Store a model of the Hub in ``folder`` with its tokenizer, its weights as safetensors.

    Pickled weights are read through ``torch.load(weights_only=True)`` and never run code.

    Raises
    ------
    ModelError
        The model or revision does not exist, cannot be reached, or cannot be loaded.
    """
    source = _snapshot(params)
    try:
        model = AutoModel.from_pretrained(source, trust_remote_code=params.trust_remote_code, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=params.trust_remote_code)
    except (OSError, ValueError, RuntimeError, SafetensorError, UnpicklingError) as error:
        raise ModelError(params.name, f"cannot be loaded ({error})", "check base_model.hub.name and revision") from None
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    with TemporaryDirectory() as described:
        layout = _layout(source, folder, Path(described), params.pooling)
    write_layout(folder, layout)


def _layout(source: Path, folder: Path, described: Path, pooling: Pooling | None) -> Layout:
    """Return the layout that the files of ``source`` describe, with ``pooling`` in its place where one is given."""
    for file in [*folder.glob("*"), *source.glob("sentence_bert_config.json")]:
        (described / file.name).symlink_to(file.resolve())
    if (source / "1_Pooling").is_dir():
        (described / "1_Pooling").symlink_to((source / "1_Pooling").resolve())
    layout = read_layout(described)
    return Layout(pooling or layout.pooling, layout.max_length)


def _snapshot(params: HubParams) -> Path:
    local = Path(params.name)
    if params.revision == "local":
        if not local.is_dir():
            raise ModelError(params.name, "no such folder", "set base_model.hub.revision to a commit of the Hub")
        return local
    try:
        for weights in ("*.safetensors", "pytorch_model*.bin"):
            patterns = [*CONFIGURATION, weights, *(["*.py"] if params.trust_remote_code else [])]
            path = Path(snapshot_download(params.name, revision=params.revision, allow_patterns=patterns))
            if any(path.glob(weights)):
                return path
    except RepositoryNotFoundError:
        raise ModelError(
            params.name, "no such model on the Hub", "check the name; a private one needs HF_TOKEN"
        ) from None
    except RevisionNotFoundError:
        raise ModelError(params.name, f"no revision {params.revision}", "copy a commit of the model's page") from None
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            params.name, f"the Hub cannot be reached ({error})", "go online or set kind: bootstrap"
        ) from None
    raise ModelError(params.name, "holds no weights (*.safetensors, pytorch_model*.bin)", "choose another model")
