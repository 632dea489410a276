"""Long waits, on a clock that jumps; the endpoint is a function in the same loop."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from onggi.core.errors import LlmError
from onggi.llm.endpoint import Endpoint
from onggi.llm.ledger import Ledger
from onggi.llm.messages import Failure, Reply
from onggi.llm.tokens import estimate
from tests.llm.answering import TesterParams, request
from tests.llm.virtual import VirtualLoop

REQUESTS = [request(f"{place}") for place in range(32)]
GOOD = {"choices": [{"message": {"content": "네"}}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}

Rule = Callable[[float], httpx.Response | Awaitable[httpx.Response]]


class Far:
    """An endpoint that answers after 0.2 s by a rule of the time; ``began`` holds when each call was made."""

    def __init__(self, rule: Rule, **settings: Any) -> None:
        self.rule, self.began = rule, []
        endpoint = {"base_url": "http://localhost/v1", **settings}
        params = TesterParams.model_validate({"endpoint": endpoint, "max_failed": 1.0})
        self.ledger = Ledger(params.budget, (0.0, 0.0), estimate)
        self.endpoint = Endpoint(params, httpx.MockTransport(self.answer), VirtualLoop)

    async def answer(self, call: httpx.Request) -> httpx.Response:
        now = asyncio.get_running_loop().time()
        self.began.append(now)
        await asyncio.sleep(0.2)
        answer = self.rule(now)
        return answer if isinstance(answer, httpx.Response) else await answer

    def replies(self) -> list[Reply | Failure]:
        return [result for _, result in sorted(self.endpoint.generate(REQUESTS, self.ledger), key=lambda one: one[0])]


def good() -> httpx.Response:
    return httpx.Response(200, json=GOOD)


def test_two_minutes_of_503_lose_nothing_and_are_only_probed() -> None:
    far = Far(lambda now: httpx.Response(503) if now < 120 else good())
    assert all(isinstance(result, Reply) for result in far.replies())
    during = [now for now in far.began if 5 < now < 120]
    assert 3 <= len(during) <= 9 and len(set(during)) == len(during)
    assert max(far.began) < 120 + 35


def test_more_than_the_patience_of_503_stops_with_what_to_do() -> None:
    far = Far(lambda now: httpx.Response(503, text="loading"), patience_s=90)
    with pytest.raises(LlmError) as caught:
        far.replies()
    assert str(caught.value) == (
        "http://localhost/v1: no answer for 90 s (503: loading); run `dvc repro` when it is back: what was answered is "
        "kept; or raise endpoint.patience_s"
    )
    assert len(far.began) <= 16 + 12 and max(far.began) <= 92


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "40"},
        {"Retry-After": "Sun, 01 Nov 2026 12:00:40 GMT", "Date": "Sun, 01 Nov 2026 12:00:00 GMT"},
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_nobody_is_asked_before_the_time_that_the_server_names(headers: dict[str, str], status: int) -> None:
    far = Far(lambda now: httpx.Response(status, headers=headers) if now < 40 else good(), patience_s=50)
    assert all(isinstance(result, Reply) for result in far.replies())
    assert [now for now in far.began if 0.1 < now < 40.1] == []
    assert min(now for now in far.began if now > 1) == pytest.approx(40.2, abs=0.1)


def test_a_wait_that_is_longer_than_the_patience_is_not_waited_for() -> None:
    far = Far(lambda now: httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(LlmError, match="asks to wait 3,600 s"):
        far.replies()
    assert len(far.began) == 16


def test_busy_without_a_time_backs_off_and_costs_no_request_its_reply() -> None:
    far = Far(lambda now: httpx.Response(429) if now < 200 else good())
    assert all(isinstance(result, Reply) for result in far.replies())
    assert len(far.began) <= 16 * 12 + 16


def test_a_reply_that_never_ends_is_given_up_in_total_time() -> None:
    async def endless() -> Any:
        while True:
            await asyncio.sleep(10)  # shorter than any wait for the next piece
            yield b" "

    far = Far(lambda now: httpx.Response(200, content=endless()), timeout_s=45, attempts=2, concurrency=8)
    results = far.replies()
    assert {result.reason for result in results if isinstance(result, Failure)} == {"timeout"}
    assert len(far.began) == 2 * len(REQUESTS)
    first = sorted(far.began)[8]
    assert 45.5 <= first <= 46.2


def test_calls_wait_less_than_a_minute_between_tries() -> None:
    far = Far(lambda now: httpx.Response(500), attempts=10, concurrency=1)
    far.endpoint.params = far.endpoint.params.model_copy(update={"max_failed": 1.0})
    results = far.replies()[:1]
    gaps = [later - earlier for earlier, later in zip(far.began[:9], far.began[1:10], strict=True)]
    assert all(2.0**tries / 2 <= gap - 0.2 <= 2.0**tries + 0.01 for tries, gap in enumerate(gaps[:6]))
    assert max(gaps) <= 60.3
    assert results == [Failure("unavailable", "500: (nothing)")]


def test_requests_a_minute_hold_for_tries_too() -> None:
    broken = iter([True, False] * 200)
    far = Far(lambda now: httpx.Response(500) if next(broken) else good(), requests_per_minute=30)
    far.replies()
    for now in far.began:
        assert sum(now - 60 < other <= now for other in far.began) <= 30


def test_tokens_a_minute_count_what_a_call_may_take() -> None:
    far = Far(lambda now: good(), tokens_per_minute=6000)
    far.replies()
    most = far.ledger.most(REQUESTS[0])
    each = most.prompt_tokens + most.completion_tokens
    assert max(sum(now - 60 < other <= now for other in far.began) for now in far.began) == 6000 // each
    assert json.dumps(far.ledger.figures()["requests"]) == "32"
