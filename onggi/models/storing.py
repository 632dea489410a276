"""A model that others made, stored so that it loads offline: safetensors, its tokenizer, and what it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from safetensors import SafetensorError

from onggi.core.errors import ModelError
from onggi.models.auto import AutoModel, AutoModelForSequenceClassification, AutoTokenizer
from onggi.models.config import EncoderConfig, read_encoder_config, write_encoder_config
from onggi.models.cross_encoder import check_one_score
from onggi.models.loading import load, reading
from onggi.models.params import HubParams, LocalParams, Pooling


def store(source: Path, folder: Path, params: HubParams | LocalParams, where: str) -> None:
    """Store an encoder or reranker of the folder ``source`` in the empty ``folder``; errors name ``where`` it is from.

    Weights become float32 safetensors; pickled ones are read through ``torch.load(weights_only=True)`` and never run
    code. An encoder gets sentence-transformers' files beside it (see `onggi.models.config`). A tokenizer that names no
    piece for padding pads with its end; a mask hides padding in any case.

    Raises
    ------
    ModelError
        It is no encoder or no reranker, as ``params`` say it is, cannot be loaded, or there is no space for it.
    """
    trusted = params.trust_remote_code
    if params.task != "encoder":
        _check_classifier(source, where)
    kind = AutoModel if params.task == "encoder" else AutoModelForSequenceClassification
    try:
        model = load(kind, source, trust_remote_code=trusted, dtype=torch.float32)
        if params.task == "reranker":
            check_one_score(source, model)
        with reading(source):
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=trusted)
    except ModelError as error:
        raise ModelError(where, error.what, error.fix) from None
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    with saving(folder):
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        if params.task == "encoder":
            with TemporaryDirectory() as described:
                config = _described(source, folder, Path(described), params.pooling)
            write_encoder_config(folder, config)


def _check_classifier(source: Path, where: str) -> None:
    """Refuse a language model where a sequence classifier is needed: rerankers are made of both.

    Raises
    ------
    ModelError
        Its configuration names a class for causal language models.
    """
    with reading(where):
        config = json.loads((source / "config.json").read_text("utf-8"))
    names = config.get("architectures") or [] if isinstance(config, dict) else []
    if causal := [name for name in names if name.endswith("ForCausalLM")]:
        problem = f"is a language model ({causal[0]}), which has no score of its own for a pair"
        raise ModelError(where, problem, "choose a sequence classifier, such as BAAI/bge-reranker-v2-m3")


def _described(source: Path, folder: Path, described: Path, pooling: Pooling | None) -> EncoderConfig:
    """Return what the files of ``source`` say of the encoder, with ``pooling`` in its place where one is given."""
    for file in [*folder.glob("*"), *source.glob("sentence_bert_config.json")]:
        (described / file.name).symlink_to(file.resolve())
    if (source / "1_Pooling").is_dir() and pooling is None:
        (described / "1_Pooling").symlink_to((source / "1_Pooling").resolve())
    config = read_encoder_config(described)
    return EncoderConfig(pooling or config.pooling, config.max_length)


@contextmanager
def saving(folder: Path) -> Iterator[None]:
    """Say in one line why a model cannot be written into a folder.

    Raises
    ------
    ModelError
        The disk is full, or the folder takes no file.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ModelError(folder, f"cannot be saved ({said})", "make space on the disk") from None
