"""A language model in a role of a stage: its replies come from the memo where that holds them, else from a backend."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from onggi.core.errors import LlmError
from onggi.llm.backend import Backend
from onggi.llm.ledger import BudgetSpent, Ledger
from onggi.llm.messages import Failure, Reply, Request
from onggi.llm.params import RoleParams
from onggi.llm.record import recording
from onggi.llm.tokens import Count, estimate
from onggi.work import journal, memo
from onggi.work.keys import Space

KIND = "replies"


@dataclass
class Llm:
    """What a stage asks.

    Parameters
    ----------
    params
        The section of the role.
    identity
        What decides a reply beside the request: the model, its revision or the digest of its files, the endpoint.
    load
        Makes the backend when a reply is first missing; never while planning.
    count
        Tokens of a prompt.
    """

    params: RoleParams
    identity: dict[str, object]
    load: Callable[[], Backend]
    count: Count = estimate

    def __post_init__(self) -> None:
        into, out = self.params.usd_per_million
        self.ledger = Ledger(self.params.budget, (into, out), self.count)
        """What the calls of this run took so far."""
        self._requests = self._without_reply = 0

    @cached_property
    def backend(self) -> Backend:
        """The backend, loaded."""
        return self.load()

    @cached_property
    def space(self) -> Space:
        """The memo's rows of this model."""
        return memo.space(KIND, self.identity, "paid")

    def named(self) -> dict[str, Any]:
        """Return who this is: what params name, and a digest of all that tells one model from another."""
        decided_by = json.dumps(self.identity, sort_keys=True, ensure_ascii=False, default=str)
        return {
            "backend": self.params.backend,
            "model": self.params.model or self.params.path,
            "revision": self.params.revision,
            "identity": hashlib.sha256(decided_by.encode()).hexdigest()[:12],
        }

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply | Failure]:
        """Yield what comes of each request, in order; a reply is kept the moment it is there, a failure never.

        A plan counts the calls, their tokens at most and their price, and ends.

        Raises
        ------
        LlmError
            The budget is spent, the endpoint stays away or refuses the key, or more than ``max_failed`` of the requests
            so far have no reply. What was paid for is in the memo.
        """
        texts = [request.text() for request in requests]
        store = memo.active()
        if store.planning:
            self._foresee(store.missing(self.space, texts))
        failures: dict[str, Failure] = {}

        def ask(missing: list[str]) -> Iterator[tuple[int, bytes | None]]:
            for place, result in self._asked([Request.of(text) for text in missing]):
                if isinstance(result, Failure):
                    failures[missing[place]] = result
                    self.ledger.fail(result.reason)
                yield place, result.row() if isinstance(result, Reply) else None

        with recording() as record:
            for text, row in zip(texts, store.attempts(self.space, texts, ask), strict=True):
                result = failures[text] if row is None else Reply.of(row)
                record(text, result)
                yield result
        self._check_failures(len(texts), failures)

    def _asked(self, requests: list[Request]) -> Iterator[tuple[int, Reply | Failure]]:
        """Ask the backend; say of whatever ends it how many replies are safe, and how to go on."""
        safe = 0
        try:
            for place, result in self.backend.generate(requests, self.ledger):
                yield place, result
                safe += isinstance(result, Reply)
        except BudgetSpent as spent:
            fix = f"raise it, or run `dvc repro` again with as much; {safe:,} new replies are in the memo"
            raise LlmError(f"params.yaml: {self.params.key}", str(spent), fix) from None
        except LlmError as error:
            if safe:
                raise LlmError(error.where, error.what, f"{error.fix} ({safe:,} new replies are in the memo)") from None
            raise
        finally:
            self._note()

    def _note(self) -> None:
        journal.current().work(KIND).figures.update(self.ledger.figures())

    def _foresee(self, missing: list[str]) -> None:
        """Note what the missing replies will take at most."""
        most = [self.ledger.most(Request.of(text)) for text in missing]
        figures = journal.current().work(KIND).figures
        for name, tokens in (
            ("prompt_tokens", sum(usage.prompt_tokens for usage in most)),
            ("completion_tokens", sum(usage.completion_tokens for usage in most)),
            ("usd", sum(map(self.ledger.usd, most))),
        ):
            if tokens:
                figures[name] = figures.get(name, 0) + tokens

    def _check_failures(self, asked: int, failures: dict[str, Failure]) -> None:
        """Hold all failures against all requests: one of a last few, such as those asked once more, is not many."""
        self._requests += asked
        self._without_reply += len(failures)
        if failures and self._without_reply > self.params.max_failed * self._requests:
            reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(self.ledger.failed.items()))
            example = next((failure.detail for failure in failures.values() if failure.detail), "")
            such = f"; one of them: {example}" if example else ""
            raise LlmError(
                f"params.yaml: {self.params.key}",
                f"{self._without_reply:,} of {self._requests:,} requests have no reply ({reasons}{such})",
                "run `dvc repro` to ask those again, or bear more of them by max_failed",
            )
