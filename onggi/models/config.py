"""How an encoder's folder says what it is: the files that sentence-transformers and the Hub use.

``config.json``, safetensors and a tokenizer, with ``modules.json`` and ``1_Pooling/config.json`` beside them, so that a
folder opens in transformers, sentence-transformers and FlagEmbedding alike.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from onggi.core.errors import ModelError
from onggi.models.params import Pooling

_POOLING_KEYS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "last_token",
}
_POOLING_MODES = {"lasttoken": "last_token"}
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_SIZES = ("hidden_size", "n_embd", "d_model", "dim")
"""What families of models call the size of a token's vector."""


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """How token vectors become one vector, and how many tokens are read."""

    pooling: Pooling
    max_length: int


def read_encoder_config(folder: Path) -> EncoderConfig:
    """Return what an encoder's folder says of it; ``cls`` pooling where it names none.

    Raises
    ------
    ModelError
        The folder is missing, holds no weights, or names a pooling that is not known.
    """
    config = folder / "config.json"
    if not config.exists():
        raise ModelError(folder, "is no encoder folder (no config.json)", "run `dvc repro` to build it")
    if not any(folder.glob("*.safetensors")):
        raise ModelError(folder, "holds no weights (*.safetensors)", "run `dvc repro` to build it, or fetch it again")
    sizes = _json(folder / "sentence_bert_config.json"), _json(folder / "tokenizer_config.json"), _json(config)
    lengths = (
        sizes[0].get("max_seq_length"),
        sizes[1].get("model_max_length"),
        sizes[2].get("max_position_embeddings"),
        sizes[2].get("n_positions"),
    )
    known = [int(length) for length in lengths if isinstance(length, int) and length < 1 << 30]
    return EncoderConfig(_pooling(folder / "1_Pooling" / "config.json"), min(known, default=512))


def dimensions(folder: Path) -> int | None:
    """Return the size of a token's vector, None where the encoder's ``config.json`` does not say it."""
    described = _json(folder / "config.json")
    return next((size for key in _SIZES if isinstance(size := described.get(key), int)), None)


def _pooling(path: Path) -> Pooling:
    settings = _json(path)
    names = [name for key, name in _POOLING_KEYS.items() if settings.get(key)]
    mode = settings.get("pooling_mode")
    names += [_POOLING_MODES.get(mode, mode)] if isinstance(mode, str) else []
    if not settings:
        return "cls"
    if len(names) != 1 or names[0] not in get_args(Pooling):
        raise ModelError(path, f"pooling {names or settings} is not supported", "use cls, mean or lasttoken pooling")
    return cast(Pooling, names[0])


def write_encoder_config(folder: Path, config: EncoderConfig) -> None:
    """Write ``config`` into an encoder's folder in sentence-transformers' files.

    Raises
    ------
    ModelError
        The folder's ``config.json`` does not say how large a token's vector is.
    """
    size = dimensions(folder)
    if size is None:
        raise ModelError(folder / "config.json", f"names no size of vectors ({', '.join(_SIZES)})", "choose an encoder")
    pooling = {"word_embedding_dimension": size}
    pooling |= {key: name == config.pooling for key, name in _POOLING_KEYS.items()}
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    for name, content in {
        "modules.json": _MODULES,
        "sentence_bert_config.json": {"max_seq_length": config.max_length, "do_lower_case": False},
        "1_Pooling/config.json": pooling,
        "2_Normalize/config.json": {},
    }.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(path, f"not JSON ({error})", "fetch the model again") from None
    if not isinstance(content, dict):
        raise ModelError(path, f"holds a {type(content).__name__}, not settings", "fetch the model again")
    return content
