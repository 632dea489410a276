"""The cleaning of a whole corpus: what needs all documents first, then one by one.

Repairs and masks need one document alone, and duplicates can be listed once all have gone by; so with settings that
drop no document and cut no line, a document is passed on before the next is read. Otherwise the documents wait in a
temporary file until all have been seen. Either way nothing is read twice, and memory holds ids and digests.
"""

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Any

from onggi.cleaning import personal
from onggi.cleaning.boilerplate import Boilerplate
from onggi.cleaning.edits import edited, renamed
from onggi.cleaning.findings import Finder, Findings
from onggi.cleaning.languages import LANGUAGES, languages
from onggi.cleaning.params import CleanParams
from onggi.cleaning.repeats import Found, Repeats
from onggi.cleaning.spacing import respaced
from onggi.core.schema import Document
from onggi.documents import Problem

RESPACED = "respaced lines"
"""The key in `Document.meta` that says how many lines got other spaces."""

BOILERPLATE, MASKED = "boilerplate lines", "masked "
"""Reasons in `Document.removed`; the second is followed by a kind of personal data."""


@dataclass
class Cleaning:
    """Cleans documents while they stream by, and counts what it did."""

    settings: CleanParams
    dropped: list[tuple[str, str, str]] = field(default_factory=list)  # id, why, and the id that stays
    done: Counter[str] = field(default_factory=Counter)  # what was done, and how often
    touched: Counter[str] = field(default_factory=Counter)  # and to how many documents
    languages: Counter[str] = field(default_factory=Counter)
    _found: Found = field(default_factory=lambda: Found([], [], []))
    _boilerplate: Boilerplate | None = None

    def cleaned(self, items: Iterable[Document | Problem]) -> Iterator[Document | Problem]:
        """Yield ``items``, cleaned; documents come in the order of their ids, and what is no document is passed on.

        Documents that are dropped are in none of them (see `metrics`).
        """
        repeats, finder = Repeats(self.settings.alike), Finder(self.settings)
        if self.settings.waits:
            yield from self._in_two_passes(items, repeats, finder)
            return
        for item in items:
            if isinstance(item, Problem):
                yield item
            else:
                findings = finder.find(item)
                document = self._respaced(item, findings)
                repeats.learn(document, findings)
                yield self._finished(document, findings)
        self._found = repeats.found()

    def _in_two_passes(
        self, items: Iterable[Document | Problem], repeats: Repeats, finder: Finder
    ) -> Iterator[Document | Problem]:
        boilerplate = self._boilerplate = Boilerplate(self.settings.boilerplate) if self.settings.boilerplate else None
        with tempfile.TemporaryFile() as waiting:
            for item in items:
                if isinstance(item, Problem):
                    yield item
                    continue
                findings = finder.find(item)
                document = self._respaced(item, findings)
                if repeats.learn(document, findings) and boilerplate is not None:
                    boilerplate.learn(document)
                pickle.dump((document, findings), waiting, pickle.HIGHEST_PROTOCOL)
            self._found = repeats.found()
            gone = self._gone()
            waiting.seek(0)
            for document, findings in _documents(waiting):
                if document.doc_id in gone:
                    self.dropped.append((document.doc_id, *gone[document.doc_id]))
                else:
                    yield self._finished(*self._without_boilerplate(document, findings))

    def _gone(self) -> dict[str, tuple[str, str]]:
        """Return the documents to drop, each with the reason and the document that stays."""
        gone: dict[str, tuple[str, str]] = {}
        if self.settings.duplicates == "drop":
            gone |= {copy: ("copy", first) for first, copy in self._found.copies}
            for first, second, _, same in self._found.near:
                if same and first not in gone:
                    gone[second] = ("nearly the same", first)
        if self.settings.versions == "newest":
            gone |= {older: ("older version", newer) for newer, older in self._found.versions}
        return gone

    def _respaced(self, document: Document, findings: Findings) -> Document:
        document, count = respaced(document, findings.spaces)
        if not count:
            return document
        self._note(Counter({RESPACED: count}))
        return replace(document, meta=dict(sorted({**document.meta, RESPACED: str(count)}.items())))

    def _without_boilerplate(self, document: Document, findings: Findings) -> tuple[Document, Findings]:
        edits = self._boilerplate.edits(document) if self._boilerplate else []
        if not edits:
            return document, findings
        left = self._removed(edited(document, edits), Counter({BOILERPLATE: len(edits)}))
        masks = personal.find(left.text, self.settings.mask)
        return left, replace(findings, personal=masks, languages=languages(left))

    def _finished(self, document: Document, findings: Findings) -> Document:
        """Mask personal data, in the title and the headings too, and note the languages."""
        kinds = self.settings.mask
        before = document.text
        found = findings.personal
        if found:
            document = edited(document, [item.edit for item in found])
        of_title = personal.find(document.title, kinds)
        if found or of_title:
            if document.title not in before:  # else the text repeats it
                found = found + of_title
            document = renamed(document, lambda name: personal.masked(name, personal.find(name, kinds)))
        self.languages += findings.languages
        return self._removed(document, Counter(f"{MASKED}{item.kind}" for item in found)) if found else document

    def _note(self, counts: Counter[str]) -> None:
        self.done += counts
        self.touched.update(counts.keys())

    def _removed(self, document: Document, counts: Counter[str]) -> Document:
        self._note(counts)
        return replace(document, removed=dict(sorted((Counter(document.removed) + counts).items())))

    def metrics(self) -> dict[str, Any]:
        """Return what was found and done, in a fixed order, ready for JSON; complete once all documents are out."""
        found = self._found
        return {
            "dropped": [{"source": doc_id, "why": why, "kept": kept} for doc_id, why, kept in self.dropped],
            "copies": _pairs(found.copies, "first", "copy"),
            "near_duplicates": [
                {"first": first, "second": second, "alike": alike, "same_title_and_numbers": same}
                for first, second, alike, same in found.near
            ],
            "versions": _pairs(found.versions, "newer", "older"),
            "boilerplate": self._boilerplate.metrics() if self._boilerplate else [],
            "done": {what: {"times": n, "documents": self.touched[what]} for what, n in sorted(self.done.items())},
            "sections": {name: self.languages[name] for name in LANGUAGES if self.languages[name]},
        }


def _pairs(pairs: list[tuple[str, str]], first: str, second: str) -> list[dict[str, str]]:
    return [{first: one, second: other} for one, other in pairs]


def _documents(file: IO[bytes]) -> Iterator[tuple[Document, Findings]]:
    """Yield the documents that this process put into its own temporary file."""
    while True:
        try:
            waiting: tuple[Document, Findings] = pickle.load(file)
        except EOFError:
            return
        yield waiting
