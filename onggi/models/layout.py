"""How an encoder folder says what it is: the files that sentence-transformers and the Hub use.

``config.json``, safetensors and a tokenizer, with ``modules.json`` and ``1_Pooling/config.json`` beside them, so that a
folder opens in transformers, sentence-transformers and FlagEmbedding alike.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from onggi.core.errors import ModelError

Pooling = Literal["cls", "mean", "last_token"]

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


@dataclass(frozen=True, slots=True)
class Layout:
    """How token vectors become one vector, and how many tokens are read."""

    pooling: Pooling
    max_length: int


def read_layout(folder: Path) -> Layout:
    """Return the layout of an encoder folder; ``cls`` pooling where the folder names none.

    Raises
    ------
    ModelError
        The folder is missing, holds no weights, or names a pooling that is not known.
    """
    config = folder / "config.json"
    if not config.exists():
        raise ModelError(folder, "is no encoder folder (no config.json)", "run `dvc repro base_model`")
    if not any(folder.glob("*.safetensors")):
        raise ModelError(folder, "holds no weights (*.safetensors)", "run `dvc repro base_model`, or fetch it again")
    sizes = _json(folder / "sentence_bert_config.json"), _json(folder / "tokenizer_config.json"), _json(config)
    lengths = (
        sizes[0].get("max_seq_length"),
        sizes[1].get("model_max_length"),
        sizes[2].get("max_position_embeddings"),
    )
    known = [int(length) for length in lengths if isinstance(length, int) and length < 1 << 30]
    return Layout(_pooling(folder / "1_Pooling" / "config.json"), min(known, default=512))


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


def write_layout(folder: Path, layout: Layout) -> None:
    """Write ``layout`` into an encoder folder in sentence-transformers' files."""
    dimensions = _json(folder / "config.json")["hidden_size"]
    pooling = {"word_embedding_dimension": dimensions}
    pooling |= {key: name == layout.pooling for key, name in _POOLING_KEYS.items()}
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    for name, content in {
        "modules.json": _MODULES,
        "sentence_bert_config.json": {"max_seq_length": layout.max_length, "do_lower_case": False},
        "1_Pooling/config.json": pooling,
        "2_Normalize/config.json": {},
    }.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _json(path: Path) -> dict[str, Any]:
    try:
        return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(path, f"not JSON ({error})", "fetch the model again") from None
