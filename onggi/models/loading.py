"""Files of a model into memory, and what is wrong with them in one line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from onggi.core.errors import ModelError, OnggiError
from onggi.models.auto import AutoModel, AutoTokenizer, transformers_logging

FIX = "build or fetch it again, or choose another model"
LONGEST = 300
"""Characters of what a library says that are shown."""


@contextmanager
def reading(where: object, fix: str = FIX) -> Iterator[None]:
    """Raise whatever a library raises at the files of a model, which may be anything, as one line.

    Raises
    ------
    ModelError
        The block failed.
    """
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()  # a bar of files that lie on disk says nothing
    try:
        yield
    except OnggiError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:LONGEST]
        plain = isinstance(error, OSError | ValueError | RuntimeError) and said
        problem = said if plain else f"{type(error).__name__}: {said}"
        raise ModelError(where, f"cannot be loaded ({problem})", fix) from None
    finally:
        transformers_logging.set_verbosity(verbosity)


def load(kind: Any, folder: Path, **options: Any) -> Any:
    """Load a model of the transformers class ``kind`` whose weights are all that its configuration asks for.

    Raises
    ------
    ModelError
        It cannot be loaded, weights are missing, left over or of another shape, or it is an encoder-decoder.
    """
    with reading(folder):
        network, info = kind.from_pretrained(folder, output_loading_info=True, ignore_mismatched_sizes=True, **options)
    if network.config.is_encoder_decoder:
        raise ModelError(folder, f"is an encoder-decoder ({network.config.model_type})", "choose an encoder")
    own = {name for name, _ in network.named_children()}
    # An encoder's own head is not used, and heads of other tasks may lie beside its weights.
    missing = [key for key in info["missing_keys"] if kind is not AutoModel or "pooler" not in key.split(".")]
    left = [key for key in info["unexpected_keys"] if key.split(".")[0] in own and not _is_needless(key)]
    shapes = [key for key, *_ in info["mismatched_keys"]]
    for problem, keys in (
        ("lacks weights that config.json asks for", missing),
        ("holds weights that config.json has no place for", left),
        ("holds weights of other shapes than config.json says", shapes),
    ):
        if keys:
            raise ModelError(folder, f"{problem} ({_some(keys)})", "fetch it again, or choose a model of this kind")
    return network


def _is_needless(key: str) -> bool:
    return "pooler" in key.split(".") or key.endswith("position_ids")


def _some(keys: Iterable[str]) -> str:
    first, *others = sorted(keys)
    return f"{first} and {len(others)} others" if others else first


def load_tokenizer(folder: Path, vectors: int, trust_remote_code: bool) -> Any:
    """Load the tokenizer of a model that has so many token vectors.

    Raises
    ------
    ModelError
        It cannot be loaded, or knows more pieces than there are vectors for.
    """
    with reading(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
        tokenizer("a")
    if len(tokenizer) > vectors:
        problem = f"its tokenizer has {len(tokenizer)} pieces, its weights vectors for {vectors}"
        raise ModelError(folder, problem, "put the tokenizer beside the weights that it belongs to")
    return tokenizer


def check_finite(folder: Path, values: torch.Tensor) -> torch.Tensor:
    """Return what a network gave where all of it are finite numbers.

    Raises
    ------
    ModelError
        Some are infinite or none.
    """
    if not torch.isfinite(values).all():
        raise ModelError(folder, "gives numbers that are not finite", f"{FIX}, or set embed.precision: fp32")
    return values
