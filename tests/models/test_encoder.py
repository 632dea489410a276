import builtins
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer, XLMRobertaConfig, XLMRobertaModel

from onggi.core.errors import ModelError
from onggi.models import network
from onggi.models.encoder import EmbedParams, Encoder
from onggi.models.layout import Layout, Pooling, write_layout


@pytest.fixture(scope="module")
def random(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder with random weights, so that every layer shapes the vectors."""
    folder = tmp_path_factory.mktemp("random")
    torch.manual_seed(3)
    config = XLMRobertaConfig(
        vocab_size=300, hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=100,
        max_position_embeddings=66, pad_token_id=1, bos_token_id=0, eos_token_id=2, initializer_range=0.2,
    )  # fmt: skip
    XLMRobertaModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(model).save_pretrained(folder)
    write_layout(folder, Layout("mean", 64))
    return folder


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
    write_layout(folder, Layout(pooling, 64))
    asked = ["", "독", *texts[::9], texts[0] * 20]
    expected = np.stack([plain(random, text, pooling, 64) for text in asked])
    assert np.abs(Encoder.load(folder, embed).passages(asked, embed) - expected).max() < 1e-6


def test_nothing_gives_no_rows(encoder: Encoder, embed: EmbedParams) -> None:
    assert len(encoder.passages([], embed)) == 0
    assert encoder.tokens([], 64) == []


def test_vectors_are_units_and_rows_follow_the_texts(encoder: Encoder, texts: list[str], embed: EmbedParams) -> None:
    vectors = encoder.passages(texts, embed)
    assert vectors.dtype == np.float32 and vectors.shape == (len(texts), 48)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-6)
    assert (encoder.passages(texts[::-1], embed) == vectors[::-1]).all()


def test_a_long_text_is_cut_at_the_shorter_of_both_limits(encoder: Encoder, texts: list[str]) -> None:
    long = " ".join(texts)
    cut = encoder.encode([long], 20)
    assert [len(tokens) for tokens in encoder.tokens([long, long], 20)] == [18, 18]
    assert (encoder.encode([long], 64) == encoder.encode([long], 4096)).all()
    assert not np.array_equal(cut, encoder.encode([long], 64))


def test_prefixes_go_in_front(encoder: Encoder, texts: list[str], embed: EmbedParams) -> None:
    with_prefix = embed.model_copy(update={"query_prefix": "질문: ", "passage_prefix": "글: "})
    assert (encoder.queries(texts, with_prefix) == encoder.encode([f"질문: {text}" for text in texts], 16)).all()
    assert (encoder.passages(texts, with_prefix) == encoder.encode([f"글: {text}" for text in texts], 64)).all()


def test_tokens_are_the_hidden_states_of_the_text(encoder: Encoder, random: Path, texts: list[str]) -> None:
    inputs = AutoTokenizer.from_pretrained(random)(texts[0], return_tensors="pt")
    with torch.no_grad():
        hidden = AutoModel.from_pretrained(random).eval()(**inputs).last_hidden_state[0, 1:-1].numpy()
    (_, tokens) = encoder.tokens(["", texts[0]], 64)
    assert tokens == pytest.approx(hidden, abs=1e-5)
    assert encoder.tokens([""], 64)[0].shape == (0, 48)


CORPUS = ["", "독", "된장 독", "소금 창고는 겨울에 닫습니다.", "누룩방 알림: 단체 신청은 이레 전까지.", "장독대 " * 30]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(CORPUS), st.text("가나다 독장.12", max_size=40)), min_size=1, max_size=12))
def test_a_text_has_the_same_bits_alone_and_in_any_company(encoder: Encoder, asked: list[str]) -> None:
    together = encoder.encode(asked, 64)
    alone = np.stack([encoder.encode([text], 64)[0] for text in asked])
    assert (together == alone).all()
    assert (encoder.encode(asked[::-1], 64)[::-1] == together).all()


def test_the_number_of_threads_changes_no_bit(
    encoder: Encoder, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = torch.get_num_threads()
    vectors = {}
    try:
        for count in (1, 2, 3):
            monkeypatch.setattr(network, "THREADS", count)
            torch.set_num_threads(count)
            vectors[count] = np.concatenate([encoder.encode(texts, 64), encoder.encode(texts[:1], 64)])
    finally:
        torch.set_num_threads(threads)
    assert (vectors[1] == vectors[2]).all() and (vectors[1] == vectors[3]).all()


def test_onnx_is_close_and_no_text_depends_on_its_company(random: Path, texts: list[str], embed: EmbedParams) -> None:
    onnx = embed.model_copy(update={"runtime": "onnx"})
    encoder = Encoder.load(random, onnx)
    vectors = encoder.passages(texts, onnx)
    exact = Encoder.load(random, embed).passages(texts, embed)
    assert ((vectors * exact).sum(axis=1) > 0.99).all()
    assert not np.array_equal(vectors, exact)
    assert (np.concatenate([encoder.passages([text], onnx) for text in texts[:4]]) == vectors[:4]).all()


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
