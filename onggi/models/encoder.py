"""An encoder at work: texts to unit vectors, or to one vector a token."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from transformers import AutoModel, AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models.layout import Layout, Pooling, read_layout
from onggi.models.network import TOKENS_PER_BATCH, device, exact_batches, load_network, spread
from onggi.models.params import EmbedParams

Vectors = NDArray[np.float32]

TEXTS_TOKENIZED = 256


class Forward(Protocol):
    """What runs the network: ids of texts of one length, (batch, length), to (batch, length, dimensions)."""

    def __call__(self, ids: torch.Tensor) -> torch.Tensor: ...


class Encoder:
    """An encoder with its tokenizer.

    On a CPU a text's vector depends on the text alone, bit for bit: it is computed among texts of its own length,
    without padding (see `onggi.models.network`).
    """

    def __init__(self, tokenizer: Any, forward: Forward, layout: Layout) -> None:
        self.tokenizer, self.forward, self.layout = tokenizer, forward, layout
        self._front, self._back = _special_tokens(tokenizer)

    @classmethod
    def load(cls, folder: Path, params: EmbedParams) -> "Encoder":
        """Load an encoder folder on the GPU where there is one.

        Raises
        ------
        ModelError
            The folder is incomplete, or the model cannot be loaded from it.
        """
        layout = read_layout(folder)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=params.trust_remote_code)
            forward = _load_forward(folder, params)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise ModelError(folder, f"cannot be loaded ({error})", "run `dvc repro base_model`") from None
        return cls(tokenizer, forward, layout)

    def encode(self, texts: Sequence[str], max_length: int) -> Vectors:
        """Return the unit vector of each text, (texts, dimensions), of at most ``max_length`` tokens."""
        rows = np.zeros((0, 0), np.float32)
        for places, vectors in self.batches(texts, max_length):
            rows = rows if rows.size else np.empty((len(texts), vectors.shape[1]), np.float32)
            rows[places] = vectors
        return rows

    def batches(self, texts: Sequence[str], max_length: int) -> Iterator[tuple[list[int], Vectors]]:
        """Yield the places of texts of one length and their unit vectors, (places, dimensions), shortest first."""
        return self._run(texts, max_length, self._unit)

    def tokens(self, texts: Sequence[str], max_length: int) -> list[Vectors]:
        """Return the vectors of each text's own tokens, (tokens, dimensions), without special ones, not normalised."""
        result: list[Vectors] = [np.zeros((0, 0), np.float32)] * len(texts)
        for places, vectors in self._run(texts, max_length, self._own):
            for place, row in zip(places, vectors, strict=True):
                result[place] = row.copy()
        return result

    def _run(
        self, texts: Sequence[str], max_length: int, keep: Callable[[torch.Tensor], torch.Tensor]
    ) -> Iterator[tuple[list[int], Vectors]]:
        """Yield the places of texts of one length and what ``keep`` makes of their token vectors."""
        if not texts:
            return
        limit = min(max_length, self.layout.max_length)
        encoded = [ids for some in _blocks(texts) for ids in self._ids(some, limit)]
        batches = list(exact_batches([len(ids) for ids in encoded], TOKENS_PER_BATCH[device()]))

        def compute(places: list[int]) -> Vectors:
            with torch.inference_mode():
                ids = torch.from_numpy(np.stack([encoded[place] for place in places])).to(device(), torch.long)
                vectors: Vectors = keep(self.forward(ids)).float().cpu().numpy()
                return vectors

        yield from zip(batches, spread(compute, batches), strict=True)

    def _ids(self, texts: Sequence[str], limit: int) -> list[NDArray[np.int32]]:
        """Return the token ids of each text, special ones included."""
        encoded = self.tokenizer(
            list(texts), truncation=True, max_length=limit, verbose=False, return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]  # fmt: skip
        return [np.array(ids, np.int32) for ids in encoded]

    def _unit(self, hidden: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(_pool(hidden, self.layout.pooling).float(), dim=-1)

    def _own(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden[:, self._front : hidden.shape[1] - self._back]


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut texts into as many as are tokenized at once: what the tokenizer says of a text is 100 times its ids."""
    return (texts[start : start + TEXTS_TOKENIZED] for start in range(0, len(texts), TEXTS_TOKENIZED))


def _special_tokens(tokenizer: Any) -> tuple[int, int]:
    """Return how many special tokens the tokenizer puts in front of a text and behind it."""
    special = tokenizer("a", return_special_tokens_mask=True)["special_tokens_mask"]
    own = [place for place, mark in enumerate(special) if not mark]
    return (own[0], len(special) - 1 - own[-1]) if own else (0, 0)


def _pool(hidden: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    """Return one vector a text, (batch, dimensions)."""
    if pooling == "cls":
        return hidden[:, 0]
    return hidden[:, -1] if pooling == "last_token" else hidden.mean(dim=1)


def _load_forward(folder: Path, params: EmbedParams) -> Forward:
    if params.runtime == "onnx":
        from onggi.models.onnx import OnnxForward

        return OnnxForward(folder, params.trust_remote_code)
    network = load_network(AutoModel, folder, params.precision, trust_remote_code=params.trust_remote_code)

    def forward(ids: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = network(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        return hidden

    return forward
