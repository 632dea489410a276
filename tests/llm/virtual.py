"""An event loop whose clock jumps to the next timer, so that no test waits, however busy a machine is."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Value = TypeVar("Value")
TICK = 1e-7
"""Seconds that a turn of the loop takes: what looks again until its time has come would never see it come."""


class _Jumping(selectors.DefaultSelector):
    """Lets the time pass that would be waited for."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout is not None:
            self.now += max(timeout, TICK)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0 s; calls that are to be waited for must be made within it (`httpx.MockTransport`)."""

    def __init__(self) -> None:
        self.clock = _Jumping()
        super().__init__(self.clock)

    def time(self) -> float:
        """Return the seconds that passed."""
        return self.clock.now

    def run_in_executor(self, executor: object, func: Callable[..., Value], *args: Any) -> "asyncio.Future[Value]":
        """Run it at once: another thread would take no time of this clock."""
        done: asyncio.Future[Value] = self.create_future()
        done.set_result(func(*args))
        return done


def run(work: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine on a clock of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
