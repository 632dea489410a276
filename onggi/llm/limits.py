"""Limits of an endpoint: calls and tokens a minute, held in every minute and not only on average."""

import asyncio
from collections import deque

from aiolimiter import AsyncLimiter

MINUTE = 60.0
SPARE = 0.02
"""Share of a limit that is left unused: calls do not arrive at even distances, however evenly they leave."""

AT_ONCE = 0.01
"""Share of a minute's calls that may begin together, so that a late timer costs no rate."""


def paced(limit: int) -> AsyncLimiter:
    """Return what lets at most ``limit`` calls begin within any 60 s, evenly.

    A leaky bucket of ``n`` calls that leaks ``r`` a minute lets ``n + r`` through within some minute.
    """
    together = max(1, int(AT_ONCE * limit))
    rate = (1 - SPARE) * limit - (together - 1)
    return AsyncLimiter(together, MINUTE * together / rate)


class Window:
    """Lets calls of at most ``limit`` tokens begin within any 60 s, in the order they come.

    What a call may take counts from its beginning. One that alone is more than the limit begins alone.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._begun: deque[tuple[float, int]] = deque()
        self._sum = 0
        self._line = asyncio.Lock()

    async def acquire(self, tokens: int) -> None:
        """Wait until so many more tokens are within the limit, and count them."""
        tokens = min(tokens, self.limit)
        time = asyncio.get_running_loop().time
        async with self._line:
            while self._begun and (self._sum + tokens > self.limit or self._begun[0][0] <= time()):
                over, counted = self._begun[0]
                await asyncio.sleep(max(0.0, over - time()))
                self._begun.popleft()
                self._sum -= counted
            self._begun.append((time() + MINUTE * (1 + SPARE), tokens))
            self._sum += tokens


class Limits:
    """Calls and tokens a minute, each where there is a limit."""

    def __init__(self, requests: int | None, tokens: int | None) -> None:
        self._requests = paced(requests) if requests else None
        self._tokens = Window(tokens) if tokens else None

    async def acquire(self, tokens: int) -> None:
        """Wait until a call of so many tokens may begin."""
        if self._tokens:
            await self._tokens.acquire(tokens)
        if self._requests:
            await self._requests.acquire()
