"""The calls of one run: many at once, each tried again where that helps, within limits and the budget."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace

import httpx
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from onggi.core.errors import LlmError
from onggi.llm.breaker import Breaker
from onggi.llm.connection import TooLarge
from onggi.llm.faults import Fault, judged
from onggi.llm.ledger import BudgetSpent, Ledger
from onggi.llm.limits import Limits
from onggi.llm.messages import Failure, Message, Reply, Request, Usage
from onggi.llm.params import RoleParams
from onggi.llm.protocol import read, written
from onggi.llm.retries import backoff

UNTAKEN = 0.5
"""Results that may wait to be kept, as a share of the calls under way: a kill loses no more."""

IN_A_ROW = 10
"""Requests without a reply, one after the other, from which it is asked whether the rest is worth asking."""

BORNE = {"refused", "empty"}
"""Failures that say nothing about the endpoint."""


class Calls:
    """All calls for some requests.

    Parameters
    ----------
    client
        Makes what one call at a time is made with, without retries of its own.
    put
        Takes the place of a request and what came of it.
    """

    def __init__(
        self, params: RoleParams, key: str, client: Callable[[], AsyncOpenAI], requests: Sequence[Request],
        ledger: Ledger, put: Callable[[int, Reply | Failure], None],
    ) -> None:  # fmt: skip
        self.params, self.settings, self._key, self._client = params, params.endpoint, key, client
        self.requests, self.ledger, self._put = requests, ledger, put
        self.breaker = Breaker(self.settings.base_url, self.settings.patience_s)
        self.limits = Limits(self.settings.requests_per_minute, self.settings.tokens_per_minute)
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(self.settings.concurrency + int(UNTAKEN * self.settings.concurrency) + 1)
        self._places = iter(range(len(requests)))
        self._waiting: set[asyncio.Task[None]] = set()
        self._ended_by: Exception | None = None
        self._under_way, self._over = 0, asyncio.Event()
        self._not_taken: set[str] = set()
        self._failed, self._failed_in_a_row = 0, 0

    async def run(self) -> None:
        """Make the calls.

        Raises
        ------
        LlmError, BudgetSpent
            What ended them, after those under way have been put.
        """
        together = min(self.settings.concurrency, len(self.requests))
        tasks = [asyncio.create_task(self._work()) for _ in range(together)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            if not task.cancelled():
                task.result()
        if self._ended_by is not None:
            raise self._ended_by

    def cancel(self) -> None:
        """Give up what is under way; from any thread."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(self._loop)])

    def make_room(self) -> None:
        """Note that a result was kept; from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._room.release)

    async def _work(self) -> None:
        """Ask for one request after the other."""
        try:
            async with self._client() as client:
                while self._ended_by is None:
                    with self._idle():
                        await self._room.acquire()
                    place = next(self._places, None)
                    if place is None:
                        return
                    result = await self._reply(client, self.requests[place])
                    self._put(place, result)
                    self._look_at(result)
        except (LlmError, BudgetSpent) as error:
            self._end(error)

    def _end(self, error: LlmError | BudgetSpent) -> None:
        """Begin no more calls; those under way go on."""
        if self._ended_by is None or isinstance(self._ended_by, BudgetSpent):
            self._ended_by = error
        for task in self._waiting:
            task.cancel()

    @contextmanager
    def _idle(self) -> Iterator[None]:
        """Let the block, in which no call is under way, be given up as soon as there are to be no more."""
        task: asyncio.Task[None] = asyncio.current_task()  # type: ignore[assignment]
        if self._ended_by is not None:
            raise asyncio.CancelledError
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)

    def _look_at(self, result: Reply | Failure) -> None:
        """Stop where too many failed for the stage to succeed, and nothing is answered any more."""
        if isinstance(result, Reply):
            self._failed_in_a_row = 0
        elif result.reason not in BORNE:
            self._failed += 1
            self._failed_in_a_row += 1
            row = self._failed_in_a_row
            enough = max(IN_A_ROW, self.settings.concurrency)
            if row >= enough and self._failed > self.params.max_failed * len(self.requests):
                raise LlmError(
                    self.settings.base_url,
                    f"{row} requests in a row have no reply (the last: {result.reason}, {result.detail})",
                    f"mend what it says, or bear it by {self.params.key}.max_failed, and run `dvc repro` again",
                )

    async def _reply(self, client: AsyncOpenAI, request: Request) -> Reply | Failure:
        """Ask until there is a reply, or no hope of one."""
        tries = busy = 0
        while True:
            result = await self._attempt(client, request)
            if not isinstance(result, Fault):
                return result
            busy = busy + 1 if result.kind == "busy" else 0
            # While the endpoint is away for all, that says nothing about this request.
            tries += result.kind == "broken" or (result.kind == "shaky" and not self.breaker.is_open)
            if result.kind == "final" or tries >= self.settings.attempts:
                return Failure(result.reason, result.detail)
            if result.kind != "field" and not self.breaker.is_open:
                with self._idle():
                    await asyncio.sleep(backoff(max(1, tries + busy)) if result.wait is None else result.wait)

    async def _attempt(self, client: AsyncOpenAI, request: Request) -> Reply | Failure | Fault:
        """Make one call when it is its turn, and note what came of it."""
        async with AsyncExitStack() as stack:
            with self._idle():
                probe = await stack.enter_async_context(self.breaker.turn())
                most = self.ledger.most(request)
                await self.limits.acquire(most.prompt_tokens + most.completion_tokens)
                if self.breaker.is_open and not probe:
                    return Fault("away", "unavailable", "went away while a call waited for its turn")
                reserved = await self._reserved(request)
            began, used = self._loop.time(), reserved  # nobody knows what a call took that is given up
            self._under_way += 1
            try:
                result, told = await self._call(client, request)
                used = self._used(result, told, reserved, request)
            finally:
                self._under_way -= 1
                self._over.set()
                self.ledger.settle(reserved, used, self._loop.time() - began)
            self._note(result, probe)
            return result

    async def _reserved(self, request: Request) -> Usage:
        """Set aside what a call may take, as soon as those under way have left enough of the budget."""
        while True:
            try:
                return self.ledger.reserve(request)
            except BudgetSpent:
                if not self._under_way:
                    raise
            self._over.clear()
            await self._over.wait()

    def _used(self, result: Reply | Failure | Fault, told: Usage | None, reserved: Usage, request: Request) -> Usage:
        """Return what a call took: as the server tells, else as it is counted here, else as much as was set aside."""
        if told is not None:
            return told
        if isinstance(result, Fault):
            return reserved if result.worked else Usage()
        said = Message("assistant", result.text if isinstance(result, Reply) else "")
        tokens = self.ledger.count(replace(request, messages=(said,), schema=None))
        return Usage(reserved.prompt_tokens, min(tokens, request.max_tokens))

    def _note(self, result: Reply | Failure | Fault, probe: bool) -> None:
        """Tell the breaker whether the endpoint is there."""
        if not isinstance(result, Fault) or result.kind in ("final", "field"):
            self.breaker.answered()
        elif result.kind != "broken" or probe:
            opens = {"shaky": None, "busy": result.wait is not None}.get(result.kind, True)
            self.breaker.failed(result.detail, result.wait, opens=opens, probe=probe)

    async def _call(self, client: AsyncOpenAI, request: Request) -> tuple[Reply | Failure | Fault, Usage | None]:
        """Make a call; return what came back, and what it took where the server tells."""
        body = written(request, self.params.model or "", self.settings.json_mode, self._not_taken)
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                # Not by `chat.completions`, which walks through the body for a quarter of a call's time.
                response = await client.post("/chat/completions", cast_to=httpx.Response, body=body)
        except (TimeoutError, APIConnectionError, httpx.HTTPError) as error:
            return self._broken(error), None
        except APIStatusError as error:
            answer = error.response
            fault = judged(error.status_code, answer.headers, answer.content, self.params, self._key)
            if fault.kind == "field":
                self._not_taken.add(fault.field)
                return (fault if fault.field in body else replace(fault, kind="final")), None
            return fault, None
        result, usage = read(response.content)
        if isinstance(result, Failure) and result.reason == "malformed":
            return Fault("broken", "malformed", result.detail, worked=True), usage
        return result, usage

    def _broken(self, error: Exception) -> Fault:
        """Return what a call means whose connection broke, or never came to be."""
        cause = error.__cause__ if isinstance(error, APIConnectionError) else error
        if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
            return Fault("away", "unavailable", f"no connection ({str(cause) or type(cause).__name__})")
        if isinstance(cause, TimeoutError | httpx.TimeoutException):
            return Fault("broken", "timeout", f"no reply within {self.settings.timeout_s:g} s", worked=True)
        if isinstance(cause, TooLarge):
            return Fault("broken", "malformed", str(cause), worked=True)
        if not isinstance(cause, httpx.HTTPError):
            raise error
        detail = f"the connection broke ({str(cause) or type(cause).__name__})"
        return Fault("shaky", "unavailable", detail, worked=True)
