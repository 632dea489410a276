"""What is found in one document alone, whatever stands in others; looked for once in each text.

The memo holds it under the text, the bounds within it, and all that looks: to look through ten thousand documents again
takes as long as to read their rows.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from onggi.cleaning import personal
from onggi.cleaning.edits import Edit, edited
from onggi.cleaning.languages import LANGUAGES, languages
from onggi.cleaning.params import CleanParams
from onggi.cleaning.spacing import PAGES, repairs
from onggi.core.digests import program_digest
from onggi.core.schema import Document, Origin, Section, Table
from onggi.korean import spacing
from onggi.korean.normalize import gram_hashes
from onggi.work import memo
from onggi.work.keys import Space, space

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is found in a document: ``spaces`` as it comes, all else once these edits are made.

    ``letters`` and ``numbers`` are digests of its text without white space and of its numbers, ``grams`` is how many
    distinct 5-grams it has, ``languages`` how many sections are in which.
    """

    spaces: list[Edit]
    letters: str
    numbers: str
    grams: int
    personal: list[personal.Found]
    languages: Counter[str]


class Finder:
    """Looks through documents, or remembers what it found in one of the same text."""

    def __init__(self, settings: CleanParams) -> None:
        self.settings = settings
        self.space = _space(settings)

    def find(self, document: Document) -> Findings:
        """Return what is found in a document."""
        item = _bounds(document), document.text
        row = memo.active().held(self.space, [item]).get(item)
        if row is not None:
            with suppress(ValueError, TypeError, AttributeError):  # of a row that is not ours
                return _from_row(row, len(document.text))
        found = self._look(document)
        memo.active().put(self.space, item, _to_row(found))
        return found

    def _look(self, document: Document) -> Findings:
        spaces = repairs(document) if self.settings.spacing == "auto" else []
        document = edited(document, spaces)
        text = document.text
        digests = _digest("".join(text.split())), _digest("\n".join(_NUMBER.findall(text)))
        masks = personal.find(text, self.settings.mask)
        return Findings(spaces, *digests, len(gram_hashes(text)), masks, languages(document))


def _space(settings: CleanParams) -> Space:
    decided_by = {
        "spacing": settings.spacing,
        "mask": settings.mask,
        "code": program_digest(__name__),
        "kiwi": spacing.identity(),
        "libraries": {"python": sys.version.split()[0], "numpy": version("numpy")},
    }
    return space("findings", decided_by, "little")


def _bounds(document: Document) -> str:
    """Return all of a document that decides its findings beside its text."""
    pages = [origin for origin in document.origins if origin.unit in PAGES]
    return f"{_shown(document.sections)}/{_shown(pages)}/{_shown(document.tables)}"


def _shown(stretches: Sequence[Section] | Sequence[Origin] | Sequence[Table]) -> str:
    return " ".join([f"{stretch.start}-{stretch.end}" for stretch in stretches])


def _to_row(found: Findings) -> bytes:
    spaces = [astuple(edit) for edit in found.spaces]
    masks = [[item.kind, *astuple(item.edit)] for item in found.personal]
    row = [spaces, found.letters, found.numbers, found.grams, masks, found.languages]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _from_row(row: bytes, length: int) -> Findings:
    """Return what `_to_row` was given for a text of so many characters."""
    spaces, letters, numbers, grams, masks, sections = json.loads(row)
    edits = _edits(spaces, length)
    length += sum(len(edit.text) - (edit.end - edit.start) for edit in edits)
    kinds, masked = [kind for kind, *_ in masks], _edits([edit for _, *edit in masks], length)
    if not (isinstance(letters, str) and isinstance(numbers, str) and isinstance(grams, int) and grams > 0):
        raise ValueError("no digests")
    if not set(kinds) <= set(personal.KINDS):
        raise ValueError("no personal data")
    if not (sections.keys() <= set(LANGUAGES) and all(isinstance(count, int) for count in sections.values())):
        raise ValueError("no languages")
    found = [personal.Found(kind, edit) for kind, edit in zip(kinds, masked, strict=True)]
    return Findings(edits, letters, numbers, grams, found, Counter(sections))


def _edits(items: Sequence[Sequence[Any]], length: int) -> list[Edit]:
    """Return edits of a text of so many characters."""
    edits = [Edit(start, end, text) for start, end, text in items]
    bounds = [0, *(bound for edit in edits for bound in (edit.start, edit.end)), length]
    whole = all(isinstance(bound, int) for bound in bounds) and all(isinstance(edit.text, str) for edit in edits)
    if not whole or bounds != sorted(bounds):
        raise ValueError("no edits")
    return edits


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
