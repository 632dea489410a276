import asyncio

import pytest

from onggi.evaluation.language.rounds import Rounds, Unanswered


def test_what_is_asked_together_is_answered_together():
    batches = []

    def answer(asked):
        batches.append(list(asked))
        return [number + 1 for number in asked]

    rounds = Rounds(answer)

    async def count(start, times):
        for _ in range(times):
            start = await rounds.ask(start)
        return start

    assert rounds.run([count(0, 3), count(10, 1), count(20, 0), count(30, 2)]) == [3, 11, 20, 32]
    assert batches == [[0, 10, 30], [1, 31], [2]]


def test_what_has_no_answer_is_told_where_it_was_asked():
    rounds = Rounds(lambda asked: [Unanswered("no") if each == "b" else each for each in asked])

    async def ask(text):
        return await rounds.ask(text)

    async def forgiving():
        try:
            return await rounds.ask("b")
        except Unanswered:
            return "instead"

    first, second, third = rounds.run([ask("a"), ask("b"), forgiving()])
    assert (first, third) == ("a", "instead")
    assert isinstance(second, Unanswered) and second.args == ("no",)


def test_coroutines_may_ask_for_several_at_once():
    rounds = Rounds(lambda asked: [each * 2 for each in asked])

    async def both():
        return await asyncio.gather(rounds.ask(1), rounds.ask(2))

    assert rounds.run([both(), both()]) == [[2, 4], [2, 4]]


def test_whoever_answers_may_run_a_loop_of_its_own():
    async def doubled(asked):
        return [each * 2 for each in asked]

    rounds = Rounds(lambda asked: asyncio.run(doubled(asked)))

    async def ask():
        return await rounds.ask(21)

    assert rounds.run([ask()]) == [42]


def test_an_error_is_an_error():
    rounds = Rounds(lambda asked: asked)

    async def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rounds.run([broken()])

    def refuses(asked):
        raise KeyError("budget")

    spent = Rounds(refuses)

    async def ask():
        return await spent.ask(1)

    with pytest.raises(KeyError, match="budget"):
        spent.run([ask(), ask()])
