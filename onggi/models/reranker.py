"""Rerankers: a score in (0, 1] for a query and a passage, higher where the passage answers it."""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from onggi.core.errors import ModelError
from onggi.korean import kiwi
from onggi.models.identity import arithmetic, encoder_identity
from onggi.models.params import EmbedParams, RerankerParams
from onggi.work import memo
from onggi.work.memo import code_digest, files_digest

Pair = tuple[str, str]
"""A query and a passage."""

Scores = Callable[[list[Pair]], Iterator[tuple[int, float]]]

ROW = struct.Struct("<f")
FILES = ["*.safetensors", "*.json", "*.txt", "*.model"]
"""What is fetched of a model: no weights that would have to be unpickled."""


class Scorer(Protocol):
    """What scores pairs."""

    def scores(self, pairs: Sequence[Pair]) -> Iterator[tuple[int, float]]:
        """Yield the place of each pair and its score, in the order they become ready."""
        ...


class Reranker(Protocol):
    """A reranker as it is used."""

    def score(self, pairs: Iterable[Pair]) -> Iterator[float]:
        """Yield the score of each pair in order."""
        ...


class LateInteractionReranker:
    """Late interaction over the token vectors of an encoder folder (see `onggi.models.late_interaction`)."""

    def __init__(self, folder: Path, embed: EmbedParams) -> None:
        self.folder, self.embed = folder, embed

    @cached_property
    def scorer(self) -> Scorer:
        """What computes the scores; loaded when one is first missing from the memo."""
        from onggi.models.encoder import Encoder
        from onggi.models.late_interaction import LateInteraction

        return LateInteraction(Encoder.load(self.folder, self.embed), self.embed)

    def score(self, pairs: Iterable[Pair]) -> Iterator[float]:
        """Yield the score of each pair in order, from the memo where it holds it."""
        lengths = self.embed.query_max_length, self.embed.passage_max_length
        decided_by = encoder_identity(self.folder, self.embed) | {
            "lengths": lengths, "kiwi": kiwi.identity(), "numpy": np.__version__,
            "late_interaction": code_digest("onggi.models.late_interaction"),
        }  # fmt: skip
        return _scores(pairs, decided_by, lambda missing: self.scorer.scores(missing))


class CrossEncoderReranker:
    """A cross-encoder of the Hub or of a folder (see `onggi.models.cross_encoder`)."""

    def __init__(self, params: RerankerParams) -> None:
        self.params = params
        self.folder = _folder(params)

    @cached_property
    def scorer(self) -> Scorer:
        """What computes the scores; loaded when one is first missing from the memo."""
        from onggi.models.cross_encoder import CrossEncoder

        return CrossEncoder.load(self.folder, self.params.max_length)

    @cached_property
    def _files(self) -> str:
        return files_digest(self.folder)

    def score(self, pairs: Iterable[Pair]) -> Iterator[float]:
        """Yield the score of each pair in order, from the memo where it holds it."""
        decided_by = {
            "files": self._files, "max_length": self.params.max_length, "arithmetic": arithmetic(),
            "code": code_digest("onggi.models.cross_encoder", "onggi.models.network"),
        }  # fmt: skip
        return _scores(pairs, decided_by, lambda missing: self.scorer.scores(missing))


def load_reranker(params: RerankerParams, model: Path, embed: EmbedParams) -> Reranker:
    """Return the reranker that ``params`` names; late interaction uses the encoder in the folder ``model``.

    Raises
    ------
    ModelError
        A cross-encoder does not exist or cannot be reached. When the first score is computed: it cannot be loaded.
    """
    return CrossEncoderReranker(params) if params.kind == "cross_encoder" else LateInteractionReranker(model, embed)


def _scores(pairs: Iterable[Pair], decided_by: Mapping[str, object], scores: Scores) -> Iterator[float]:
    def compute(missing: list[Pair]) -> Iterator[tuple[int, bytes]]:
        return ((place, ROW.pack(score)) for place, score in scores(missing))

    space = memo.space("scores", {**decided_by, "row": code_digest(__name__)}, "much")
    return (ROW.unpack(row)[0] for row in memo.active().rows(space, pairs, compute))


def _folder(params: RerankerParams) -> Path:
    """Return the folder of a cross-encoder, fetched from the Hub if it is none already."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    if params.revision == "local" or Path(params.name).is_dir():
        return Path(params.name)
    try:
        return Path(snapshot_download(params.name, revision=params.revision, allow_patterns=FILES))
    except (OSError, HFValidationError) as error:
        raise ModelError(params.name, f"cannot be fetched ({error})", "check reranker.name and revision") from None
