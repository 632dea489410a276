"""Batched generation against a loop of one ``generate`` a prompt, on the same random model of two layers."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.timing import Measure, faster
from onggi.llm.ledger import Ledger
from onggi.llm.local import Local
from onggi.llm.messages import Message, Reply, Request
from onggi.llm.params import Budget, LocalSettings
from onggi.llm.tokens import estimate
from tests.llm.tiny import TEXTS, save

PROMPTS = 32
NEW_TOKENS = 16


def measure() -> Iterator[Measure]:
    """Yield how many times as many tokens a second batches write, and what masking scripts takes of it."""
    torch.set_num_threads(1)  # two threads wait for each other at every product, on a busy machine a time slice each
    with TemporaryDirectory() as work:
        folder = save(Path(work) / "qwen2", hidden_size=256, intermediate_size=512, initializer_range=0.02)
        model = Local(folder, LocalSettings(dtype="fp32"))
        masked = Local(folder, LocalSettings(dtype="fp32", scripts=["hangul", "latin"]))
        requests = [
            Request((Message("user", " ".join(TEXTS[: 1 + place % 4]) + f" {place}"),), 0.0, 1.0, NEW_TOKENS, 0)
            for place in range(PROMPTS)
        ]
        written: dict[str, int] = {}

        def batched(which: Local = model) -> None:
            ledger = Ledger(Budget(), (0.0, 0.0), estimate)
            results = [result for _, result in which.generate(requests, ledger)]
            assert all(isinstance(result, Reply) for result in results)
            written["ours"] = ledger.used.completion_tokens

        def one_by_one() -> None:
            point, count = model.checkpoint, 0
            for request in requests:
                prompt = torch.tensor([point.chat.tokens(request)])
                whole = point.network.generate(
                    prompt, attention_mask=torch.ones_like(prompt), generation_config=point.plain(NEW_TOKENS),
                    logits_processor=[point.mask],
                )  # fmt: skip
                count += whole.shape[1] - prompt.shape[1]
            written["peer"] = count

        note = f"{PROMPTS} prompts, {NEW_TOKENS} tokens each, 2 layers of 256, one CPU thread"
        found = faster("local_llm.batched", batched, one_by_one, 3, ">= 4", note)
        if abs(written["ours"] - written["peer"]) > 0.02 * written["peer"]:
            raise AssertionError(f"not the same work: {written} tokens")
        yield found
        yield faster(
            "local_llm.scripts", lambda: batched(masked), batched, 3, "", "with scripts masked, against without"
        )
