"""What gives replies: an endpoint, a local model, a record of another build."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from onggi.llm.ledger import Ledger
from onggi.llm.messages import Failure, Reply, Request


class Backend(Protocol):
    """Whatever generates text."""

    def generate(self, requests: Sequence[Request], ledger: Ledger) -> Iterator[tuple[int, Reply | Failure]]:
        """Yield the place of each request with what came of it, in the order they become ready.

        Each call is reserved in the ledger before it is made and settled after it.

        Raises
        ------
        LlmError
            Nothing can be asked any more: a wrong key, an endpoint that stays away, a model that does not load.
        BudgetSpent
            From the ledger, after what was under way has been yielded.
        """
        ...
