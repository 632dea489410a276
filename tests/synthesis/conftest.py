"""What can be asked about invented chunks."""

from collections.abc import Callable

import pytest

from onggi.core.schema import Chunk
from onggi.synthesis.extractive import facts
from onggi.synthesis.facts import Fact

Facts = Callable[[str, str], list[Fact]]


@pytest.fixture
def facts_of() -> Facts:
    """Return the facts of a chunk with a heading path and a text."""

    def find(heading: str, text: str) -> list[Fact]:
        return list(facts(Chunk(f"a.md#0-{len(text)}", "a.md", 0, len(text), text, 0, heading), seed=0))

    return find
