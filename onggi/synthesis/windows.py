"""What a language model is shown of a document at once, and how many questions of which type it is asked for."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onggi.core.schema import Chunk
from onggi.synthesis.drafts import SourceDocument
from onggi.synthesis.params import SynthesizeParams


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring chunks of a document: its text from the first to the last of them."""

    source: SourceDocument
    chunks: tuple[Chunk, ...]

    @property
    def start(self) -> int:
        """Where the window begins in the text of its document."""
        return self.chunks[0].start

    @property
    def text(self) -> str:
        """The stretch of the document."""
        return self.source.text[self.start : max(chunk.end for chunk in self.chunks)]

    @property
    def heading(self) -> str:
        """The path of headings that it begins under, or the name of the file."""
        return self.chunks[0].heading or self.source.doc_id


def windows(source: SourceDocument, size: int) -> Iterator[Window]:
    """Yield the windows of a document: chunks in order, as many as fit into ``size`` characters, at least one."""
    held: list[Chunk] = []
    for chunk in source.chunks:
        if held and chunk.end - held[0].start > size:
            yield Window(source, tuple(held))
            held = []
        held.append(chunk)
    if held:
        yield Window(source, tuple(held))


def shares(found: Sequence[Window], params: SynthesizeParams, surplus: float) -> list[list[str]]:
    """Return the types to ask each window for: as many as may be kept of them and ``surplus`` times more.

    Of `SynthesizeParams.per_type`, ``per_chunk`` and ``per_document`` the least decides. Each type is asked for
    equally often, and over all windows.
    """
    chunks = [len(window.chunks) for window in found]
    of_document: dict[str, int] = {}
    for window, n in zip(found, chunks, strict=True):
        of_document[window.source.doc_id] = of_document.get(window.source.doc_id, 0) + n
    wanted = [
        min(
            math.inf if params.per_chunk is None else float(params.per_chunk * n),
            math.inf if params.per_document is None else params.per_document * n / of_document[window.source.doc_id],
        )
        for window, n in zip(found, chunks, strict=True)
    ]
    if params.per_type is not None:
        total = params.per_type * len(params.types)
        of_chunks = sum(chunks)
        wanted = [min(most, total * n / of_chunks) for most, n in zip(wanted, chunks, strict=True)]
    return list(_dealt((surplus * number for number in wanted), params.types))


def _dealt(wanted: Iterable[float], types: Sequence[str]) -> Iterator[list[str]]:
    """Yield lists of about so many types; what is rounded off is carried on, so that the sum is right."""
    carried, turn = 0.0, 0
    for number in wanted:
        carried += number
        # A hair more, for sums of thirds.
        count = math.floor(carried + 1e-9)
        carried -= count
        yield [types[(turn + place) % len(types)] for place in range(count)]
        turn += count
