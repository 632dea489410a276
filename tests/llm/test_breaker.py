import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from onggi.core.errors import LlmError
from onggi.llm.breaker import Breaker
from tests.llm.virtual import run

Calls = list[tuple[float, bool]]


async def asked(breaker: Breaker, answers: Callable[[float], bool], workers: int, wait: float | None = None) -> Calls:
    """Let workers call until each is answered; return when each call was made, and whether it was answered."""
    loop, made = asyncio.get_running_loop(), []

    async def work() -> None:
        while True:
            async with breaker.turn() as probe:
                began = loop.time()
                await asyncio.sleep(0.1)
                answered = answers(loop.time())
                made.append((began, answered))
                if answered:
                    breaker.answered()
                    return
                breaker.failed("503", wait, opens=None, probe=probe)

    await asyncio.gather(*(work() for _ in range(workers)))
    return made


def test_while_nobody_is_there_one_call_at_a_time_probes_and_then_all_go_on() -> None:
    made = run(asked(Breaker("it", 300), lambda now: now > 120, 16))
    probes = [began for began, answered in made if began > 0.2 and not answered]
    assert 4 <= len(probes) <= 12
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(probes))
    assert sum(answered for _, answered in made) == 16
    assert max(began for began, _ in made) <= 120 + 30 + 0.2


def test_one_accident_holds_up_nobody() -> None:
    answers = iter([True, False, True, False, True, True, True])
    made = run(asked(Breaker("it", 300), lambda now: next(answers), 5))
    assert [began for began, _ in made] == pytest.approx([0] * 5 + [0.1] * 2, abs=1e-3)


def test_a_server_that_says_when_is_asked_then() -> None:
    async def probes() -> Calls:
        breaker = Breaker("it", 300)
        async with breaker.turn() as probe:
            breaker.failed("503", 45.0, opens=True, probe=probe)
        return await asked(breaker, lambda now: now > 90, 3, 45.0)

    assert [began for began, _ in run(probes())] == pytest.approx([45, 90.1, 90.2, 90.2], abs=1e-3)


@pytest.mark.parametrize(
    ("patience", "wait", "said"),
    [
        (100, None, "no answer for 100 s (503)"),
        (0, None, "no answer for 0 s (503)"),
        (100, 101, "asks to wait 101 s (503), longer than endpoint.patience_s allows"),
    ],
)
def test_patience_ends(patience: float, wait: float | None, said: str) -> None:
    with pytest.raises(LlmError) as caught:
        run(asked(Breaker("https://it", patience), lambda now: False, 1, wait))
    assert str(caught.value).startswith(f"https://it: {said}; run `dvc repro` when it is back")


def test_an_answer_to_another_call_ends_the_wait() -> None:
    async def ends() -> float:
        breaker = Breaker("it", 300)
        async with breaker.turn() as probe:
            breaker.failed("refused", 200.0, opens=True, probe=probe)
        asyncio.get_running_loop().call_later(7, breaker.answered)
        async with breaker.turn() as probe:
            assert not probe
        return asyncio.get_running_loop().time()

    assert run(ends()) == pytest.approx(7, abs=1e-3)
