import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from httpx import Request, Response
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from pydantic import ValidationError
from safetensors.torch import load_file

from onggi.core.errors import ModelError
from onggi.models import hub
from onggi.models.embedder import Embedder
from onggi.models.hub import HubParams, fetch
from onggi.models.layout import Layout, read_layout
from onggi.models.params import EmbedParams

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def params(name: str | Path, revision: str = "local", pooling: str | None = None) -> HubParams:
    return HubParams.model_validate(
        {"name": str(name), "revision": revision, "pooling": pooling, "trust_remote_code": False}
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def as_pickle(model: Path, folder: Path) -> Path:
    """Copy an encoder folder, its weights as ``pytorch_model.bin``."""
    shutil.copytree(model, folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def test_a_local_folder_is_copied_and_gives_the_same_vectors(
    model: Path, texts: list[str], embed: EmbedParams, target: Path
) -> None:
    fetch(params(model), target)
    assert read_layout(target) == read_layout(model)
    assert (Embedder(target, embed).passages(texts) == Embedder(model, embed).passages(texts)).all()


def test_params_may_name_the_pooling(model: Path, target: Path) -> None:
    fetch(params(model, pooling="cls"), target)
    assert read_layout(target) == Layout("cls", 64)


def test_pickled_weights_become_safetensors(
    model: Path, texts: list[str], embed: EmbedParams, tmp_path: Path, target: Path
) -> None:
    fetch(params(as_pickle(model, tmp_path / "pickled")), target)
    assert [path.name for path in target.rglob("*") if path.suffix in (".bin", ".pt", ".safetensors")] == [
        "model.safetensors"
    ]
    assert (Embedder(target, embed).passages(texts) == Embedder(model, embed).passages(texts)).all()


class Trap:
    """Unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_weights_that_run_code_are_refused(model: Path, tmp_path: Path, target: Path) -> None:
    folder = as_pickle(model, tmp_path / "trap")
    torch.save({"weight": Trap(tmp_path / "ran")}, folder / "pytorch_model.bin", pickle_module=pickle)
    with pytest.raises(ModelError, match="trap: cannot be loaded") as error:
        fetch(params(folder), target)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("revision", ["main", "0123abc", COMMIT.upper(), COMMIT + "0", ""])
def test_a_revision_is_a_commit(revision: str) -> None:
    with pytest.raises(ValidationError, match="revision"):
        params("someone/encoder", revision)
    assert params("someone/encoder", COMMIT).revision == COMMIT


RESPONSE = Response(404, request=Request("GET", "https://hub.invalid/someone/encoder"))


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (RepositoryNotFoundError("no\nsuch", response=RESPONSE), "no such model on the Hub; check the name"),
        (RevisionNotFoundError("no\nsuch", response=RESPONSE), f"no revision {COMMIT}; copy a commit"),
        (HfHubHTTPError("503\nlater", response=RESPONSE), r"the Hub cannot be reached \(503 later\); go online"),
        (LocalEntryNotFoundError("offline\nmode"), r"the Hub cannot be reached \(offline mode\); go online"),
        (OSError("no space\nleft"), r"the Hub cannot be reached \(no space left\); go online"),
    ],
)
def test_what_the_hub_raises_is_one_line(
    failure: Exception, message: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise failure

    monkeypatch.setattr(hub, "snapshot_download", fail)
    with pytest.raises(ModelError, match=f"someone/encoder: {message}") as error:
        fetch(params("someone/encoder", COMMIT), target)
    assert "\n" not in str(error.value)


def test_a_snapshot_asks_for_the_commit_and_for_pickles_only_where_there_is_nothing_else(
    model: Path, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = as_pickle(model, tmp_path / "pickled"), []

    def download(name: str, revision: str, allow_patterns: list[str]) -> str:
        asked.append((name, revision, allow_patterns))
        return str(folder)

    monkeypatch.setattr(hub, "snapshot_download", download)
    fetch(params("someone/encoder", COMMIT), target)
    assert {(name, revision) for name, revision, _ in asked} == {("someone/encoder", COMMIT)}
    assert [patterns[-1] for _, _, patterns in asked] == ["*.safetensors", "pytorch_model*.bin"]
    assert not any("*.py" in patterns for _, _, patterns in asked)


def test_a_folder_without_weights_or_no_folder_is_named(model: Path, tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: no such folder; set base_model\.hub\.revision to a commit"):
        fetch(params(tmp_path / "nowhere"), target)
    shutil.copytree(model, tmp_path / "empty", ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(ModelError, match=r"empty: (holds no weights|cannot be loaded)"):
        fetch(params(tmp_path / "empty"), target)


def test_the_weights_are_float32_whatever_they_were(model: Path, tmp_path: Path, target: Path) -> None:
    folder = as_pickle(model, tmp_path / "half")
    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    torch.save({name: tensor.half() for name, tensor in weights.items()}, folder / "pytorch_model.bin")
    fetch(params(folder), target)
    assert {tensor.dtype for tensor in load_file(target / "model.safetensors").values()} == {torch.float32}
    assert np.isfinite(load_file(target / "model.safetensors")["embeddings.word_embeddings.weight"]).all()
