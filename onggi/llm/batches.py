"""Replies in padded batches: prompts of like lengths side by side, until the last of them has ended."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from onggi.llm.checkpoint import Checkpoint
from onggi.llm.drawing import Drawing, Limits
from onggi.llm.messages import Request
from onggi.models.network import padded_batches


@dataclass(frozen=True)
class Prompt:
    """A request in tokens.

    Parameters
    ----------
    place
        Which of the requests of a call.
    request
        What is asked.
    tokens
        The conversation, up to where the reply begins.
    """

    place: int
    request: Request
    tokens: list[int]


@dataclass(frozen=True)
class Written:
    """What came of a prompt.

    Parameters
    ----------
    prompt
        The prompt.
    tokens
        Its reply, with the token that ends it.
    logprob
        The sum of the tokens' log-probabilities.
    """

    prompt: Prompt
    tokens: list[int]
    logprob: float


class TooLarge(Exception):
    """A batch does not fit into memory."""


Run = Callable[[Sequence[Prompt]], list[Written]]


def in_batches(prompts: Sequence[Prompt], budget: int, run: Run) -> Iterator[list[Written] | Prompt]:
    """Yield what comes of each batch of at most ``budget`` tokens, longest prompts first.

    A batch that is too large is cut into halves, and no later one is as large. A prompt that is too large alone is
    yielded as it is.
    """
    waiting = [
        [prompts[place] for place in batch] for batch in padded_batches([len(p.tokens) for p in prompts], budget)
    ]
    most = len(prompts)
    while waiting:
        batch = waiting.pop(0)
        if len(batch) > most:
            waiting.insert(0, batch[most:])
            batch = batch[:most]
        try:
            done = run(batch)
        except TooLarge:
            if len(batch) == 1:
                yield batch[0]
            else:
                most = len(batch) // 2
                waiting.insert(0, batch)
            continue
        yield done


def write(checkpoint: Checkpoint, prompts: Sequence[Prompt]) -> list[Written]:
    """Return the replies to the prompts of one batch, which are padded on their left.

    Raises
    ------
    TooLarge
        Memory does not suffice.
    """
    device, longest = checkpoint.device, max(len(prompt.tokens) for prompt in prompts)
    pad = checkpoint.tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (longest - len(p.tokens)) + p.tokens for p in prompts], device=device)
    mask = torch.tensor([[0] * (longest - len(p.tokens)) + [1] * len(p.tokens) for p in prompts], device=device)
    requests = [prompt.request for prompt in prompts]
    drawing = Drawing(requests, device)
    try:
        with torch.inference_mode():
            whole = checkpoint.network.generate(
                ids,
                attention_mask=mask,
                generation_config=checkpoint.plain(max(request.max_tokens for request in requests)),
                logits_processor=[checkpoint.mask, drawing],
                stopping_criteria=[Limits(requests, longest, device)],
            )
    except (torch.OutOfMemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise TooLarge from None
    replies = whole[:, longest:].tolist()
    return [
        Written(prompt, tokens, sum(logprobs[: len(tokens)]))
        for prompt, tokens, logprobs in zip(
            prompts, map(checkpoint.ended, replies, requests), drawing.logprobs(), strict=True
        )
    ]


def is_out_of_memory(error: Any) -> bool:
    """Tell whether an error, or its text, says that a device or the machine has too little memory."""
    text = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in text or "not enough memory" in text
