import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.llm.limits import Limits, Window, paced
from tests.llm.virtual import run

JITTER = 0.25
"""Seconds that a call may be under way to the server."""


def most_in_a_minute(begun: list[tuple[float, int]]) -> int:
    """Return the most that a server counts that looks at the last 60 s, at each call."""
    return max(sum(n for earlier, n in begun if time - 60 < earlier <= time) for time, _ in begun)


async def begin(limits: Limits, sizes: list[int], at_once: int = 16, late: float = 0.0) -> list[tuple[float, int]]:
    """Return when each call began, by so many workers whose timers are late at random."""
    loop, waiting, begun = asyncio.get_running_loop(), iter(sizes), []
    draw = random.Random(0)

    async def work() -> None:
        for size in waiting:
            await limits.acquire(size)
            begun.append((loop.time() + draw.uniform(0, JITTER), size))
            await asyncio.sleep(0.2 + draw.uniform(0, late))

    await asyncio.gather(*(work() for _ in range(at_once)))
    return sorted(begun)


@pytest.mark.parametrize("limit", [1, 3, 10, 60, 600])
def test_no_minute_holds_more_calls_than_the_limit_and_nearly_as_many_are_made(limit: int) -> None:
    calls = max(5, 3 * limit)
    begun = run(begin(Limits(limit, None), [1] * calls, at_once=64, late=0.1))
    assert most_in_a_minute(begun) <= limit
    minutes = (begun[-1][0] - begun[0][0]) / 60
    assert (calls - 1) / minutes >= 0.95 * limit


def test_calls_are_spread_over_the_minute() -> None:
    begun = run(begin(Limits(600, None), [1] * 600))
    assert sum(time <= 1.0 for time, _ in begun) <= 6 + 10 + 600 * JITTER / 60


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=60))
def test_no_minute_holds_more_tokens_than_the_limit(sizes: list[int]) -> None:
    begun = run(begin(Limits(None, 2000), sizes, at_once=4))
    assert len(begun) == len(sizes)
    assert most_in_a_minute([(time, min(size, 2000)) for time, size in begun]) <= 2000


def test_tokens_are_let_through_as_soon_as_they_may() -> None:
    async def times() -> list[float]:
        window, found = Window(100), []
        for tokens in (60, 40, 40, 60, 500):
            await window.acquire(tokens)
            found.append(asyncio.get_running_loop().time())
        return found

    assert run(times()) == pytest.approx([0, 0, 61.2, 61.2, 122.4], abs=1e-3)


def test_calls_keep_their_order() -> None:
    async def order() -> list[int]:
        window, found = Window(10), []

        async def one(place: int, tokens: int) -> None:
            await window.acquire(tokens)
            found.append(place)

        await asyncio.gather(*(one(place, tokens) for place, tokens in enumerate([10, 9, 1, 8])))
        return found

    assert run(order()) == [0, 1, 2, 3]


def test_an_unlimited_endpoint_waits_for_nothing() -> None:
    begun = run(begin(Limits(None, None), [10**9] * 100, at_once=100))
    assert begun[-1][0] <= JITTER


def test_one_call_a_minute_is_possible() -> None:
    assert paced(1).max_rate == 1
