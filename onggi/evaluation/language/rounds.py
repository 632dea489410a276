"""Coroutines run together: what all of them wait for is gathered, and asked for at once.

RAGAS asks for one reply at a time, and goes on when it is there; `onggi.llm` answers batches.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")
Result = TypeVar("Result")


class Unanswered(Exception):
    """What a coroutine asked for has no answer; its arguments say why."""


class Rounds(Generic[Asked]):
    """Runs coroutines until each waits for an answer, has all of them answered, and so on until they are done.

    Parameters
    ----------
    answer
        Given what is asked, in order, returns an answer to each; an `Unanswered` is raised where it was asked. It is
        called outside of the event loop, so it may run one of its own.
    """

    def __init__(self, answer: Callable[[Sequence[Asked]], Sequence[Any]]) -> None:
        self._answer = answer
        self._waiting: list[tuple[Asked, asyncio.Future[Any]]] = []

    async def ask(self, asked: Asked) -> Any:
        """Wait for the answer that the end of the round brings.

        Raises
        ------
        Unanswered
            There is none.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        return await future

    def run(self, coroutines: Iterable[Coroutine[Any, Any, Result]]) -> list[Result | Unanswered]:
        """Return what each coroutine returns, or why it could not; whatever else one raises is raised."""
        with asyncio.Runner() as runner:
            tasks = [runner.get_loop().create_task(coroutine) for coroutine in coroutines]
            runner.run(self._until_all_wait(tasks))
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                answers = self._answer([asked for asked, _ in waiting])
                for (_, future), answer in zip(waiting, answers, strict=True):
                    if isinstance(answer, Unanswered):
                        future.set_exception(answer)
                    else:
                        future.set_result(answer)
                runner.run(self._until_all_wait(tasks))
        return [_outcome(task) for task in tasks]

    async def _until_all_wait(self, tasks: Sequence["asyncio.Task[Any]"]) -> None:
        while sum(not task.done() for task in tasks) > len(self._waiting):
            await asyncio.sleep(0)


def _outcome(task: "asyncio.Task[Result]") -> Result | Unanswered:
    error = task.exception()
    return error if isinstance(error, Unanswered) else task.result()
