import builtins
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models import network
from onggi.models.config import EncoderConfig, Pooling, write_encoder_config
from onggi.models.encoder import Encoder
from onggi.models.params import EmbedParams


@pytest.fixture(scope="module")
def encoder(random: Path, embed: EmbedParams) -> Encoder:
    return Encoder.load(random, embed)


def plain(folder: Path, text: str, pooling: Pooling, max_length: int) -> np.ndarray:
    """One text through transformers alone, pooled and normalised by hand."""
    inputs = AutoTokenizer.from_pretrained(folder)(text, truncation=True, max_length=max_length, return_tensors="pt")
    with torch.no_grad():
        hidden = AutoModel.from_pretrained(folder).eval()(**inputs).last_hidden_state[0].numpy()
    pooled = {"cls": hidden[0], "mean": hidden.mean(axis=0), "last_token": hidden[-1]}[pooling]
    return pooled / np.linalg.norm(pooled)


@pytest.mark.parametrize("pooling", ["cls", "mean", "last_token"])
def test_vectors_are_those_of_a_plain_forward_pass(
    random: Path, texts: list[str], embed: EmbedParams, pooling: Pooling, tmp_path: Path
) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(random, folder, ignore=shutil.ignore_patterns("1_Pooling", "2_Normalize"))
    write_encoder_config(folder, EncoderConfig(pooling, 64))
    asked = ["", "독", *texts[::9], texts[0] * 20]
    expected = np.stack([plain(random, text, pooling, 64) for text in asked])
    assert np.abs(Encoder.load(folder, embed).encode(asked, 64) - expected).max() < 1e-6


def test_nothing_gives_no_rows(encoder: Encoder) -> None:
    assert len(encoder.encode([], 64)) == 0
    assert encoder.tokens([], 64) == []


def test_vectors_are_units_and_rows_follow_the_texts(encoder: Encoder, texts: list[str]) -> None:
    vectors = encoder.encode(texts, 64)
    assert vectors.dtype == np.float32 and vectors.shape == (len(texts), 48)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-6)
    assert (encoder.encode(texts[::-1], 64) == vectors[::-1]).all()


def test_a_long_text_is_cut_at_the_shorter_of_both_limits(encoder: Encoder, texts: list[str]) -> None:
    long = " ".join(texts)
    cut = encoder.encode([long], 20)
    assert [len(tokens) for tokens in encoder.tokens([long, long], 20)] == [18, 18]
    assert (encoder.encode([long], 64) == encoder.encode([long], 4096)).all()
    assert not np.array_equal(cut, encoder.encode([long], 64))


def test_tokens_are_the_hidden_states_of_the_text(encoder: Encoder, random: Path, texts: list[str]) -> None:
    inputs = AutoTokenizer.from_pretrained(random)(texts[0], return_tensors="pt")
    with torch.no_grad():
        hidden = AutoModel.from_pretrained(random).eval()(**inputs).last_hidden_state[0, 1:-1].numpy()
    (_, tokens) = encoder.tokens(["", texts[0]], 64)
    assert tokens == pytest.approx(hidden, abs=1e-5)
    assert encoder.tokens([""], 64)[0].shape == (0, 48)


def test_the_number_of_threads_of_torch_changes_no_bit(encoder: Encoder, texts: list[str]) -> None:
    threads = torch.get_num_threads()
    vectors = {}
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            vectors[count] = np.concatenate([encoder.encode(texts, 64), encoder.encode(texts[:1], 64)])
    finally:
        torch.set_num_threads(threads)
    assert (vectors[1] == vectors[2]).all() and (vectors[1] == vectors[3]).all()


@pytest.mark.parametrize("pooling", ["cls", "mean", "last_token"])
def test_padded_batches_give_the_same_vectors_up_to_rounding(
    random: Path,
    texts: list[str],
    embed: EmbedParams,
    pooling: Pooling,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a GPU runs them, on the CPU."""
    folder = tmp_path / "encoder"
    shutil.copytree(random, folder, ignore=shutil.ignore_patterns("1_Pooling", "2_Normalize"))
    write_encoder_config(folder, EncoderConfig(pooling, 64))
    encoder = Encoder.load(folder, embed)
    asked = ["", "독", *texts, texts[0] * 20]
    exact, tokens = encoder.encode(asked, 64), encoder.tokens(asked, 64)
    masks = []
    forward = encoder.forward
    monkeypatch.setattr(encoder, "forward", lambda ids, mask: masks.append(mask) or forward(ids, mask))
    monkeypatch.setattr(network, "pads", lambda: True)
    assert np.abs(encoder.encode(asked, 64) - exact).max() < 1e-5
    assert any(mask is not None for mask in masks)
    for padded, alone in zip(encoder.tokens(asked, 64), tokens, strict=True):
        assert padded.shape == alone.shape and np.allclose(padded, alone, atol=1e-5)


def test_a_gpu_gets_few_batches_and_most_of_each_is_no_padding(
    encoder: Encoder, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(0)
    lengths = draw.lognormal(4.5, 0.7, 4096).clip(3, 512).astype(int).tolist()
    budget = network.TOKENS_PER_BATCH["cuda"]
    exact, padded = list(network.exact_batches(lengths, budget)), list(network.padded_batches(lengths, budget))
    room = [len(batch) * max(lengths[place] for place in batch) for batch in padded]
    filled = [sum(lengths[place] for place in batch) / size for batch, size in zip(padded, room, strict=True)]
    assert (len(exact), len(padded)) == (389, 11)
    assert min(filled) > 0.7 and sum(lengths) / sum(room) > 0.85
    assert max(room) <= budget


def test_onnx_is_close_and_no_text_depends_on_its_company(random: Path, texts: list[str], embed: EmbedParams) -> None:
    onnx = embed.model_copy(update={"runtime": "onnx"})
    encoder = Encoder.load(random, onnx)
    vectors = encoder.encode(texts, 64)
    exact = Encoder.load(random, embed).encode(texts, 64)
    assert ((vectors * exact).sum(axis=1) > 0.99).all()
    assert not np.array_equal(vectors, exact)
    assert (np.concatenate([encoder.encode([text], 64) for text in texts[:4]]) == vectors[:4]).all()


def test_the_export_to_onnx_warns_of_no_training_mode(
    random: Path, embed: EmbedParams, recwarn: pytest.WarningsRecorder, capfd: pytest.CaptureFixture[str]
) -> None:
    Encoder.load(random, embed.model_copy(update={"runtime": "onnx"}))
    said = [str(warning.message) for warning in recwarn] + list(capfd.readouterr())
    assert not [line for line in said if "training mode" in line]


def test_a_missing_onnx_runtime_is_named(model: Path, embed: EmbedParams, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> ModuleType:
        if name.startswith("onnxruntime"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match=r"onnxruntime is not installed; pip install onggi\[onnx\]"):
        Encoder.load(model, embed.model_copy(update={"runtime": "onnx"}))


def test_a_model_that_cannot_be_loaded_is_one_line(model: Path, embed: EmbedParams, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "odd")
    (tmp_path / "odd" / "config.json").write_text('{"model_type": "no-such-architecture", "hidden_size": 32}')
    with pytest.raises(ModelError, match="odd: cannot be loaded") as error:
        Encoder.load(tmp_path / "odd", embed)
    assert "\n" not in str(error.value)
