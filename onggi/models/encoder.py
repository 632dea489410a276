"""An encoder at work: texts to unit vectors, or to one vector a token."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from onggi.models import network
from onggi.models.auto import AutoModel
from onggi.models.config import EncoderConfig, read_encoder_config
from onggi.models.loading import check_finite, load_tokenizer
from onggi.models.params import EmbedParams, Pooling

Vectors = NDArray[np.float32]
Kept = TypeVar("Kept", bound=Sequence[Any] | Vectors)

TEXTS_TOKENIZED = 256


class Forward(Protocol):
    """What runs the network: ids and mask of texts, both (batch, length), to (batch, length, dimensions).

    The mask is None where no text is padded.
    """

    def __call__(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor: ...


class Encoder:
    """An encoder with its tokenizer.

    On a CPU a text's vector depends on the text alone, bit for bit; on a GPU up to rounding (`onggi.models.network`).
    """

    def __init__(self, folder: Path, tokenizer: Any, forward: Forward, config: EncoderConfig) -> None:
        self.folder, self.tokenizer, self.forward, self.config = folder, tokenizer, forward, config
        self._front, self._back = _special_tokens(tokenizer)

    @classmethod
    def load(cls, folder: Path, params: EmbedParams) -> "Encoder":
        """Load an encoder folder on the GPU where there is one.

        Raises
        ------
        ModelError
            The folder is incomplete, or the model cannot be loaded from it.
        """
        config = read_encoder_config(folder)
        trusted = params.trust_remote_code
        if params.runtime == "onnx":
            from onggi.models.onnx import OnnxForward

            onnx = OnnxForward(folder, trusted)
            return cls(folder, load_tokenizer(folder, onnx.pieces, trusted), onnx, config)
        loaded = network.load_network(AutoModel, folder, params.precision, trust_remote_code=trusted)
        if isinstance(getattr(loaded, "pooler", None), torch.nn.Module):
            loaded.pooler = torch.nn.Identity()  # nobody reads what it returns, and oneDNN makes it a kernel a batch
        tokenizer = load_tokenizer(folder, len(loaded.get_input_embeddings().weight), trusted)
        return cls(folder, tokenizer, partial(_token_vectors, loaded), config)

    def encode(self, texts: Sequence[str], max_length: int) -> Vectors:
        """Return the unit vector of each text, (texts, dimensions), of at most ``max_length`` tokens."""
        rows = np.zeros((0, 0), np.float32)
        for places, vectors in self.batches(texts, max_length):
            rows = rows if rows.size else np.empty((len(texts), vectors.shape[1]), np.float32)
            rows[places] = vectors
        return rows

    def batches(self, texts: Sequence[str], max_length: int) -> Iterator[tuple[list[int], Vectors]]:
        """Yield the places of texts of like lengths and their unit vectors, (places, dimensions).

        Raises
        ------
        ModelError
            A vector is not finite.
        """
        return self._run(texts, max_length, self._unit)

    def tokens(self, texts: Sequence[str], max_length: int) -> list[Vectors]:
        """Return the vectors of each text's own tokens, (tokens, dimensions), without special ones, not normalised.

        Raises
        ------
        ModelError
            A vector is not finite.
        """
        result: list[Vectors] = [np.zeros((0, 0), np.float32)] * len(texts)
        for places, vectors in self._run(texts, max_length, self._own):
            for place, row in zip(places, vectors, strict=True):
                result[place] = row
        return result

    def _run(
        self, texts: Sequence[str], max_length: int, keep: Callable[[torch.Tensor, list[int]], Kept]
    ) -> Iterator[tuple[list[int], Kept]]:
        """Yield the places of texts of like lengths and what ``keep`` makes of their token vectors and lengths."""
        limit = min(max_length, self.config.max_length)
        encoded = [ids for some in _blocks(texts) for ids in self._ids(some, limit)]
        batches = list(network.batches([len(ids) for ids in encoded]))

        def compute(places: list[int]) -> Kept:
            with torch.inference_mode():
                ids, mask = network.padded([encoded[place] for place in places], self.tokenizer.pad_token_id or 0)
                return keep(self.forward(ids, mask), [len(encoded[place]) for place in places])

        yield from zip(batches, network.spread(compute, batches), strict=True)

    def _ids(self, texts: Sequence[str], limit: int) -> list[NDArray[np.int32]]:
        """Return the token ids of each text, special ones included."""
        encoded = self.tokenizer(
            list(texts), truncation=True, max_length=limit, verbose=False, return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]  # fmt: skip
        return [np.array(ids, np.int32) for ids in encoded]

    def _unit(self, hidden: torch.Tensor, lengths: list[int]) -> Vectors:
        vectors = torch.nn.functional.normalize(_pool(hidden, lengths, self.config.pooling).float(), dim=-1)
        return self._checked(vectors)

    def _own(self, hidden: torch.Tensor, lengths: list[int]) -> list[Vectors]:
        # Copied, because a slice would hold the whole batch in memory.
        ends = [max(self._front, length - self._back) for length in lengths]
        return [self._checked(row[self._front : end]).copy() for row, end in zip(hidden.float(), ends, strict=True)]

    def _checked(self, vectors: torch.Tensor) -> Vectors:
        result: Vectors = check_finite(self.folder, vectors).cpu().numpy()
        return result


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut texts into as many as are tokenized at once: what the tokenizer says of a text is 100 times its ids."""
    return (texts[start : start + TEXTS_TOKENIZED] for start in range(0, len(texts), TEXTS_TOKENIZED))


def _special_tokens(tokenizer: Any) -> tuple[int, int]:
    """Return how many special tokens the tokenizer puts in front of a text and behind it."""
    special = tokenizer("a", return_special_tokens_mask=True)["special_tokens_mask"]
    own = [place for place, mark in enumerate(special) if not mark]
    return (own[0], len(special) - 1 - own[-1]) if own else (0, 0)


def _pool(hidden: torch.Tensor, lengths: list[int], pooling: Pooling) -> torch.Tensor:
    """Return one vector a text, (batch, dimensions), of token vectors behind which there may be padding."""
    if pooling == "cls":
        return hidden[:, 0]
    if min(lengths) == hidden.shape[1]:
        return hidden[:, -1] if pooling == "last_token" else hidden.mean(dim=1)
    sizes = torch.tensor(lengths, device=hidden.device)
    if pooling == "last_token":
        return hidden[torch.arange(len(lengths), device=hidden.device), sizes - 1]
    mask = torch.arange(hidden.shape[1], device=hidden.device) < sizes[:, None]
    return (hidden.float() * mask[:, :, None]).sum(dim=1) / sizes[:, None]


def _token_vectors(loaded: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    shown = torch.ones_like(ids) if mask is None else mask
    hidden: torch.Tensor = loaded(input_ids=ids, attention_mask=shown).last_hidden_state
    return hidden
