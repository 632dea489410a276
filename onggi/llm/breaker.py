"""A circuit breaker: while an endpoint is away, one call probes it and all others wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from onggi.core.errors import LlmError
from onggi.llm.retries import backoff

IN_A_ROW = 3
"""Calls that fail one after the other, with none between that is answered, before an endpoint counts as away."""

BETWEEN_PROBES = 30.0
"""Seconds between two probes, at most, where the server asks for no more."""


class Breaker:
    """Knows whether an endpoint answers.

    Parameters
    ----------
    name : str
        The endpoint, for messages.
    patience : float
        Seconds without an answer, from the first call that had none, before nothing is asked any more.
    """

    def __init__(self, name: str, patience: float) -> None:
        self.name, self.patience = name, patience
        self._closed = asyncio.Event()
        self._closed.set()
        self._since: float | None = None
        self._row = self._probes = 0
        self._until = 0.0
        self._probing = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the endpoint is away, as far as is known."""
        return not self._closed.is_set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Hold a call until it may be made; yield whether it is a probe, of which there is one at a time."""
        if self.is_open:
            async with self._probing:
                while self.is_open and (wait := self._until - self._now()) > 0:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(wait):
                            await self._closed.wait()
                if self.is_open:
                    yield True
                    return
        yield False

    def answered(self) -> None:
        """Note that the endpoint is there."""
        self._since, self._row, self._probes = None, 0, 0
        self._closed.set()

    def failed(self, what: str, wait: float | None, *, opens: bool | None, probe: bool) -> None:
        """Note a call that the endpoint did not answer.

        Parameters
        ----------
        what
            What was seen, in a line.
        wait
            Seconds that the server asks to wait.
        opens
            Whether that is enough to take it for away; None: when it comes `IN_A_ROW`.
        probe
            Whether the call was one.

        Raises
        ------
        LlmError
            It has been away for longer than one has patience, or asks to wait for longer.
        """
        now = self._now()
        self._since = now if self._since is None else self._since
        self._row += 1
        left = self._since + self.patience - now
        if left <= 0:
            self._give_up(f"no answer for {now - self._since:,.0f} s ({what})")
        if wait is not None and wait > left:
            self._give_up(f"asks to wait {wait:,.0f} s ({what}), longer than endpoint.patience_s allows")
        if self.is_open and not probe:  # it was made before that was known
            self._until = max(self._until, now + (wait or 0.0))
        elif opens or probe or (opens is None and self._row >= IN_A_ROW):
            self._closed.clear()
            self._probes += 1
            delay = backoff(self._probes, longest=BETWEEN_PROBES) if wait is None else wait
            self._until = now + min(delay, left)

    def _give_up(self, what: str) -> None:
        fix = "run `dvc repro` when it is back: what was answered is kept; or raise endpoint.patience_s"
        raise LlmError(self.name, what, fix)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
