"""Cross-encoders: a network reads query and passage together."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from onggi.core.errors import ModelError
from onggi.models import network
from onggi.models.auto import AutoModelForSequenceClassification
from onggi.models.loading import check_finite, load_tokenizer

PAIRS_TOKENIZED = 256


class CrossEncoder:
    """A sequence classifier that reads query and passage together, such as ``BAAI/bge-reranker-v2-m3``.

    On a CPU the score of a pair depends on the pair alone, bit for bit; on a GPU up to rounding.
    """

    def __init__(self, folder: Path, model: Any, tokenizer: Any, max_length: int) -> None:
        self.folder, self.model, self.tokenizer, self.max_length = folder, model, tokenizer, max_length

    @classmethod
    def load(cls, folder: Path, max_length: int) -> "CrossEncoder":
        """Load a cross-encoder from a folder; pairs are cut to ``max_length`` tokens.

        Raises
        ------
        ModelError
            It cannot be loaded, or gives more than one score a pair.
        """
        model = network.load_network(AutoModelForSequenceClassification, folder, "fp32")
        check_one_score(folder, model)
        tokenizer = load_tokenizer(folder, len(model.get_input_embeddings().weight), trust_remote_code=False)
        return cls(folder, model, tokenizer, max_length)

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, float]]:
        """Yield the place of each pair of a query and a passage, and the sigmoid of its score.

        Raises
        ------
        ModelError
            A score is not finite.
        """
        encoded = [values for start in range(0, len(pairs), PAIRS_TOKENIZED) for values in self._encoded(pairs[start:])]
        batches = list(network.batches([len(values["input_ids"]) for values in encoded]))

        def compute(places: list[int]) -> list[float]:
            with torch.inference_mode():
                logits = self.model(**self._inputs([encoded[place] for place in places])).logits.squeeze(-1)
                # In double precision, because float32's last bit depends on the place in the batch.
                found = torch.sigmoid(check_finite(self.folder, logits).double()).float()
                scores: list[float] = found.cpu().tolist()
                return scores

        for places, found in zip(batches, network.spread(compute, batches), strict=True):
            yield from zip(places, found, strict=True)

    def _encoded(self, pairs: Sequence[tuple[str, str]]) -> list[dict[str, list[int]]]:
        """Return what the tokenizer makes of the first pairs: ids, and kinds of tokens where the model knows any."""
        queries, passages = map(list, zip(*pairs[:PAIRS_TOKENIZED], strict=True))
        values = self.tokenizer(queries, passages, truncation=True, max_length=self.max_length)
        names = [name for name in values if name != "attention_mask"]
        columns = zip(*(values[name] for name in names), strict=True)
        return [dict(zip(names, row, strict=True)) for row in columns]

    def _inputs(self, rows: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        pads = {"input_ids": self.tokenizer.pad_token_id or 0}
        inputs = {}
        for name in rows[0]:
            inputs[name], mask = network.padded([row[name] for row in rows], pads.get(name, 0))
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"]) if mask is None else mask
        return inputs


def check_one_score(folder: object, model: Any) -> None:
    """Check that a sequence classifier scores, and does not sort into classes.

    Raises
    ------
    ModelError
        It gives more than one number a pair.
    """
    if model.config.num_labels != 1:
        problem = f"gives {model.config.num_labels} scores a pair"
        raise ModelError(folder, problem, "choose a reranker with one")
