"""Documents that say the same: copies, near-duplicates, and versions of one document.

Copies have one text, white space aside. Near-duplicates share a part of their 5-grams by Jaccard, found exactly (see
`onggi.korean.duplicates`). Two pages that one hand made of two things can share 92 % of them (a scholarship in arts
and one in the humanities), so of near-duplicates only those count as the same that also have one title and the same
numbers in the same order. What versions are is said in `onggi.cleaning.versions`.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby, pairwise
from operator import itemgetter

from onggi.cleaning.versions import Name, name_of_file, named, newer
from onggi.core.schema import Document
from onggi.korean.duplicates import Search

_NUMBER = re.compile(r"\d+")


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
    _search: Search | None = None
    _first: dict[bytes, str] = field(default_factory=dict)  # the first document of a text
    _copies: list[tuple[str, str]] = field(default_factory=list)
    _facts: dict[str, bytes] = field(default_factory=dict)  # title and numbers
    _names: dict[str, tuple[Name, Name]] = field(default_factory=dict)  # of the file, and the title

    def learn(self, document: Document) -> bool:
        """Take a document; return whether no document before has its text."""
        doc_id = document.doc_id
        first = self._first.setdefault(_digest("".join(document.text.split())), doc_id)
        if first != doc_id:
            self._copies.append((first, doc_id))
            return False
        if self.alike is not None:
            title = named(document.title)
            self._names[doc_id] = name_of_file(doc_id), title
            self._facts[doc_id] = _digest("\n".join([title.key, *_NUMBER.findall(document.text)]))
            self._search = self._search or Search()
            self._search.add(doc_id, document.text)
        return True

    def found(self) -> Found:
        """Return what was found; nothing can be learned after."""
        near: list[tuple[str, str, float, bool]] = []
        versions: set[tuple[str, str]] = set()
        if self._search is not None and self.alike is not None:
            with closing(self._search) as search:
                versions = set(self._versions(search))
                for overlap in search.near(self.alike):
                    one, other, jaccard = overlap.first, overlap.second, overlap.jaccard
                    if not newer(self._names[one], self._names[other], jaccard):
                        near.append((one, other, round(jaccard, 3), self._facts[one] == self._facts[other]))
        return Found(sorted(self._copies), sorted(near), sorted(versions))

    def _versions(self, search: Search) -> Iterator[tuple[str, str]]:
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
                        jaccard = search.jaccard(rows[doc_id], rows[following])
                        if order := newer(self._names[doc_id], self._names[following], jaccard):
                            yield (following, doc_id) if order > 0 else (doc_id, following)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
