"""Counts of what was read, for ``metrics/ingest.json``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from onggi.core.schema import Document
from onggi.documents.corpus import Problem


@dataclass
class Summary:
    """Counts over a corpus, filled while it streams by."""

    documents: int = 0
    characters: int = 0
    sections: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def counting(self, items: Iterable[Document | Problem]) -> Iterator[Document]:
        """Yield the documents among ``items`` and count everything."""
        for item in items:
            if isinstance(item, Problem):
                self.problems.append(item)
                continue
            self.documents += 1
            self.characters += len(item.text)
            self.sections += len(item.sections)
            self.formats[item.format] += 1
            if "encoding" in item.meta:
                self.encodings[item.meta["encoding"]] += 1
            yield item

    def metrics(self) -> dict[str, Any]:
        """Return the counts in a fixed order, ready for JSON."""
        return {
            "documents": self.documents,
            "characters": self.characters,
            "sections": self.sections,
            "formats": dict(sorted(self.formats.items())),
            "encodings": dict(sorted(self.encodings.items())),
            "skipped": len(self.problems),
            "problems": [
                {"source": problem.source, "problem": problem.problem}
                for problem in sorted(self.problems, key=lambda problem: (problem.source, problem.problem))
            ],
        }
