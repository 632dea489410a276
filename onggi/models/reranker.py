"""Rerankers: a score in (0, 1] for a query and a passage, higher where the passage answers it."""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from onggi.core.errors import ModelError
from onggi.korean import kiwi
from onggi.models.identity import arithmetic, encoder_identity, folder_digest
from onggi.models.params import EmbedParams, RerankerParams
from onggi.work import memo
from onggi.work.memo import code_digest

Pair = tuple[str, str]
"""A query and a passage."""

Scores = Callable[[list[Pair]], Iterator[tuple[int, float]]]

ROW = struct.Struct("<f")


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
    """The cross-encoder of a folder (see `onggi.models.cross_encoder`)."""

    def __init__(self, folder: Path, max_length: int) -> None:
        self.folder, self.max_length = folder, max_length

    @cached_property
    def scorer(self) -> Scorer:
        """What computes the scores; loaded when one is first missing from the memo."""
        from onggi.models.cross_encoder import CrossEncoder

        return CrossEncoder.load(self.folder, self.max_length)

    def score(self, pairs: Iterable[Pair]) -> Iterator[float]:
        """Yield the score of each pair in order, from the memo where it holds it."""
        modules = ("cross_encoder", "loading", "network", "onednn")
        decided_by = {
            "files": folder_digest(self.folder), "max_length": self.max_length, "arithmetic": arithmetic(),
            "code": code_digest(*(f"onggi.models.{module}" for module in modules)),
        }  # fmt: skip
        return _scores(pairs, decided_by, lambda missing: self.scorer.scores(missing))


def load_reranker(params: RerankerParams, folder: Path, embed: EmbedParams) -> Reranker:
    """Return the reranker that ``params`` names over the model in ``folder``, which is an encoder for late interaction.

    No network is asked, and the model is loaded when a score is first missing from the memo.

    Raises
    ------
    ModelError
        There is no model in the folder. When the first score is computed: it cannot be loaded.
    """
    if not (folder / "config.json").exists():
        raise ModelError(folder, "is no model folder (no config.json)", "run `dvc repro` to build it")
    if params.kind == "cross_encoder":
        return CrossEncoderReranker(folder, params.max_length)
    return LateInteractionReranker(folder, embed)


def _scores(pairs: Iterable[Pair], decided_by: Mapping[str, object], scores: Scores) -> Iterator[float]:
    def compute(missing: list[Pair]) -> Iterator[tuple[int, bytes]]:
        return ((place, ROW.pack(score)) for place, score in scores(missing))

    space = memo.space("scores", {**decided_by, "row": code_digest(__name__)}, "much")
    return (ROW.unpack(row)[0] for row in memo.active().rows(space, pairs, compute))
