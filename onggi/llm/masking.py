"""Scores of pieces that must not come next, set to minus infinity."""

from typing import Any

import torch
from numpy.typing import NDArray

from onggi.llm.vocabulary import Rules

NEVER = -float("inf")


class Mask:
    """A logits processor of transformers that keeps replies within `Rules`; for `generate` and continuous batching.

    It reads no value on the host, so that a GPU never waits for it.

    Parameters
    ----------
    rules : Rules
        What may come after what.
    device : torch.device
        Where scores lie.
    """

    supports_continuous_batching = True

    def __init__(self, rules: Rules, device: torch.device) -> None:
        def put(values: NDArray[Any]) -> torch.Tensor:
            return torch.from_numpy(values).to(device)

        self.forbidden, self.continuing, self.ends = put(~rules.allowed), put(rules.continuing), put(rules.ends)
        self.state, self.stopped, self.strict = put(rules.state), put(~rules.after), put(rules.strict)
        self.size = len(rules.allowed)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores, (rows, size), masked.

        ``input_ids`` are all tokens of each row, (rows, length), or the last of each, (rows,), as continuous batching
        has it.
        """
        if not len(self.continuing):
            return scores.masked_fill(self.forbidden, NEVER)
        last = input_ids if input_ids.ndim == 1 else input_ids[:, -1]
        state = self.state[last.clamp(0, self.size - 1)]
        masked = scores.masked_fill(self.forbidden | self.strict[state].unsqueeze(-1), NEVER)
        masked[:, self.continuing] = scores[:, self.continuing].masked_fill(self.stopped[state], NEVER)
        masked[:, self.ends] = scores[:, self.ends]
        return masked
