"""Counts of what was read, for ``metrics/ingest.json``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from onggi.core.schema import Document
from onggi.documents.corpus import Problem

UNREAD = ("pages of unreadable glyphs", "pages without text")
"""Reasons of `onggi.core.schema.Document.removed` that tell of text which a person sees and nobody read."""


@dataclass
class Summary:
    """Counts over a corpus, filled while it streams by."""

    documents: int = 0
    characters: int = 0
    sections: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    unread: dict[str, dict[str, int]] = field(default_factory=dict)
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
            self.removed.update(item.removed)
            if unread := {reason: item.removed[reason] for reason in UNREAD if reason in item.removed}:
                self.unread[item.doc_id] = unread
            yield item

    def metrics(self) -> dict[str, Any]:
        """Return the counts in a fixed order, ready for JSON."""
        return {
            "documents": self.documents,
            "characters": self.characters,
            "sections": self.sections,
            "formats": dict(sorted(self.formats.items())),
            "encodings": dict(sorted(self.encodings.items())),
            "removed": dict(sorted(self.removed.items())),
            "unread": [{"source": doc_id, **counts} for doc_id, counts in sorted(self.unread.items())],
            "skipped": len(self.problems),
            "problems": [
                {"source": problem.source, "problem": problem.problem}
                for problem in sorted(self.problems, key=lambda problem: (problem.source, problem.problem))
            ],
        }
