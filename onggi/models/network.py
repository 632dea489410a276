"""How a network is loaded and run: what is promised of its results, on a CPU and on a GPU.

*On a CPU* a result depends on its input alone, bit for bit, whatever the company, the order and the number of workers.
Inputs of one exact length need neither padding nor a mask, so nothing of a text's result can come from its neighbours.
Linear layers go through oneDNN, whose AVX2 kernels sum in an order that depends on the size of the weights alone, not
on the rows, the threads or the caches; MKL's do so only where the rows are a multiple of 8, and in the mode that
promises the same bits on every CPU (``MKL_CBWR=COMPATIBLE``) they take 2.5 times as long; OpenBLAS's depend even on
the place of a row. Each batch has a thread of its own.

*On a GPU* the kernels depend on the size of the batch, so a result is the same up to the rounding of its precision
(in float32 some 1e-6 of a unit vector's component). So batches are filled there: texts of like lengths are padded to
the longest of them, behind a mask.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from onggi.core import workers
from onggi.models import onednn
from onggi.models.loading import load

Item = TypeVar("Item")
Result = TypeVar("Result")

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
TOKENS_PER_BATCH = {"cpu": 2048, "cuda": 65536}
"""As many as the caches hold beside the weights, and as many as keep a GPU busy."""


def device() -> str:
    """Return ``cuda`` where there is a GPU, else ``cpu``."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def load_network(kind: Any, folder: Path, precision: str, **options: Any) -> Any:
    """Load a model of the transformers class ``kind`` for inference; the weights must be safetensors.

    Raises
    ------
    ModelError
        It cannot be loaded, or its weights are not those of its configuration (see `onggi.models.loading`).
    """
    network = load(kind, folder, use_safetensors=True, dtype=DTYPES[precision], **options)
    network = network.to(device()).eval().requires_grad_(False)
    if device() == "cpu" and precision == "fp32" and onednn.available():
        onednn.linear_layers(network)
    return network


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of inputs in batches as this machine's device wants them."""
    cut = padded_batches if pads() else exact_batches
    return cut(lengths, TOKENS_PER_BATCH[device()])


def pads() -> bool:
    """Tell whether inputs of several lengths share a batch."""
    return device() == "cuda"


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


def padded_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield the places of inputs in batches of at most ``budget`` tokens, padding included, or one; longest first.

    Inputs of like lengths share a batch, and one that is less than half as long as the longest begins another, so that
    more than half of each batch is no padding; the largest batch comes first, where a GPU's memory is found too small.

    Examples
    --------
    >>> list(padded_batches([3, 2, 3, 2, 2, 1], budget=6))
    [[0, 2], [1, 3, 4], [5]]
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and ((len(batch) + 1) * lengths[batch[0]] > budget or 2 * lengths[place] <= lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def spread(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Yield the result of each item in order; on a CPU each core works on an item of its own.

    Threads that share one operation wait for each other hundreds of times a batch, and on a busy machine each wait can
    cost a time slice.
    """
    if device() == "cuda":
        yield from map(work, items)
        return
    before = torch.get_num_threads()
    try:
        yield from workers.spread(work, items, start=partial(torch.set_num_threads, 1))
    finally:
        torch.set_num_threads(before)


def padded(inputs: Sequence[Sequence[int] | NDArray[np.int32]], pad: int) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return the ids of inputs, (batch, longest), on this machine's device, filled with ``pad`` at their ends.

    Beside them comes the mask, 1 for what is not padding, or None where there is none.
    """
    lengths = [len(ids) for ids in inputs]
    filled = np.full((len(inputs), max(lengths)), pad, np.int64)
    for row, values in zip(filled, inputs, strict=True):
        row[: len(values)] = values
    ids = torch.from_numpy(filled).to(device())
    if min(lengths) == max(lengths):
        return ids, None
    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return ids, torch.from_numpy(mask.astype(np.int64)).to(device())
