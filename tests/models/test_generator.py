import json
import shutil
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from transformers import AutoTokenizer

from onggi.core.errors import ModelError
from onggi.llm.checkpoint import load_checkpoint
from onggi.llm.ledger import Ledger
from onggi.llm.local import Local
from onggi.llm.messages import Reply
from onggi.llm.params import Budget, LocalSettings
from onggi.llm.tokens import estimate
from onggi.models import hub
from onggi.models.hub import fetch
from onggi.models.local import adopt
from onggi.models.params import HubParams, LocalParams
from tests.llm.answering import request
from tests.llm.tiny import save


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("generator") / "qwen")


def params(path: Path, **settings: object) -> LocalParams:
    return LocalParams.model_validate({"path": str(path), "task": "generator", **settings})


def reply(folder: Path, **settings: object) -> Reply:
    ledger = Ledger(Budget(), (0.0, 0.0), estimate)
    model = Local(folder, LocalSettings.model_validate(settings))
    ((_, result),) = model.generate([request("장독은?", max_tokens=8)], ledger)
    assert isinstance(result, Reply)
    return result


def test_a_language_model_is_copied_as_it_is(source: Path, target: Path) -> None:
    (source / "consolidated.safetensors").write_bytes(b"")
    (source / "notes.md").write_text("x")
    adopt(params(source), target)
    kept = {path.name for path in target.iterdir()}
    assert {"config.json", "generation_config.json", "tokenizer.json", "chat_template.jinja"} <= kept
    assert not kept & {"consolidated.safetensors", "notes.md"}
    for path in target.iterdir():
        assert path.read_bytes() == (source / path.name).read_bytes()
    assert reply(target) == reply(source)


def test_the_hub_is_asked_for_safetensors_alone(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def download(name: str, allow_patterns: list[str], **_: object) -> str:
        asked.append(allow_patterns)
        return str(source)

    monkeypatch.setattr(hub, "snapshot_download", download)
    settings = {"name": "someone/qwen", "revision": "0" * 40, "task": "generator"}
    fetch(HubParams.model_validate(settings), target)
    assert [patterns[-1] for patterns in asked] == ["*.safetensors"] and "*.jinja" in asked[0]
    assert (target / "model.safetensors").exists()
    with pytest.raises(ModelError, match=r"someone/qwen: holds no weights \(q4\.gguf\)"):
        fetch(HubParams.model_validate(settings | {"gguf_file": "q4.gguf"}), target)


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("model.safetensors", None, r"holds no weights \(\*\.safetensors\); choose another model, or name its GGUF"),
        ("model.safetensors", b"cut off", r"model\.safetensors: cannot be loaded"),
        ("chat_template.jinja", None, "has no chat template; choose a model that was made for conversation"),
        ("tokenizer.json", b"[]", "cannot be loaded"),
        (
            "model.safetensors.index.json",
            b'{"weight_map": {"a": "model-2.safetensors"}}',
            r"lacks model-2\.safetensors",
        ),
    ],
)
def test_what_is_missing_is_one_line(
    source: Path, file: str, content: bytes | None, problem: str, tmp_path: Path, target: Path
) -> None:
    shutil.copytree(source, tmp_path / "odd", ignore=shutil.ignore_patterns("consolidated*"))
    if content is None:
        (tmp_path / "odd" / file).unlink()
    else:
        (tmp_path / "odd" / file).write_bytes(content)
    with pytest.raises(ModelError, match=problem) as error:
        adopt(params(tmp_path / "odd"), target)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"pooling": "mean"}, "pooling is for task encoder"),
        ({"trust_remote_code": True}, "trust_remote_code is not for task generator"),
        ({"task": "encoder", "gguf_file": "q4.gguf"}, "gguf_file is for task generator"),
        ({"gguf_file": "../q4.gguf"}, "gguf_file"),
    ],
)
def test_settings_are_of_the_task(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        params(Path("m"), **settings)


def write_gguf(source: Path, file: Path) -> None:
    """Write a random Qwen2 as llama.cpp stores it, with its tokenizer and chat template."""
    import gguf
    from safetensors.torch import load_file

    config = json.loads((source / "config.json").read_text("utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(source)
    writer = gguf.GGUFWriter(str(file), "qwen2")
    writer.add_name("tiny")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(10000.0)
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    size = config["vocab_size"]
    pieces = {place: piece for piece, place in tokenizer.get_vocab().items()}
    added = {place for place, token in tokenizer.added_tokens_decoder.items() if token.special}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([pieces.get(place, f"[PAD{place}]") for place in range(size)])
    kinds = gguf.TokenType
    writer.add_token_types([kinds.CONTROL if p in added or p not in pieces else kinds.NORMAL for p in range(size)])
    writer.add_token_merges([" ".join(pair) for pair in backend["model"]["merges"]])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_chat_template(tokenizer.chat_template)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, config["num_hidden_layers"])
    for name, tensor in load_file(source / "model.safetensors").items():
        values = tensor.float().numpy()
        whole = f"{names.get_name(name.rsplit('.', 1)[0])}.{name.rsplit('.', 1)[1]}"
        if values.ndim == 2 and values.shape[1] % 32 == 0:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(whole, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(whole, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_a_gguf_file_is_stored_with_its_tokenizer_and_loads(source: Path, tmp_path: Path, target: Path) -> None:
    pytest.importorskip("gguf")
    (tmp_path / "gguf").mkdir()
    write_gguf(source, tmp_path / "gguf" / "q8.gguf")
    with pytest.raises(ModelError, match=r"holds no file q4\.gguf; name one that is there \(q8\.gguf\)"):
        adopt(params(tmp_path / "gguf", gguf_file="q4.gguf"), target)
    adopt(params(tmp_path / "gguf", gguf_file="q8.gguf"), target)
    assert {"q8.gguf", "tokenizer.json", "config.json", "chat_template.jinja"} <= {p.name for p in target.iterdir()}
    assert reply(target, gguf_file="q8.gguf").usage.completion_tokens == 8
    plain = load_checkpoint(source, LocalSettings(dtype="fp32"))
    packed = load_checkpoint(target, LocalSettings(dtype="fp32", gguf_file="q8.gguf"))
    asked = request("장독은 언제 여나?")
    texts = [point.tokenizer.decode(point.chat.tokens(asked)) for point in (plain, packed)]
    assert texts[0] == texts[1]
    ids = torch.tensor([plain.tokenizer("장독은 언제 여나?")["input_ids"]])
    scores = [point.network(ids).logits[0] for point in (plain, packed)]
    assert (scores[0] - scores[1]).abs().mean() < 0.1 * scores[0].std()


def test_a_gguf_file_without_its_reader_names_the_extra(
    source: Path, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onggi.models.generator.find_spec", lambda name: None)
    (tmp_path / "q8.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"gguf is not installed; install onggi\[gguf\]"):
        adopt(params(tmp_path, gguf_file="q8.gguf"), target)
