"""How a network is loaded and run: exact lengths only, and on a CPU its linear layers through oneDNN.

Both serve speed and the same bits. Inputs of one exact length need neither padding nor a mask, so nothing of a text's
result can come from its neighbours. oneDNN's AVX2 kernels sum in an order that depends on the size of the weights
alone, not on the rows, the threads or the caches; MKL's do so only where the rows are a multiple of 8, and in the mode
that promises the same bits on every CPU (``MKL_CBWR=COMPATIBLE``) they take 2.5 times as long.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers.utils import logging as transformers_logging

Item = TypeVar("Item")
Result = TypeVar("Result")

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
TOKENS_PER_BATCH = {"cpu": 2048, "cuda": 65536}
"""As many as the caches hold beside the weights, and as many as keep a GPU busy."""

THREADS = torch.get_num_threads()
"""Taken once: a library that sets its own number of OpenMP threads, as FAISS does, may set torch's with it."""


def device() -> str:
    """Return ``cuda`` where there is a GPU, else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def load_network(kind: Any, source: str | Path, precision: str, **options: Any) -> Any:
    """Load a model of the transformers class ``kind`` for inference; the weights must be safetensors."""
    transformers_logging.disable_progress_bar()  # a bar of files that lie on disk says nothing
    network = kind.from_pretrained(source, use_safetensors=True, dtype=DTYPES[precision], **options)
    network = network.to(device()).eval().requires_grad_(False)
    if device() == "cpu" and precision == "fp32" and _has_onednn():
        _through_onednn(network)
    return network


def exact_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield the places of inputs in batches of one length and at most ``budget`` tokens, or one input; shortest first.

    Examples
    --------
    >>> list(exact_batches([3, 2, 3, 2, 2], budget=4))
    [[1, 3], [4], [0], [2]]
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for length, group in groupby(order, key=lengths.__getitem__):
        places = list(group)
        size = max(1, budget // max(1, length))
        yield from (places[start : start + size] for start in range(0, len(places), size))


def spread(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Yield the result of each item in order; on a CPU each core works on an item of its own.

    Threads that share one operation wait for each other hundreds of times a batch, and on a busy machine each wait can
    cost a time slice.
    """
    if device() == "cuda" or THREADS == 1 or len(items) < THREADS:
        yield from map(work, items)
        return
    before = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(THREADS, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield from pool.map(work, items)
    finally:
        torch.set_num_threads(before)


def _has_onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def _through_onednn(network: torch.nn.Module) -> None:
    for parent in network.modules():
        for name, child in parent.named_children():
            if type(child) is torch.nn.Linear:
                setattr(parent, name, OneDnnLinear(child))


class OneDnnLinear(torch.nn.Module):
    """A linear layer for inference in float32 whose product oneDNN computes."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight: torch.Tensor = linear.weight.detach().to_mkldnn()
        self.bias = linear.bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the product of (…, in_features), (…, out_features)."""
        rows = inputs.reshape(-1, self.in_features)
        # One row would take another kernel, and other bits, than the same row among many.
        several = torch.cat([rows, rows]) if len(rows) == 1 else rows
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(several, self.weight, self.bias, "none", [], "")
        return product[: len(rows)].view(*inputs.shape[:-1], self.out_features)
