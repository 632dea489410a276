"""Sequence classifiers with two labels or more as rerankers: a pair's score is the probability of one label.

Apart from `onggi.models.reranker` and `onggi.models.cross_encoder`, whose code is part of the memo's keys.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from onggi.core.errors import ModelError
from onggi.models import network
from onggi.models.auto import AutoModelForSequenceClassification
from onggi.models.cross_encoder import CrossEncoder
from onggi.models.identity import arithmetic, folder_digest
from onggi.models.loading import load_tokenizer
from onggi.models.reranker import ROW, Pair
from onggi.work import memo


class OneLabel:
    """A classifier that gives the log-odds of one of its labels; their sigmoid is what softmax gives it.

    Parameters
    ----------
    classifier
        The network; its logits are (pairs, labels).
    label
        The place of the label.
    """

    def __init__(self, classifier: Any, label: int) -> None:
        self.classifier, self.label = classifier, label

    def __call__(self, **inputs: torch.Tensor) -> SimpleNamespace:
        """Return the log-odds as ``logits``, (pairs, 1)."""
        logits = self.classifier(**inputs).logits.double()
        others = torch.cat((logits[:, : self.label], logits[:, self.label + 1 :]), -1)
        return SimpleNamespace(logits=(logits[:, self.label] - others.logsumexp(-1)).unsqueeze(-1))


class ClassifierReranker:
    """The sequence classifier of a folder, by one of its labels.

    Raises
    ------
    ModelError
        There is no model in the folder. When the first score is computed: it cannot be loaded, or does not have the
        label among two or more.
    """

    def __init__(self, folder: Path, max_length: int, label: int) -> None:
        if not (folder / "config.json").exists():
            raise ModelError(folder, "is no model folder (no config.json)", "run `dvc repro` to build it")
        self.folder, self.max_length, self.label = folder, max_length, label

    @cached_property
    def scorer(self) -> CrossEncoder:
        """What computes the scores; loaded when one is first missing from the memo."""
        model = network.load_network(AutoModelForSequenceClassification, self.folder, "fp32")
        names = model.config.id2label
        if len(names) < 2:
            raise ModelError(self.folder, "gives one score a pair, no labels", "leave label out")
        if self.label not in names:
            known = ", ".join(f"{place} ({name})" for place, name in sorted(names.items()))
            raise ModelError(self.folder, f"has no label {self.label}", f"its labels are {known}")
        tokenizer = load_tokenizer(self.folder, len(model.get_input_embeddings().weight), trust_remote_code=False)
        return CrossEncoder(self.folder, OneLabel(model, self.label), tokenizer, self.max_length)

    def score(self, pairs: Iterable[Pair]) -> Iterator[float]:
        """Yield the probability of the label for each pair in order, from the memo where it holds it."""
        modules = ("classifier", "cross_encoder", "loading", "network", "onednn")
        decided_by = {
            "files": folder_digest(self.folder), "max_length": self.max_length, "label": self.label,
            "arithmetic": arithmetic(), "code": memo.code_digest(*(f"onggi.models.{module}" for module in modules)),
        }  # fmt: skip

        def compute(missing: list[Pair]) -> Iterator[tuple[int, bytes]]:
            return ((place, ROW.pack(score)) for place, score in self.scorer.scores(missing))

        space = memo.space("scores", decided_by, "much")
        return (ROW.unpack(row)[0] for row in memo.active().rows(space, pairs, compute))
