"""Lines that stand at the beginning or the end of many documents: menus, addresses, copyright, surveys.

A line repeats if it is among the first or last `EDGE` lines of at least so many documents, by number and by share of
all; copies of one document count once. What is cut is the run of such lines that a document begins with, and the one
it ends with: a line after others that are its own ("대상:", "관련 주제") is part of how it speaks. Lines are compared
as they are: another digit makes another line. Rows of tables and headings end a run, and so does a line without which
a heading would have no text below it: the telephone of a ministry stands at the end of a hundred documents, and is
what they tell.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import takewhile

from onggi.cleaning.edits import Edit
from onggi.cleaning.lines import lines
from onggi.cleaning.params import BoilerplateParams
from onggi.core.schema import Document

EDGE = 8
"""Lines with text at each end of a document that are looked at."""

LISTED = 20
"""Lines that are told in the metrics, those of most documents first."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    digest: bytes


@dataclass
class Boilerplate:
    """Which lines repeat, learned from all documents, then cut from each."""

    settings: BoilerplateParams
    documents: int = 0
    _counts: Counter[bytes] = field(default_factory=Counter)
    _cut: dict[bytes, str] = field(default_factory=dict)  # what was cut, for the metrics

    def learn(self, document: Document) -> None:
        """Count the lines at the edges of a document."""
        self.documents += 1
        self._counts.update({line.digest for line in _edges(document)})

    def edits(self, document: Document) -> list[Edit]:
        """Return what is to be cut from a document, none where nothing would be left of it; all have been learned."""
        repeated = {line.start: line for line in _edges(document) if self._repeats(line.digest)}
        for line in _last_below_headings(document, list(repeated.values())):
            del repeated[line.start]
        places = list(lines(document.text, 0, len(document.text)))
        opening = list(takewhile(repeated.__contains__, (start for start, _ in places)))
        closing = list(takewhile(repeated.__contains__, (start for start, _ in reversed(places))))
        if len(opening) == len(places):
            return []
        cut = [repeated[start] for start in [*opening, *reversed(closing)]]
        for line in cut:
            self._cut[line.digest] = document.text[line.start : line.end]
        return list(_deletions(document.text, cut))

    def metrics(self) -> list[dict[str, str | int]]:
        """Return the lines that were cut and how many documents have them, those of most first."""
        found = sorted((-self._counts[digest], text) for digest, text in self._cut.items())
        return [{"line": text, "documents": -count} for count, text in found[:LISTED]]

    def _repeats(self, digest: bytes) -> bool:
        count = self._counts[digest]
        return count >= self.settings.min_documents and count >= self.settings.min_share * self.documents


def _edges(document: Document) -> list[_Line]:
    """Return the lines at the beginning and the end of a document that are no rows and no headings."""
    places = list(lines(document.text, 0, len(document.text)))
    if len(places) > 2 * EDGE:
        places = places[:EDGE] + places[-EDGE:]
    headings = {name for section in document.sections for name in section.heading}
    found = []
    for start, end in places:
        line = document.text[start:end]
        if line.strip() not in headings and not any(start < t.end and t.start < end for t in document.tables):
            found.append(_Line(start, end, blake2b(line.encode("utf-8", "surrogatepass"), digest_size=16).digest()))
    return found


def _last_below_headings(document: Document, repeated: Sequence[_Line]) -> Iterator[_Line]:
    """Yield the lines without which a section with a heading would hold nothing else."""
    for section in document.sections:
        inside = [line for line in repeated if section.start <= line.start < section.end]
        if inside and section.heading:
            cut = {line.start for line in inside}
            text = document.text
            if all(
                start in cut or text[start:end].strip() in section.heading
                for start, end in lines(text, section.start, section.end)
            ):
                yield from inside


def _deletions(text: str, cut: Sequence[_Line]) -> Iterator[Edit]:
    """Yield the edits that take lines out with the breaks before them; at the beginning, with those after them.

    A line before a blank one leaves the blank line.
    """
    opening = True  # nothing before is left
    last = 0
    for line in cut:
        opening = opening and not text[last : line.start].strip()
        last = line.end
        if opening:
            after = len(text) - len(text[line.end :].lstrip())
            yield Edit(line.start, after)
            last = after
        else:
            yield Edit(len(text[: line.start].rstrip()), line.end)
