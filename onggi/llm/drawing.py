"""How the tokens of several replies are drawn side by side, each as if it were alone."""

from collections.abc import Sequence

import torch

from onggi.llm.messages import Request


class Drawing:
    """A logits processor of transformers' greedy search that draws the next token of each row.

    A row of temperature 0 takes the likeliest token; any other draws from its scores, by its temperature and top_p,
    with a generator of its own, seeded by its request. The token that was drawn is all that is left of the scores, so
    that the search takes it. The log-probability of each token, under the distribution that it was drawn from, is
    kept.

    Parameters
    ----------
    requests : Sequence[Request]
        One a row.
    device : torch.device
        Where scores lie.
    """

    def __init__(self, requests: Sequence[Request], device: torch.device) -> None:
        self.requests = requests
        self.generators = {
            row: torch.Generator(device).manual_seed(request.seed)
            for row, request in enumerate(requests)
            if request.temperature > 0
        }
        self._logprobs: list[torch.Tensor] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return scores, (rows, size), of which each row has one that is finite."""
        scores = scores.float()
        tokens = scores.argmax(-1)
        logprobs = scores.gather(-1, tokens[:, None])[:, 0] - scores.logsumexp(-1)
        for row, generator in self.generators.items():
            request = self.requests[row]
            spread = nucleus(scores[row] / request.temperature, request.top_p)
            tokens[row] = torch.multinomial(spread, 1, generator=generator)[0]
            logprobs[row] = spread[tokens[row]].log()
        self._logprobs.append(logprobs)
        return torch.full_like(scores, -float("inf")).scatter_(-1, tokens[:, None], 0.0)

    def logprobs(self) -> list[list[float]]:
        """Return the log-probability of every token of each row, those after its end too."""
        return torch.stack(self._logprobs, 1).tolist()


def nucleus(scores: torch.Tensor, top_p: float) -> torch.Tensor:
    """Return the probabilities of the fewest likeliest tokens that make up ``top_p``, (size,), scaled to 1.

    Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020.

    Examples
    --------
    >>> nucleus(torch.tensor([0.5, 0.3, 0.2]).log(), 0.7).tolist()
    [0.625, 0.375, 0.0]
    """
    spread = scores.softmax(-1)
    if top_p >= 1:
        return spread
    ordered, places = spread.sort(descending=True, stable=True)
    ordered[ordered.cumsum(-1) - ordered >= top_p] = 0
    kept = torch.zeros_like(spread).scatter_(-1, places, ordered)
    return kept / kept.sum()


class Limits:
    """A stopping criterion: each row ends after as many tokens as its request allows.

    Parameters
    ----------
    requests : Sequence[Request]
        One a row.
    prompt : int
        Tokens of the prompts, padding included.
    device : torch.device
        Where tokens lie.
    """

    def __init__(self, requests: Sequence[Request], prompt: int, device: torch.device) -> None:
        self.most = torch.tensor([request.max_tokens for request in requests], device=device) + prompt

    def __call__(self, input_ids: torch.Tensor, scores: object, **_: object) -> torch.Tensor:
        """Return which rows, of (rows, length) tokens, have ended."""
        return input_ids.shape[1] >= self.most
