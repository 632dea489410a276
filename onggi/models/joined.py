"""Several encoders as one: their vectors side by side, so that one index is asked by the mean of their cosines.

A vector is the concatenation of the encoders' unit vectors, each times the root of its share. So it is a unit vector,
and the inner product of two is the mean of the encoders' cosines, weighted by the shares. A joined folder holds the
folders of its encoders and how each is run; the memo holds the rows of each as if it were asked alone.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import fsum, sqrt
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from onggi.core.errors import ModelError
from onggi.models.embedder import ROWS_A_BLOCK, Embedder, Vectors
from onggi.models.params import EmbedParams, JoinedParams

MANIFEST = "joined-onggi.json"


class Embeds(Protocol):
    """What makes unit vectors of texts: an encoder, or several that are joined."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, (texts, dimensions)."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages, (texts, dimensions)."""
        ...

    def passage_blocks(self, texts: Iterable[str], rows: int | None = None) -> Iterator[Vectors]:
        """Yield the unit vectors of passages in order, (some, dimensions) at a time."""
        ...


class Part(BaseModel):
    """An encoder of several: the folder in which it lies, its share of the score, and how it is run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    share: float
    settings: EmbedParams


class Joined(BaseModel):
    """What a joined folder says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: tuple[Part, ...]


def join(params: JoinedParams, models: Path, settings: Sequence[EmbedParams], folder: Path) -> None:
    """Copy encoders below ``models`` into the empty ``folder``, each with its share and how it is run.

    Raises
    ------
    ModelError
        One of them is no encoder.
    """
    parts = []
    for place, (name, weight, run_as) in enumerate(zip(params.encoders, params.weights, settings, strict=True)):
        open_embedder(models / name, run_as)
        shutil.copytree(models / name, folder / str(place))
        parts.append(Part(folder=str(place), share=weight / fsum(params.weights), settings=run_as))
    (folder / MANIFEST).write_text(Joined(parts=tuple(parts)).model_dump_json(indent=2) + "\n", "utf-8")


def open_embedder(folder: Path, params: EmbedParams) -> Embeds:
    """Return the encoder of a folder, or those that it joins, which are run as the folder says.

    Raises
    ------
    ModelError
        The folder holds no encoder.
    """
    return JoinedEmbedder(folder) if (folder / MANIFEST).is_file() else Embedder(folder, params)


class JoinedEmbedder:
    """The encoders of a joined folder at work (see `Embeds`).

    Raises
    ------
    ModelError
        The folder is damaged.
    """

    def __init__(self, folder: Path) -> None:
        try:
            described = Joined.model_validate_json((folder / MANIFEST).read_text("utf-8"))
        except (OSError, ValidationError) as error:
            raise ModelError(folder, f"joins no encoders ({error})", f"run `dvc repro join@{folder.name}`") from None
        self.parts = [
            (np.float32(sqrt(part.share)), open_embedder(folder / part.folder, part.settings))
            for part in described.parts
        ]

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, (texts, sum of the dimensions)."""
        return np.concatenate([root * encoder.queries(texts) for root, encoder in self.parts], axis=1)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages, (texts, sum of the dimensions)."""
        return np.concatenate([root * encoder.passages(texts) for root, encoder in self.parts], axis=1)

    def passage_blocks(self, texts: Iterable[str], rows: int | None = None) -> Iterator[Vectors]:
        """Yield the unit vectors of passages in order; each block is read once and encoded by all."""
        waiting = iter(texts)
        while block := list(islice(waiting, ROWS_A_BLOCK)):
            yield self.passages(block)
