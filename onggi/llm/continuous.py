"""Replies by continuous batching: a prompt takes the place of each reply that ends, so that a GPU is never half empty.

Kwon et al., "Efficient Memory Management for Large Language Model Serving with PagedAttention", SOSP 2023, as
transformers has it.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from onggi.llm.batches import Prompt, Written
from onggi.llm.checkpoint import Checkpoint
from onggi.models.auto import ContinuousBatchingConfig, GenerationConfig

PATIENCE_S = 1.0
"""How often it is looked whether the thread that generates is still there."""


def stream(checkpoint: Checkpoint, prompts: Sequence[Prompt], budget: int, **memory: Any) -> Iterator[Written | Prompt]:
    """Yield each reply when it has ended; a prompt that found no place as it is.

    Prompts of temperature 0 and others run one after the other, since a run draws all its tokens or none.

    Parameters
    ----------
    checkpoint
        The model, on one device.
    prompts
        What is asked.
    budget
        Tokens that are run at once, at most.
    memory
        Values of ContinuousBatchingConfig, such as ``num_blocks``; else all the GPU's memory is taken.
    """
    greedy = [prompt for prompt in prompts if prompt.request.temperature == 0]
    drawn = [prompt for prompt in prompts if prompt.request.temperature > 0]
    for group, sampled in ((greedy, False), (drawn, True)):
        if group:
            yield from _run(checkpoint, group, sampled, budget, memory)


def _run(
    checkpoint: Checkpoint, prompts: Sequence[Prompt], sampled: bool, budget: int, memory: dict[str, Any]
) -> Iterator[Written | Prompt]:
    config = ContinuousBatchingConfig(
        max_batch_tokens=budget,
        max_memory_percent=0.8,  # the mask and the log-probabilities take some beside the cache
        return_logprobs=True,
        per_request_processors=True,
        seed=prompts[0].request.seed,
        auto_switch_to_flash=find_spec("flash_attn") is not None,  # else it would ask the Hub for kernels
        **memory,
    )
    manager = checkpoint.network.init_continuous_batching(_drawing(checkpoint, sampled), config)
    manager.logit_processor.logits_processor.insert(0, checkpoint.mask)
    manager.logit_processor.do_processing = True
    waiting = {str(prompt.place): prompt for prompt in prompts}
    manager.warmup()
    manager.start()
    try:
        for name, prompt in waiting.items():
            request = prompt.request
            drawing = {"temperature": request.temperature, "top_p": request.top_p} if sampled else {}
            manager.add_request(prompt.tokens, name, request.max_tokens, **drawing)
        while waiting:
            result = manager.get_result(timeout=PATIENCE_S)
            if result is None:
                if not manager.is_running():
                    break
            elif result.is_finished() and result.error is None:
                prompt = waiting.pop(result.request_id)
                yield Written(prompt, result.generated_tokens, sum(result.logprobs))
            elif result.is_finished():
                yield waiting.pop(result.request_id)
    finally:
        manager.stop(block=True, hard_stop=bool(waiting))
        manager.destroy()
    yield from waiting.values()


def _drawing(checkpoint: Checkpoint, sampled: bool) -> Any:
    """Return how tokens are drawn; values between 0 and 1, which each request replaces by its own."""
    values = {"do_sample": True, "temperature": 0.5, "top_p": 0.5, "top_k": 0} if sampled else {"do_sample": False}
    ends = sorted(checkpoint.ends) or -1
    return GenerationConfig(eos_token_id=ends, pad_token_id=checkpoint.tokenizer.pad_token_id, **values)
