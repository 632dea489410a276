"""What a writer hands in: questions with their answers and evidence, before any filter."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from onggi.core.schema import Chunk, Evidence


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document that may be read, with its chunks in the order of the text."""

    doc_id: str
    text: str
    chunks: Sequence[Chunk]

    def covering(self, start: int, end: int) -> Chunk | None:
        """Return the chunk that holds most of a span, of equals the shortest; None where none holds half of it."""

        def held(chunk: Chunk) -> int:
            return min(chunk.end, end) - max(chunk.start, start)

        best = max(self.chunks, key=lambda chunk: (held(chunk), -len(chunk.text), -chunk.start), default=None)
        return best if best is not None and 2 * held(best) >= end - start else None


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
    """Whatever writes questions: rules, a language model, a file that was written beforehand."""

    rejected: dict[str, int]
    """What was written and is no draft, by reason."""

    def write(self, sources: Iterable[SourceDocument]) -> Iterator[Draft]:
        """Yield drafts from documents, in their order; the same ones for the same documents."""
        ...
