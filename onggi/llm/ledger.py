"""What calls to a language model take: requests, tokens, money and time, and the budget that ends them."""

import threading
from collections import Counter

from onggi.llm.messages import Request, Usage
from onggi.llm.params import Budget
from onggi.llm.tokens import Count

MILLION = 1_000_000


class BudgetSpent(Exception):
    """The next call would pass a limit of the budget, which the message names."""


class Ledger:
    """Counts every call of one run of a stage, and refuses the one that would pass the budget.

    What a call may take is set aside before it is made: the tokens of its prompt as ``count`` tells them, and
    ``max_tokens``. So calls that are under way together cannot pass the budget either. Safe for threads.

    Parameters
    ----------
    budget : Budget
        Limits of the run; what the memo holds costs nothing.
    prices : tuple[float, float]
        US dollars for a million tokens in, and for a million out.
    count : Count
        Tokens of the prompt of a request.
    """

    def __init__(self, budget: Budget, prices: tuple[float, float], count: Count) -> None:
        self.budget, self.prices, self.count = budget, prices, count
        self.requests = 0
        self.used = Usage()
        self.failed: Counter[str] = Counter()
        self.device_mb = 0
        """Most memory of a device that a local model held; its backend says."""
        self._aside = Usage()
        self._seconds: list[float] = []
        self._lock = threading.Lock()

    def usd(self, usage: Usage) -> float:
        """Return what so many tokens cost, in US dollars."""
        into, out = self.prices
        return (into * usage.prompt_tokens + out * usage.completion_tokens) / MILLION

    def most(self, request: Request) -> Usage:
        """Return the most that a call may take."""
        return Usage(self.count(request), request.max_tokens)

    def reserve(self, request: Request) -> Usage:
        """Set aside what a call may take, for `settle`; each attempt is a call.

        Raises
        ------
        BudgetSpent
            It would pass the budget: make no more calls, and hand out what is under way.
        """
        most = self.most(request)
        with self._lock:
            total = self.used + self._aside + most
            limits = (
                ("requests", self.requests + 1, self.budget.requests),
                ("tokens", total.prompt_tokens + total.completion_tokens, self.budget.tokens),
                ("usd", self.usd(total), self.budget.usd),
            )
            for name, would_be, limit in limits:
                if limit is not None and would_be > limit:
                    raise BudgetSpent(f"budget.{name} of {limit:,} does not allow another call")
            self.requests += 1
            self._aside += most
        return most

    def settle(self, reserved: Usage, used: Usage, seconds: float) -> None:
        """Count what a call took, in place of what was set aside for it."""
        with self._lock:
            self._aside -= reserved
            self.used += used
            self._seconds.append(seconds)

    def fail(self, reason: str) -> None:
        """Count a request that has no reply."""
        with self._lock:
            self.failed[reason] += 1

    @property
    def seconds(self) -> tuple[float, ...]:
        """How long each call took, in the order they ended."""
        with self._lock:
            return tuple(self._seconds)

    def figures(self) -> dict[str, float]:
        """Return what the journal notes: counts, dollars, and the seconds that half and 95 % of the calls took."""
        found: dict[str, float] = {
            "requests": self.requests,
            "failed": self.failed.total(),
            "prompt_tokens": self.used.prompt_tokens,
            "completion_tokens": self.used.completion_tokens,
        }
        if any(self.prices):
            found["usd"] = round(self.usd(self.used), 6)
        if self._seconds:
            ordered = sorted(self._seconds)
            for name, share in (("p50_s", 50), ("p95_s", 95)):
                found[name] = round(ordered[-(-len(ordered) * share // 100) - 1], 3)  # the nearest rank
        if self.device_mb:
            found["device_mb"] = self.device_mb
        return found
