"""A faulty server, and endpoints that ask it without waiting long."""

from collections.abc import Iterator
from typing import Any

import pytest

from onggi.llm import breaker, calls
from onggi.llm.endpoint import Endpoint, identity
from onggi.llm.role import Llm
from tests.llm.answering import TesterParams
from tests.llm.faulty import KEY, Make, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once where the server does not say when."""
    for module in (breaker, calls):
        monkeypatch.setattr(module, "backoff", lambda *args, **kwargs: 0.01)


@pytest.fixture
def make(server: Server, soon: None, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make a language model of the server; settings of the endpoint stand beside those of the role."""
    monkeypatch.setenv("TESTER_KEY", KEY)

    def made(**settings: Any) -> Llm:
        own = {name: settings.pop(name) for name in list(settings) if name not in TesterParams.model_fields}
        endpoint = {"base_url": server.url, "key": "TESTER_KEY", **own}
        params = TesterParams.model_validate({"model": "onggi-1", "endpoint": endpoint, **settings})
        return Llm(params, identity(params), lambda: Endpoint(params))

    return made
