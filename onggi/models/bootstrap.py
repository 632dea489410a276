"""A small encoder made from the corpus, once for the same texts (see `onggi.models.lsa` for how)."""

import hashlib
import os
import platform
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from onggi.core import arithmetic
from onggi.core.digests import program_digest
from onggi.models import identity
from onggi.models.params import BootstrapParams
from onggi.work import memo

LIBRARIES = ("numpy", "safetensors", "scikit-learn", "scipy", "sentencepiece", "tokenizers", "torch", "transformers")


def bootstrap(texts: Callable[[], Iterable[str]], params: BootstrapParams, folder: Path) -> None:
    """Make an encoder from ``texts`` and save it, with its tokenizer, as ``folder``.

    One that the memo holds is not made again: its key has the texts in their order, the shape, the libraries and the
    processor that compute, and the code of ours that decides it.

    Parameters
    ----------
    texts
        Called for each pass over the texts: one for the key, and two where the encoder has to be made.

    Raises
    ------
    ModelError
        The texts are too few to train a vocabulary on, or there is no space for the encoder.
    """
    decided_by = {
        "shape": params.model_dump(), "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(), "arithmetic": identity.arithmetic(),
        "pins": {name: os.environ.get(name) for name in arithmetic.PINS},
        "code": program_digest("onggi.models.lsa"),
    }  # fmt: skip

    def make(made: Path) -> None:
        from transformers.utils import logging as transformers_logging

        from onggi.models import lsa

        transformers_logging.disable_progress_bar()  # a bar of one file that is written says nothing
        lsa.save(texts, params, made)

    space = memo.space("bootstrap", decided_by, "much")
    memo.active().folder(space, *_digest(texts()), folder, make)


def _digest(texts: Iterable[str]) -> tuple[str, int]:
    """Return the digest of texts in their order, and how many there are."""
    total, count = hashlib.blake2b(digest_size=16), 0
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        total.update(len(content).to_bytes(8, "big") + content)
        count += 1
    return total.hexdigest(), count
