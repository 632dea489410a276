"""The writer without a model: rules over headings, labels, tables, steps and short sentences."""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from onggi.core.schema import Chunk, Evidence
from onggi.synthesis import grids, labels, statements
from onggi.synthesis.drafts import Draft, SourceDocument
from onggi.synthesis.passages import Fact, Passage, passage

RULES: dict[str, Callable[[Passage], Iterator[Fact]]] = {
    "question": labels.questions,
    "condition": statements.conditions,
    "definition": statements.definitions,
    "section": labels.sections,
    "heading": labels.headings,
    "label": labels.labels,
    "cell": grids.cells,
    "comparison": grids.comparisons,
    "steps": labels.steps,
}
"""Every rule by the name under which its yield is counted."""
WORDINGS = 2


class ExtractiveWriter:
    """Writes by `RULES`; ``seed`` decides among wordings, by a hash of where a fact stands.

    The hash is of the document and the place in it, so that two chunks that overlap ask for one fact alike.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rejected: dict[str, int] = {}

    def write(self, sources: Iterable[SourceDocument]) -> Iterator[Draft]:
        """Yield `WORDINGS` questions for each fact of each chunk, first one of every fact."""
        for chunk in (chunk for source in sources for chunk in source.chunks):
            if about := passage(chunk):
                facts = {(found.type, found.answer): (rule, found) for rule in RULES for found in RULES[rule](about)}
                for turn in range(WORDINGS):
                    for rule, found in facts.values():
                        if turn < len(found.wordings):
                            yield self._draft(chunk, rule, found, turn)

    def _draft(self, chunk: Chunk, rule: str, found: Fact, turn: int) -> Draft:
        key = "|".join(map(str, (self.seed, chunk.doc_id, chunk.start + found.spans[0][0], found.type, found.answer)))
        choice = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") + turn
        evidence = tuple(Evidence(chunk.doc_id, chunk.start + a, chunk.start + b) for a, b in found.spans)
        text = found.wordings[choice % len(found.wordings)]
        return Draft(text, found.type, (found.answer,), evidence, chunk.chunk_id, rule)
