"""An encoder at work: texts to unit vectors, or to one vector a token."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from transformers import AutoModel, AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models.layout import Layout, Pooling, read_layout
from onggi.core.params import Section

Vectors = NDArray[np.float32]

LENGTH_STEP = 8
"""Inputs are padded to a multiple of this, so that a text's padding depends on the text alone."""

TOKENS_PER_BATCH = {"cpu": 2048, "cuda": 65536}


class EmbedParams(Section):
    """How texts are encoded and indexed."""

    key: ClassVar[str] = "embed"

    query_max_length: int = Field(ge=8, le=32768, description="longest query in tokens")
    passage_max_length: int = Field(ge=8, le=32768, description="longest passage in tokens")
    query_prefix: str = Field(description="instruction in front of every query")
    passage_prefix: str = Field(description="instruction in front of every passage")
    precision: Literal["fp32", "bf16", "fp16"] = Field(description="fp32, or bf16 and fp16 on a GPU")
    runtime: Literal["torch", "onnx"] = Field(description="torch, or onnx (int8 on CPU: faster, a little less exact)")
    index: Literal["flat", "hnsw", "ivf"] = Field(description="FAISS index: flat (exact), hnsw or ivf")
    trust_remote_code: bool = Field(description="run code that comes with a model from the Hub")


class Forward(Protocol):
    """What runs the network: token ids and mask, (batch, length), to token vectors, (batch, length, dimensions)."""

    def __call__(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor: ...


class Encoder:
    """An encoder with its tokenizer.

    A text's vector depends on the text alone: inputs are sorted by length, padded to a multiple of `LENGTH_STEP` and
    batched among their equals.
    """

    def __init__(self, tokenizer: Any, forward: Forward, layout: Layout, device: str) -> None:
        self.tokenizer, self.forward, self.layout, self.device = tokenizer, forward, layout, device

    @classmethod
    def load(cls, folder: Path, params: EmbedParams) -> "Encoder":
        """Load an encoder folder on the GPU where there is one.

        Raises
        ------
        ModelError
            The folder is incomplete, or the model cannot be loaded from it.
        """
        layout = read_layout(folder)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=params.trust_remote_code)
            forward = _load_forward(folder, params, device)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(folder, f"cannot be loaded ({error})", "run `dvc repro base_model`") from None
        return cls(tokenizer, forward, layout, device)

    def queries(self, texts: Sequence[str], params: EmbedParams) -> Vectors:
        """Return the unit vectors of queries, (texts, dimensions)."""
        return self.encode([params.query_prefix + text for text in texts], params.query_max_length)

    def passages(self, texts: Sequence[str], params: EmbedParams) -> Vectors:
        """Return the unit vectors of passages, (texts, dimensions)."""
        return self.encode([params.passage_prefix + text for text in texts], params.passage_max_length)

    def encode(self, texts: Sequence[str], max_length: int) -> Vectors:
        """Return the unit vector of each text, (texts, dimensions), of at most ``max_length`` tokens."""
        rows: list[Vectors | None] = [None] * len(texts)
        for places, hidden, mask in self._batches(texts, max_length):
            pooled = torch.nn.functional.normalize(_pool(hidden, mask, self.layout.pooling).float(), dim=-1)
            for place, row in zip(places, pooled.cpu().numpy(), strict=True):
                rows[place] = row
        return np.stack([row for row in rows if row is not None]) if rows else np.zeros((0, 0), np.float32)

    def tokens(self, texts: Sequence[str], max_length: int) -> list[Vectors]:
        """Return the vectors of each text's own tokens, (tokens, dimensions), without special ones, not normalised."""
        result: list[Vectors] = [np.zeros((0, 0), np.float32)] * len(texts)
        for places, hidden, mask in self._batches(texts, max_length):
            lengths = mask.sum(dim=1).tolist()
            for place, row, length in zip(places, hidden.float().cpu().numpy(), lengths, strict=True):
                result[place] = row[1 : length - 1].copy()
        return result

    def _batches(
        self, texts: Sequence[str], max_length: int
    ) -> Iterator[tuple[list[int], torch.Tensor, torch.Tensor]]:
        """Yield the places of a batch's texts, their token vectors and their mask, shortest texts first."""
        limit = min(max_length, self.layout.max_length)
        encoded = self.tokenizer(list(texts), truncation=True, max_length=limit, verbose=False)["input_ids"] if texts else []
        padded = [-len(ids) % LENGTH_STEP + len(ids) for ids in encoded]
        order = sorted(range(len(texts)), key=lambda place: (padded[place], place))
        budget = TOKENS_PER_BATCH[self.device]
        for places in _runs(order, lambda place: padded[place], budget):
            width = padded[places[0]]
            ids = torch.full((len(places), width), self.tokenizer.pad_token_id, dtype=torch.long)
            mask = torch.zeros((len(places), width), dtype=torch.long)
            for row, place in enumerate(places):
                ids[row, : len(encoded[place])] = torch.tensor(encoded[place])
                mask[row, : len(encoded[place])] = 1
            with torch.inference_mode():
                mask = mask.to(self.device)
                yield places, self.forward(ids.to(self.device), mask), mask


def _runs(order: Sequence[int], width: Callable[[int], int], budget: int) -> Iterator[list[int]]:
    """Cut ``order`` into runs of equal width that hold at most ``budget`` tokens, or one text."""
    run: list[int] = []
    for place in order:
        if run and (width(place) != width(run[0]) or (len(run) + 1) * width(place) > budget):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _pool(hidden: torch.Tensor, mask: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    """Return one vector a text, (batch, dimensions); padding counts for nothing."""
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last_token":
        return hidden[torch.arange(len(hidden), device=hidden.device), mask.sum(dim=1) - 1]
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)


def _load_forward(folder: Path, params: EmbedParams, device: str) -> Forward:
    if params.runtime == "onnx":
        from onggi.models.onnx import OnnxForward

        return OnnxForward(folder)
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[params.precision]
    model = AutoModel.from_pretrained(
        folder, trust_remote_code=params.trust_remote_code, use_safetensors=True, dtype=dtype
    )
    model = model.to(device).eval()

    def forward(ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        # A batch without padding needs no mask, and attention without one is faster.
        hidden: torch.Tensor = model(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden

    return forward
