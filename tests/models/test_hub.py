import shutil
import socket
from pathlib import Path

import pytest
from httpx import Request, Response
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from pydantic import ValidationError

from onggi.core.errors import ModelError
from onggi.models import hub
from onggi.models.cross_encoder import CrossEncoder
from onggi.models.embedder import Embedder
from onggi.models.hub import fetch
from onggi.models.params import EmbedParams, HubParams
from tests.models.random_models import as_pickle

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def params(name: str = "someone/encoder", revision: str = COMMIT, task: str = "encoder") -> HubParams:
    return HubParams.model_validate({"name": name, "revision": revision, "task": task})


@pytest.mark.parametrize("revision", ["main", "local", "0123abc", COMMIT.upper(), COMMIT + "0", f"{COMMIT}\n", ""])
def test_a_revision_is_a_commit(revision: str) -> None:
    with pytest.raises(ValidationError, match="revision"):
        params("someone/encoder", revision)
    assert params().revision == COMMIT


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
        fetch(params(), target)
    assert "\n" not in str(error.value)


def test_a_snapshot_asks_for_the_commit_and_for_pickles_only_where_there_is_nothing_else(
    model: Path, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = as_pickle(model, tmp_path / "pickled"), []

    def download(name: str, revision: str, allow_patterns: list[str], ignore_patterns: list[str]) -> str:
        asked.append((name, revision, allow_patterns))
        return str(folder)

    monkeypatch.setattr(hub, "snapshot_download", download)
    fetch(params(), target)
    assert {(name, revision) for name, revision, _ in asked} == {("someone/encoder", COMMIT)}
    assert [patterns[-1] for _, _, patterns in asked] == ["*.safetensors", "pytorch_model*.bin"]
    assert not any("*.py" in patterns for _, _, patterns in asked)


@pytest.mark.parametrize("name", ["", "a/b/c", "../encoder", "/models/base", "a b", "someone/"])
def test_a_folder_is_no_name_of_the_hub(name: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("the network was asked"))
    with pytest.raises((ValidationError, ModelError)):
        fetch(params(name), target)


def test_what_is_fetched_loads_offline(
    model: Path, cross: Path, texts: list[str], embed: EmbedParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoders and rerankers alike; the snapshot they came from is gone."""
    for task, source in (("encoder", model), ("reranker", cross)):
        snapshot, folder = tmp_path / f"snapshot-{task}", tmp_path / task
        shutil.copytree(source, snapshot)
        folder.mkdir()
        monkeypatch.setattr(hub, "snapshot_download", lambda *_, _at=snapshot, **__: str(_at))
        fetch(params(task=task), folder)
        shutil.rmtree(snapshot)
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("the network was asked"))
    fetched = Embedder(tmp_path / "encoder", embed).passages(texts[:4])
    assert fetched.tobytes() == Embedder(model, embed).passages(texts[:4]).tobytes()
    pairs = [("누룩방", text) for text in texts[:4]]
    scores = list(CrossEncoder.load(tmp_path / "reranker", 64).scores(pairs))
    assert scores == list(CrossEncoder.load(cross, 64).scores(pairs))
