"""Backend ``transformers``: a model of this machine, whose folder the stages fetch and adopt make."""

import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from onggi.core.digests import program_digest
from onggi.core.errors import LlmError
from onggi.llm.ledger import BudgetSpent, Ledger
from onggi.llm.messages import Failure, Reply, Request, Usage, cleaned
from onggi.llm.params import LocalSettings, RoleParams
from onggi.llm.tokens import Count, by_tokenizer, estimate
from onggi.models.identity import arithmetic, folder_digest

if TYPE_CHECKING:
    from onggi.llm.batches import Prompt, Written
    from onggi.llm.checkpoint import Checkpoint

READERS = ("accelerate", "bitsandbytes", "gguf", "gptqmodel", "optimum", "flash_attn")
"""Packages that decide what comes of a checkpoint, where they are installed."""


def identity(params: RoleParams) -> dict[str, object]:
    """Return what decides a local model's replies beside the request; nothing is loaded for it.

    Where layers lie and how many prompts run at once (``device_map``, ``max_memory``, ``batch_tokens``) are no part of
    it: like the company of a prompt they change a reply by rounding at most.

    Raises
    ------
    LlmError
        There is no such folder.
    """
    folder = Path(params.path)
    if not folder.is_dir():
        fix = "declare it below models.hub or models.local with task: generator, and run `dvc repro`"
        raise LlmError(folder, "no such folder of a model", fix)
    settings = params.local
    return {
        "files": folder_digest(folder), "quantization": _quantization(settings), "dtype": settings.dtype,
        "gguf_file": settings.gguf_file, "scripts": settings.scripts and sorted(settings.scripts),
        "readers": {name: found for name in READERS if (found := _version(name))},
        "arithmetic": arithmetic(), "code": program_digest("onggi.llm.local"),
    }  # fmt: skip


def _quantization(settings: LocalSettings) -> dict[str, object]:
    if settings.quantization == "int8":
        return {"kind": "int8", "threshold": settings.llm_int8_threshold}
    if settings.quantization == "nf4":
        return {"kind": "nf4", "double_quant": settings.double_quant}
    return {"kind": "none"}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def counting(folder: Path) -> Count:
    """Return what counts the tokens of prompts: by the tokenizer, or the estimate where only a GGUF file has it."""
    return by_tokenizer(folder) if (folder / "tokenizer.json").exists() else estimate


class Local:
    """A model in the memory of this machine.

    Parameters
    ----------
    folder : Path
        Where its files are.
    settings : LocalSettings
        How it is loaded and run.
    continuous : dict[str, int], optional
        Values of transformers' ContinuousBatchingConfig, with which continuous batching is used on whatever device;
        None: on one GPU, with values that fit it.

    Raises
    ------
    LlmError, ModelError
        It does not load (see `onggi.llm.checkpoint`).
    """

    def __init__(self, folder: Path, settings: LocalSettings, continuous: dict[str, int] | None = None) -> None:
        from onggi.llm.checkpoint import load_checkpoint

        self.folder, self.settings = folder, settings
        self.checkpoint: Checkpoint = load_checkpoint(folder, settings)
        self._continuous = {} if continuous is None and self.checkpoint.on_one_gpu else continuous
        self._start = 0.0

    def generate(self, requests: Sequence[Request], ledger: Ledger) -> Iterator[tuple[int, Reply | Failure]]:
        """Yield the place of each request with what came of it, batch by batch, the longest prompts first.

        Requests that the budget does not allow at once wait until others have ended.

        Raises
        ------
        LlmError
            The chat template refuses a conversation.
        BudgetSpent
            The next request would pass the budget; what was begun has been yielded.
        """
        from onggi.llm.batches import Prompt

        prompts = []
        for place, request in enumerate(requests):
            prompt = Prompt(place, request, self.checkpoint.chat.tokens(request))
            if (length := len(prompt.tokens) + request.max_tokens) > self.checkpoint.longest:
                yield place, Failure("rejected", f"prompt and max_tokens are {length:,} tokens, {self._most()}")
            else:
                prompts.append(prompt)
        prompts.sort(key=lambda prompt: -len(prompt.tokens))
        while prompts:
            reserved: dict[int, Usage] = {}
            spent = None
            for prompt in prompts:
                try:
                    reserved[prompt.place] = ledger.reserve(prompt.request)
                except BudgetSpent as error:
                    spent = error
                    break
            if spent is not None and not reserved:
                raise spent
            allowed, prompts = prompts[: len(reserved)], prompts[len(reserved) :]
            self._start = time.perf_counter()
            for prompt, result in self._results(allowed):
                used = result.usage if isinstance(result, Reply) else Usage()
                ledger.settle(reserved[prompt.place], used, time.perf_counter() - self._start)
                ledger.device_mb = max(ledger.device_mb, self._device_mb())
                yield prompt.place, result

    def _results(self, prompts: "Sequence[Prompt]") -> "Iterator[tuple[Prompt, Reply | Failure]]":
        from onggi.llm.batches import Prompt, in_batches, write

        left = list(prompts)
        if self._continuous is not None:
            from onggi.llm.continuous import stream

            left = []
            for done in stream(self.checkpoint, prompts, self.settings.batch_tokens, **self._continuous):
                if isinstance(done, Prompt):
                    left.append(done)
                else:
                    yield done.prompt, self._reply(done)
        for batch in in_batches(left, self.settings.batch_tokens, lambda some: write(self.checkpoint, some)):
            if isinstance(batch, Prompt):
                detail = f"{len(batch.tokens):,} tokens do not fit into memory, not even alone"
                yield batch, Failure("rejected", detail)
                continue
            for done in batch:
                yield done.prompt, self._reply(done)
            self._start = time.perf_counter()

    def _reply(self, done: "Written") -> Reply | Failure:
        """Return a reply in words; whatever bytes of a character ``max_tokens`` cut in two are left out."""
        ends = self.checkpoint.ends
        cut = not (done.tokens and done.tokens[-1] in ends)
        words = [token for token in done.tokens if token not in ends]
        text = cleaned(self.checkpoint.tokenizer.decode(words, skip_special_tokens=True))
        if cut:
            text = text.rstrip("\ufffd")
        if not text.strip():
            return Failure("empty", "the model wrote nothing")
        usage = Usage(len(done.prompt.tokens), len(done.tokens))
        return Reply(text, usage, done.logprob, cut)

    def _most(self) -> str:
        return f"{self.folder} takes {self.checkpoint.longest:,}"

    def _device_mb(self) -> int:
        """Return the most memory of all GPUs that tensors have held so far, in MiB."""
        import torch

        if not torch.cuda.is_available():
            return 0
        return sum(torch.cuda.max_memory_allocated(place) for place in range(torch.cuda.device_count())) >> 20
