"""Backend ``openai``: any endpoint that speaks OpenAI's protocol, asked by many calls at once."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from onggi.llm.ledger import Ledger
from onggi.llm.messages import Failure, Reply, Request
from onggi.llm.params import RoleParams
from onggi.llm.secret import address, key_of

if TYPE_CHECKING:
    import httpx

    from onggi.llm.calls import Calls

PROTOCOL = 1
"""Counted up when requests are written otherwise, so that rows are of one writing."""

SECONDS_TO_END = 5.0
"""How long an interrupt waits for connections to be closed."""


def identity(params: RoleParams) -> dict[str, object]:
    """Return what decides replies beside the request; no network is asked and no key is needed.

    Raises
    ------
    LlmError
        ``base_url`` is no address, or holds a secret.
    """
    return {
        "protocol": PROTOCOL, "base_url": address(params.endpoint, params.key), "model": params.model,
        "revision": params.revision, "json_mode": params.endpoint.json_mode,
    }  # fmt: skip


class Endpoint:
    """An endpoint.

    Parameters
    ----------
    params : RoleParams
        The section of the role.
    transport : httpx.AsyncBaseTransport | None
        What carries calls, in place of the network.
    loop : Callable[[], asyncio.AbstractEventLoop] | None
        Makes the event loop, whose clock all waiting goes by.

    Raises
    ------
    LlmError
        There is no key for it.
    """

    def __init__(
        self,
        params: RoleParams,
        transport: "httpx.AsyncBaseTransport | None" = None,
        loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
    ) -> None:
        self.params = params
        self._key = key_of(params.endpoint)
        self._transport, self._loop = transport, loop

    def generate(self, requests: Sequence[Request], ledger: Ledger) -> Iterator[tuple[int, Reply | Failure]]:
        """Yield the place of each request with what came of it, as they come.

        Calls are made in a thread of their own. An interrupt gives up those under way, and yields what came before it.

        Raises
        ------
        LlmError
            The endpoint refuses the key, the model or the JSON mode, stays away for longer than ``patience_s``, or
            answers nothing any more.
        BudgetSpent
            The next call would pass the budget.
        """
        crossing = _Crossing()
        thread = threading.Thread(target=self._ask, args=(requests, ledger, crossing), name="calls", daemon=True)
        thread.start()
        try:
            yield from crossing.taken()
        except KeyboardInterrupt:
            crossing.end()
            thread.join(SECONDS_TO_END)
            yield from crossing.rest()
            raise
        finally:
            crossing.end()
            thread.join(SECONDS_TO_END)

    def _ask(self, requests: Sequence[Request], ledger: Ledger, crossing: "_Crossing") -> None:
        """Make all calls; what ends them goes to whoever takes the results."""
        from onggi.llm.calls import Calls
        from onggi.llm.connection import clients

        error: BaseException | None = None
        try:
            with asyncio.Runner(loop_factory=self._loop) as runner:

                async def run() -> None:
                    client = clients(self.params.endpoint, self._key, self._transport)
                    calls = Calls(self.params, self._key, client, requests, ledger, crossing.put)
                    crossing.begin(calls)
                    await calls.run()

                with suppress(asyncio.CancelledError):
                    runner.run(run())
        except BaseException as raised:  # of a thread: to be raised where results are taken
            error = raised
        finally:
            crossing.close(error)


class _Crossing:
    """Where results cross from the thread of the calls to the one that asked."""

    def __init__(self) -> None:
        self._results: queue.SimpleQueue[tuple[int, Reply | Failure] | None] = queue.SimpleQueue()
        self._calls: Calls | None = None
        self._error: BaseException | None = None
        self._ended = False
        self._lock = threading.Lock()

    def begin(self, calls: "Calls") -> None:
        with self._lock:
            self._calls = calls
            if self._ended:
                calls.cancel()

    def put(self, place: int, result: Reply | Failure) -> None:
        self._results.put((place, result))

    def close(self, error: BaseException | None) -> None:
        with self._lock:
            self._calls, self._error = None, error
        self._results.put(None)

    def taken(self) -> Iterator[tuple[int, Reply | Failure]]:
        """Yield results until there are no more; each that is taken makes room for another call."""
        while (result := self._results.get()) is not None:
            yield result
            with self._lock:
                if self._calls is not None:
                    self._calls.make_room()
        if self._error is not None:
            raise self._error

    def rest(self) -> Iterator[tuple[int, Reply | Failure]]:
        """Yield the results that are there."""
        with suppress(queue.Empty):
            while (result := self._results.get_nowait()) is not None:
                yield result

    def end(self) -> None:
        """Give up what is under way."""
        with self._lock:
            self._ended = True
            if self._calls is not None:
                self._calls.cancel()
