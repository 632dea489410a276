"""What a writer hands in: questions with their answers and evidence, before any filter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from onggi.core.schema import Chunk, Evidence


@dataclass(frozen=True, slots=True)
class Draft:
    """A question somebody or something wrote from a chunk.

    ``evidence`` are spans of the chunk's document; ``rule`` names what wrote the draft (a rule, a prompt), so that its
    yield can be counted.
    """

    text: str
    type: str
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    chunk_id: str
    rule: str


class Writer(Protocol):
    """Whatever writes questions: rules here, later a language model or replies recorded beforehand."""

    def write(self, chunks: Iterable[Chunk]) -> Iterator[Draft]:
        """Yield drafts from chunks, in the order of the chunks; the same ones for the same chunks."""
        ...
