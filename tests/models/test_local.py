import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, GPT2Config, GPT2Model, T5Config, T5Model

from onggi.core.errors import ModelError
from onggi.models.classifier import ClassifierReranker
from onggi.models.config import EncoderConfig, read_encoder_config
from onggi.models.cross_encoder import CrossEncoder
from onggi.models.embedder import Embedder
from onggi.models.local import adopt
from onggi.models.params import EmbedParams, LocalParams
from tests.models.random_models import as_pickle, save_cross_encoder

ROOT = Path(__file__).parents[2]


def params(path: Path, pooling: str | None = None, task: str = "encoder") -> LocalParams:
    return LocalParams.model_validate({"path": str(path), "pooling": pooling, "task": task})


def test_a_local_folder_is_copied_and_gives_the_same_vectors(
    model: Path, texts: list[str], embed: EmbedParams, target: Path
) -> None:
    adopt(params(model), target)
    assert read_encoder_config(target) == read_encoder_config(model)
    assert (Embedder(target, embed).passages(texts) == Embedder(model, embed).passages(texts)).all()


def test_params_may_name_the_pooling(model: Path, target: Path) -> None:
    adopt(params(model, pooling="cls"), target)
    assert read_encoder_config(target) == EncoderConfig("cls", 64)


def test_pickled_weights_become_safetensors(
    model: Path, texts: list[str], embed: EmbedParams, tmp_path: Path, target: Path
) -> None:
    adopt(params(as_pickle(model, tmp_path / "pickled")), target)
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
        adopt(params(folder), target)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "ran").exists()


def test_a_folder_without_weights_or_no_folder_is_named(model: Path, tmp_path: Path, target: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: no such folder; name the folder of a model"):
        adopt(params(tmp_path / "nowhere"), target)
    shutil.copytree(model, tmp_path / "empty", ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(ModelError, match=r"empty: (holds no weights|cannot be loaded)"):
        adopt(params(tmp_path / "empty"), target)


def test_the_weights_are_float32_whatever_they_were(model: Path, tmp_path: Path, target: Path) -> None:
    folder = as_pickle(model, tmp_path / "half")
    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    torch.save({name: tensor.half() for name, tensor in weights.items()}, folder / "pytorch_model.bin")
    adopt(params(folder), target)
    assert {tensor.dtype for tensor in load_file(target / "model.safetensors").values()} == {torch.float32}
    assert np.isfinite(load_file(target / "model.safetensors")["embeddings.word_embeddings.weight"]).all()


def changed(model: Path, folder: Path, file: str, **values: object) -> Path:
    """Copy a model folder with other values in one of its JSON files."""
    shutil.copytree(model, folder)
    content = json.loads((folder / file).read_text("utf-8"))
    (folder / file).write_text(json.dumps(content | values), "utf-8")
    return folder


def test_a_classifier_is_adopted_and_a_label_of_it_scores_the_same(model: Path, tmp_path: Path, target: Path) -> None:
    two, pairs = save_cross_encoder(tmp_path / "two", model, 2), [("소금 창고는?", "소금 창고"), ("누룩방", "독")]
    adopt(params(two, task="classifier"), target)
    assert list(ClassifierReranker(target, 64, 1).score(pairs)) == list(ClassifierReranker(two, 64, 1).score(pairs))
    with pytest.raises(ModelError, match="lacks weights"):
        adopt(params(model, task="classifier"), tmp_path / "none")


def test_a_reranker_that_is_a_language_model_is_refused(cross: Path, tmp_path: Path, target: Path) -> None:
    gemma = changed(cross, tmp_path / "gemma", "config.json", architectures=["CostWiseGemmaForCausalLM"])
    line = (
        r"gemma: is a language model \(CostWiseGemmaForCausalLM\), .*; choose a sequence classifier, such as BAAI"
    )
    with pytest.raises(ModelError, match=line):
        adopt(params(gemma, task="reranker"), target)


def test_a_reranker_is_adopted_and_scores_the_same(cross: Path, texts: list[str], target: Path) -> None:
    adopt(params(cross, task="reranker"), target)
    pairs = [("소금 창고", text) for text in texts]
    assert list(CrossEncoder.load(target, 64).scores(pairs)) == list(CrossEncoder.load(cross, 64).scores(pairs))
    assert not (target / "1_Pooling").exists()


def test_a_model_of_another_task_is_refused(model: Path, tmp_path: Path, target: Path) -> None:
    """An encoder has no head, and transformers would draw one at random."""
    with pytest.raises(ModelError, match=r"lacks weights that config\.json asks for \(classifier\."):
        adopt(params(model, task="reranker"), target)
    save_cross_encoder(tmp_path / "two", model, 2)
    with pytest.raises(ModelError, match="two: gives 2 scores a pair"):
        adopt(params(tmp_path / "two", task="reranker"), target)


def test_pooling_is_of_encoders(model: Path) -> None:
    with pytest.raises(ValidationError, match="pooling is for task encoder"):
        params(model, "mean", "reranker")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"num_hidden_layers": 100}, r"lacks weights that config\.json asks for \(encoder\..* and \d+ others\)"),
        ({"vocab_size": 400}, r"holds weights of other shapes than config\.json says \(embeddings\.word_embeddings"),
        ({"intermediate_size": 16}, "holds weights of other shapes"),
    ],
)  # fmt: skip
def test_weights_are_those_that_the_configuration_asks_for(
    model: Path, embed: EmbedParams, values: dict[str, object], problem: str, tmp_path: Path, target: Path
) -> None:
    folder = changed(model, tmp_path / "odd", "config.json", **values)
    for use in (lambda: adopt(params(folder), target), lambda: Embedder(folder, embed).passages(["독"])):
        with pytest.raises(ModelError, match=f"odd: {problem}") as error:
            use()
        assert "\n" not in str(error.value)


