"""Language models that others made, stored as they are: published weights, quantised ones too, are not touched."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from safetensors import safe_open

from onggi.core.errors import ModelError
from onggi.models.auto import AutoConfig, AutoTokenizer
from onggi.models.loading import FIX, reading
from onggi.models.storing import saving

BESIDE = ("*.json", "*.jinja", "*.txt", "*.model")
"""Files beside the weights: configuration, tokenizer, chat template."""

CONSOLIDATED = "consolidated*"
"""The same weights once more, under other names."""


def store_generator(source: Path, folder: Path, gguf_file: str | None, where: str) -> None:
    """Copy a language model of the folder ``source`` into the empty ``folder``; errors name ``where`` it comes from.

    Of a GGUF file without a tokenizer beside it, the configuration and the tokenizer are written as transformers reads
    them.

    Raises
    ------
    ModelError
        Weights are missing or no safetensors, the configuration or the tokenizer cannot be read, there is no chat
        template, or there is no space.
    """
    weights = [_gguf(source, gguf_file, where)] if gguf_file else _safetensors(source, where)
    inside = {"gguf_file": gguf_file} if gguf_file and not (source / "tokenizer.json").exists() else {}
    with reading(where):
        config = AutoConfig.from_pretrained(source, **inside)
        tokenizer = AutoTokenizer.from_pretrained(source, **inside)
    if config.is_encoder_decoder:
        problem = f"is an encoder-decoder ({config.model_type})"
        raise ModelError(where, problem, "choose a causal language model")
    if not tokenizer.chat_template:
        raise ModelError(where, "has no chat template", "choose a model that was made for conversation")
    with saving(folder):
        for path in weights + sorted(path for pattern in BESIDE for path in source.glob(pattern)):
            shutil.copyfile(path, folder / path.name)
        if inside:
            config.save_pretrained(folder)
            tokenizer.save_pretrained(folder)


def _gguf(source: Path, name: str, where: str) -> Path:
    if not (source / name).is_file():
        found = ", ".join(sorted(path.name for path in source.glob("*.gguf"))) or "none"
        raise ModelError(where, f"holds no file {name}", f"name one that is there ({found})")
    if find_spec("gguf") is None:
        raise ModelError(where, "is a GGUF file, and gguf is not installed", "install onggi[gguf]")
    return source / name


def _safetensors(source: Path, where: str) -> list[Path]:
    """Return the files of the weights, each of which can be opened."""
    index = source / "model.safetensors.index.json"
    if index.is_file():
        with reading(where, FIX):
            names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    else:
        names = sorted(path.name for path in source.glob("*.safetensors") if not path.match(CONSOLIDATED))
    if not names:
        fix = "choose another model, or name its GGUF file as gguf_file"
        raise ModelError(where, "holds no weights (*.safetensors)", fix)
    for name in names:
        if not (source / name).is_file():
            raise ModelError(where, f"lacks {name}, which its index names", FIX)
        with reading(f"{where}/{name}", FIX), safe_open(source / name, "pt") as tensors:
            tensors.keys()
    return [source / name for name in names]
