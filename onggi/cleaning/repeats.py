"""Documents that say the same: copies, near-duplicates, and versions of one document.

Copies have one text, white space aside. Near-duplicates share a part of their 5-grams by Jaccard, found exactly (see
`onggi.korean.twins`). Two pages that one hand made of two things can share 92 % of them (a scholarship in arts
and one in the humanities), so of near-duplicates only those count as the same that also have one title and the same
numbers in the same order. What versions are is said in `onggi.cleaning.versions`.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter

from onggi.cleaning.findings import Findings
from onggi.cleaning.versions import Name, name_of_file, named, newer
from onggi.core.schema import Document
from onggi.korean.twins import Twins


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of ids, in order; no pair is in two lists.

    Of ``copies`` and ``near`` the first is the one whose id comes first, of ``versions`` the newer. ``near`` has the
    Jaccard too, and whether title and numbers are the same.
    """

    copies: list[tuple[str, str]]
    near: list[tuple[str, str, float, bool]]
    versions: list[tuple[str, str]]


@dataclass
class Repeats:
    """The search among documents that come one by one, in the order of their ids.

    What is held of a document are its id, its names, and digests. Near-duplicates and versions are looked for where
    ``alike`` says from which Jaccard two texts are near-duplicates.
    """

    alike: float | None
    _twins: Twins | None = None
    _first: dict[str, str] = field(default_factory=dict)  # the first document of a text
    _copies: list[tuple[str, str]] = field(default_factory=list)
    _facts: dict[str, tuple[str, str]] = field(default_factory=dict)  # title and numbers
    _names: dict[str, tuple[Name, Name]] = field(default_factory=dict)  # of the file, and the title

    def learn(self, document: Document, findings: Findings) -> bool:
        """Take a document and what was found in it; return whether no document before has its text."""
        doc_id = document.doc_id
        first = self._first.setdefault(findings.letters, doc_id)
        if first != doc_id:
            self._copies.append((first, doc_id))
            return False
        if self.alike is not None:
            title = named(document.title)
            self._names[doc_id] = name_of_file(doc_id), title
            self._facts[doc_id] = title.key, findings.numbers
            self._twins = self._twins or Twins(self.alike)
            self._twins.add(doc_id, document.text, findings.grams)
        return True

    def found(self) -> Found:
        """Return what was found; nothing can be learned after."""
        near: list[tuple[str, str, float, bool]] = []
        versions: set[tuple[str, str]] = set()
        if self._twins is not None:
            with closing(self._twins) as twins:
                versions = set(self._versions(twins))
                for one, other, jaccard in twins.found():
                    if not newer(self._names[one], self._names[other], jaccard):
                        near.append((one, other, round(jaccard, 3), self._facts[one] == self._facts[other]))
        return Found(sorted(self._copies), sorted(near), sorted(versions))

    def _versions(self, twins: Twins) -> Iterator[tuple[str, str]]:
        """Yield (newer, older) of documents whose names follow one another among those of one key."""
        rows = {doc_id: row for row, doc_id in enumerate(self._names)}
        for sort in (0, 1):
            keys: dict[str, list[str]] = {}
            for doc_id, names in self._names.items():
                keys.setdefault(names[sort].key, []).append(doc_id)
            for doc_ids in keys.values():
                marked = sorted((self._names[doc_id][sort].marks, doc_id) for doc_id in doc_ids)
                of_marks = [[doc_id for _, doc_id in group] for _, group in groupby(marked, itemgetter(0))]
                for older, (following, *_) in pairwise(of_marks):
                    for doc_id in older:
                        jaccard = twins.jaccard(rows[doc_id], rows[following])
                        if order := newer(self._names[doc_id], self._names[following], jaccard):
                            yield (following, doc_id) if order > 0 else (doc_id, following)