def test_weights_that_have_no_place_are_refused(random: Path, tmp_path: Path, target: Path) -> None:
    folder = changed(random, tmp_path / "odd", "config.json", num_hidden_layers=1)
    with pytest.raises(ModelError, match=r"odd: holds weights that config\.json has no place for \(encoder\.layer\.1"):
        adopt(params(folder), target)


def test_a_pooler_that_is_missing_and_a_head_beside_the_weights_do_no_harm(
    model: Path, texts: list[str], embed: EmbedParams, tmp_path: Path, target: Path
) -> None:
    folder = tmp_path / "masked"
    shutil.copytree(model, folder)
    weights = {name: value for name, value in load_file(folder / "model.safetensors").items() if "pooler" not in name}
    weights = {f"roberta.{name}": value for name, value in weights.items()} | {"lm_head.bias": torch.zeros(300)}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    adopt(params(folder), target)
    assert (Embedder(target, embed).passages(texts) == Embedder(model, embed).passages(texts)).all()


def test_weights_that_are_no_numbers_give_no_vectors(
    model: Path, cross: Path, embed: EmbedParams, tmp_path: Path
) -> None:
    for name, source in (("encoder", model), ("reranker", cross)):
        shutil.copytree(source, tmp_path / name)
        weights = load_file(tmp_path / name / "model.safetensors")
        key = next(key for key in weights if key.endswith("word_embeddings.weight"))
        weights[key][5:] = torch.nan
        save_file(weights, tmp_path / name / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="encoder: gives numbers that are not finite"):
        Embedder(tmp_path / "encoder", embed).passages(["된장 공방"])
    with pytest.raises(ModelError, match="reranker: gives numbers that are not finite"):
        list(CrossEncoder.load(tmp_path / "reranker", 64).scores([("된장", "된장 공방")]))


def test_an_encoder_decoder_is_refused(model: Path, tmp_path: Path, target: Path) -> None:
    shape = T5Config(vocab_size=300, d_model=16, num_layers=1, num_heads=2, d_kv=8, d_ff=16, decoder_start_token_id=0)
    T5Model(shape).save_pretrained(tmp_path / "t5")
    AutoTokenizer.from_pretrained(model).save_pretrained(tmp_path / "t5")
    with pytest.raises(ModelError, match=r"t5: is an encoder-decoder \(t5\); choose an encoder"):
        adopt(params(tmp_path / "t5"), target)


def test_a_decoder_without_a_padding_token_is_an_encoder_too(
    model: Path, texts: list[str], embed: EmbedParams, tmp_path: Path, target: Path
) -> None:
    shape = GPT2Config(vocab_size=300, n_embd=16, n_layer=1, n_head=2, n_positions=64)
    GPT2Model(shape).save_pretrained(tmp_path / "gpt2")
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.pad_token = None
    tokenizer.save_pretrained(tmp_path / "gpt2")
    adopt(params(tmp_path / "gpt2", "last_token"), target)
    assert read_encoder_config(target) == EncoderConfig("last_token", 64)
    assert Embedder(target, embed).passages(texts).shape == (len(texts), 16)


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("tokenizer.json", "{}", "cannot be loaded"),
        ("tokenizer.json", "[]", "cannot be loaded"),
        ("config.json", "[]", "cannot be loaded|holds a list"),
        ("1_Pooling/config.json", "[]", "holds a list, not settings"),
        ("1_Pooling/config.json", "{", "not JSON"),
    ],
)
def test_a_file_of_something_else_is_one_line(
    model: Path, embed: EmbedParams, file: str, content: str, problem: str, tmp_path: Path, target: Path
) -> None:
    folder = tmp_path / "odd"
    shutil.copytree(model, folder)
    (folder / file).write_text(content)
    for use in (lambda: adopt(params(folder), target), lambda: Embedder(folder, embed).passages(["독"])):
        with pytest.raises(ModelError, match=problem) as error:
            use()
        assert "\n" not in str(error.value)


def test_a_tokenizer_of_more_pieces_than_there_are_vectors_is_refused(
    model: Path, embed: EmbedParams, tmp_path: Path
) -> None:
    folder = changed(model, tmp_path / "odd", "config.json", vocab_size=100)
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"][:100].clone()
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"odd: its tokenizer has \d+ pieces, its weights vectors for 100"):
        Embedder(folder, embed).passages(["독"])


FULL = """
import resource, sys
from pathlib import Path
from onggi.core.errors import ModelError
from onggi.models.local import adopt
from onggi.models.params import LocalParams
source, folder = sys.argv[1:]
Path(folder).mkdir()
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    adopt(LocalParams(path=source), Path(folder))
except ModelError as error:
    print(error)
"""


def test_a_disk_that_is_full_is_one_line(model: Path, tmp_path: Path) -> None:
    assert (model / "model.safetensors").stat().st_size > 20_000
    command = [sys.executable, "-c", FULL, str(model), str(tmp_path / "full")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path / 'full'}: cannot be saved (" in done.stdout and done.stdout.count("\n") == 1
    assert "make space on the disk" in done.stdout
