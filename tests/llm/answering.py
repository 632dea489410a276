"""A language model of the tests' own: replies by rule, with a note of what it was asked."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Literal

from onggi.llm.ledger import Ledger
from onggi.llm.messages import Failure, Message, Reply, Request, Usage
from onggi.llm.params import RoleParams
from onggi.llm.role import Llm

Answer = Callable[[Request], Reply | Failure]


class TesterParams(RoleParams):
    """A role that only tests have."""

    __test__: ClassVar[bool] = False
    key: ClassVar[str] = "tester"

    backend: Literal["openai", "transformers", "recorded"] = "openai"
    model: str | None = "m"
    path: str = "none.jsonl"


class Answering:
    """A backend that answers by a rule, one call a request, in the order of the requests turned round."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    def generate(self, requests: Sequence[Request], ledger: Ledger) -> Iterator[tuple[int, Reply | Failure]]:
        """Answer each request."""
        for place in reversed(range(len(requests))):
            reserved = ledger.reserve(requests[place])
            self.asked.append(requests[place])
            result = self.answer(requests[place])
            ledger.settle(reserved, result.usage if isinstance(result, Reply) else Usage(), 0.5)
            yield place, result


def llm(answer: Answer, **settings: Any) -> tuple[Llm, Answering]:
    """Return a model that answers by a rule, and its backend."""
    backend = Answering(answer)
    params = TesterParams.model_validate(settings)
    return Llm(params, {"model": "m"}, lambda: backend), backend


def request(text: str, **settings: Any) -> Request:
    """Return a request of one turn."""
    sampling = TesterParams.model_validate({}).sampling(**settings)
    return Request((Message("user", text),), **sampling)


def echo(asked: Request) -> Reply:
    """Return what was said last, in brackets; 3 tokens in, 2 out."""
    return Reply(f"[{asked.messages[-1].content}]", Usage(3, 2))
