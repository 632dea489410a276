"""Cross-encoders: a network reads query and passage together."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models.network import TOKENS_PER_BATCH, device, exact_batches, load_network, spread


class CrossEncoder:
    """A sequence classifier that reads query and passage together, such as ``BAAI/bge-reranker-v2-m3``.

    On a CPU the score of a pair depends on the pair alone, bit for bit.
    """

    def __init__(self, model: Any, tokenizer: Any, max_length: int) -> None:
        self.model, self.tokenizer, self.max_length = model, tokenizer, max_length

    @classmethod
    def load(cls, folder: Path, max_length: int) -> "CrossEncoder":
        """Load a cross-encoder from a folder; pairs are cut to ``max_length`` tokens.

        Raises
        ------
        ModelError
            It cannot be loaded, or gives more than one score a pair.
        """
        try:
            model = load_network(AutoModelForSequenceClassification, folder, "fp32")
            tokenizer = AutoTokenizer.from_pretrained(folder)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise ModelError(folder, f"cannot be loaded ({error})", "check reranker.name and revision") from None
        if model.config.num_labels != 1:
            problem = f"gives {model.config.num_labels} scores a pair"
            raise ModelError(folder, problem, "choose a reranker with one")
        return cls(model, tokenizer, max_length)

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, float]]:
        """Yield the place of each pair of a query and a passage, and the sigmoid of its score."""
        if not pairs:
            return
        queries, passages = zip(*pairs, strict=True)
        encoded = self.tokenizer(list(queries), list(passages), truncation=True, max_length=self.max_length)
        batches = list(exact_batches([len(ids) for ids in encoded["input_ids"]], TOKENS_PER_BATCH[device()]))

        def compute(places: list[int]) -> list[float]:
            with torch.inference_mode():
                inputs = {
                    name: torch.tensor([values[place] for place in places], device=device())
                    for name, values in encoded.items()
                }
                logits = self.model(**inputs).logits.squeeze(-1).float()
                # In double precision, because float32's last bit depends on the place in the batch.
                found: list[float] = torch.sigmoid(logits.double()).float().cpu().tolist()
                return found

        for places, found in zip(batches, spread(compute, batches), strict=True):
            yield from zip(places, found, strict=True)
