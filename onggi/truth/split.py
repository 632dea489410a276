"""Train, dev and test: by source document, so that nothing of a test document is seen in training.

Documents that are nearly the same, one that lies in another, and those that one question joins fall into one split.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from onggi.core.params import Params
from onggi.core.schema import Split, SplitRow
from onggi.truth.components import components

PRIORITY: tuple[Split, ...] = ("test", "dev", "train")


class SplitParams(Params):
    """Shares of documents, and what synthesis may read."""

    key: ClassVar[str] = "split"

    train: float = Field(ge=0, le=1, description="share of documents to train on")
    dev: float = Field(ge=0, le=1, description="share of documents to tune on")
    test: float = Field(ge=0, le=1, description="share of documents to report on")
    synthesis_from: Literal["train", "all"] = Field(description="documents questions are written from: train or all")
    near_duplicate: float = Field(gt=0, le=1, description="share of character 5-grams from which two texts are one")
    seed: int = Field(ge=0, description="seed of the assignment")

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Self:
        if abs(self.train + self.dev + self.test - 1) > 1e-9:
            raise ValueError(f"train + dev + test must be 1, is {self.train + self.dev + self.test:g}")
        return self


def assign(
    doc_ids: Iterable[str],
    joined: Iterable[Sequence[str]],
    params: SplitParams,
    fixed: Mapping[str, Split] | None = None,
) -> list[SplitRow]:
    """Give every document its split, in order of ``doc_id``.

    Parameters
    ----------
    doc_ids
        All documents of the corpus.
    joined
        Documents that must stay together: that overlap, that are evidence of one question.
    params
        Shares and seed.
    fixed
        Splits that the source of the questions prescribes; test wins over dev, dev over train within a group.
    """
    groups = components(doc_ids, joined)
    splits: dict[str, Split] = {}
    if fixed:
        for name, members in groups.items():
            prescribed = {fixed[member] for member in members if member in fixed}
            splits[name] = next((split for split in PRIORITY if split in prescribed), "train")
    else:
        splits = _by_shares(groups, params)
    rows = [SplitRow(doc_id, name, splits[name]) for name, members in groups.items() for doc_id in members]
    return sorted(rows, key=lambda row: row.doc_id)


def _by_shares(groups: dict[str, list[str]], params: SplitParams) -> dict[str, Split]:
    """Fill test, then dev, then train, in an order that depends on the seed and the names alone."""
    total = sum(map(len, groups.values()))
    order = sorted(groups, key=lambda name: hashlib.sha256(f"{params.seed}:{name}".encode()).digest())
    bounds = np.cumsum([params.test, params.dev, params.train]) * total
    splits: dict[str, Split] = {}
    filled = 0
    for name in order:
        middle = filled + len(groups[name]) / 2
        splits[name] = PRIORITY[min(int(np.searchsorted(bounds, middle, side="left")), len(PRIORITY) - 1)]
        filled += len(groups[name])
    return splits
