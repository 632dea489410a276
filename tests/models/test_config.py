import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from FlagEmbedding import FlagModel
from sentence_transformers import SentenceTransformer

from onggi.core.errors import ModelError
from onggi.models.config import EncoderConfig, Pooling, read_encoder_config, write_encoder_config
from onggi.models.embedder import Embedder
from onggi.models.encoder import Encoder
from onggi.models.params import EmbedParams


def empty_encoder(folder: Path) -> Path:
    """A folder that looks like an encoder of two dimensions."""
    folder.mkdir()
    (folder / "config.json").write_text('{"hidden_size": 2, "max_position_embeddings": 514}')
    (folder / "model.safetensors").write_bytes(b"")
    return folder


@pytest.mark.parametrize("pooling", ["cls", "mean", "last_token"])
def test_what_is_written_is_read(tmp_path: Path, pooling: Pooling) -> None:
    folder = empty_encoder(tmp_path / "encoder")
    write_encoder_config(folder, EncoderConfig(pooling, 77))
    assert read_encoder_config(folder) == EncoderConfig(pooling, 77)


@pytest.mark.parametrize(
    ("settings", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode_lasttoken": True}, "last_token"),
        ({"embedding_dimension": 2, "pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": "lasttoken"}, "last_token"),
    ],
)
def test_the_files_of_others_are_read(tmp_path: Path, settings: dict[str, object], pooling: str) -> None:
    folder = empty_encoder(tmp_path / "encoder")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    assert read_encoder_config(folder).pooling == pooling


def test_no_pooling_file_means_cls_and_the_shortest_length_counts(tmp_path: Path) -> None:
    folder = empty_encoder(tmp_path / "encoder")
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 1000000000000000019884624838656}')
    assert read_encoder_config(folder) == EncoderConfig("cls", 514)
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 512}')
    assert read_encoder_config(folder) == EncoderConfig("cls", 512)


@pytest.mark.parametrize("mode", ["pooling_mode_max_tokens", "pooling_mode_weightedmean_tokens"])
def test_an_unknown_pooling_is_refused(tmp_path: Path, mode: str) -> None:
    folder = empty_encoder(tmp_path / "encoder")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({mode: True}))
    with pytest.raises(ModelError, match="is not supported; use cls, mean or lasttoken pooling"):
        read_encoder_config(folder)


def test_bad_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: is no encoder folder \(no config.json\); run `dvc repro"):
        read_encoder_config(tmp_path / "nowhere")
    folder = empty_encoder(tmp_path / "encoder")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"encoder: holds no weights \(\*\.safetensors\)"):
        read_encoder_config(folder)


@pytest.mark.parametrize("file", ["config.json", "1_Pooling/config.json"])
def test_a_file_that_is_not_json_is_named(tmp_path: Path, file: str) -> None:
    folder = empty_encoder(tmp_path / "encoder")
    (folder / "1_Pooling").mkdir()
    (folder / file).write_text("{")
    with pytest.raises(ModelError, match=f"{file}: not JSON"):
        read_encoder_config(folder)


@pytest.mark.parametrize("weights", [b"", b"not safetensors at all"])
def test_broken_weights_are_named(model: Path, embed: EmbedParams, tmp_path: Path, weights: bytes) -> None:
    shutil.copytree(model, tmp_path / "broken")
    (tmp_path / "broken" / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelError, match="broken: cannot be loaded"):
        Encoder.load(tmp_path / "broken", embed)


def test_peers_load_the_folder_and_agree(model: Path, texts: list[str], embed: EmbedParams) -> None:
    ours = Embedder(model, embed).passages(texts)
    theirs = SentenceTransformer(str(model), device="cpu").encode(texts)
    assert np.abs(ours - theirs).max() < 1e-6
    flag = FlagModel(str(model), pooling_method="mean", use_fp16=False, devices="cpu")
    assert np.abs(ours - flag.encode(texts, max_length=64)).max() < 1e-6
