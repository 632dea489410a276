"""What reading one file gave, as an object and as a row of the memo."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import Any

from onggi.core.errors import DocumentError
from onggi.core.schema import Document, Origin, Section, Table
from onggi.documents.blocks import Content, TooLong, join, one_line
from onggi.documents.ocr import Ocr
from onggi.work.document_rows import packed, unpacked

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader may make of a file; a part of what decides its text.

    ``max_mb`` bounds what a file unpacks to, in megabytes, and its text, in millions of characters. ``columns`` are
    pairs of a role (text, title, id) and the name of the column that holds it in files of records. ``ocr`` is how pages
    that are pictures are read.
    """

    max_mb: int
    columns: tuple[tuple[str, str], ...] = ()
    ocr: Ocr = field(default_factory=Ocr)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document without its name: what the bytes of a file say (see `onggi.core.schema.Document`).

    ``title`` is empty where the file gives none. ``member`` is the path of a document within a container, empty for
    a file that is one.
    """

    format: str
    title: str
    text: str
    sections: list[Section] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    removed: dict[str, int] = field(default_factory=dict)
    member: str = ""

    def document(self, file: str) -> Document:
        """Return the document that the file of this id holds; without a title it has that of its name."""
        doc_id = unicodedata.normalize("NFC", f"{file}/{self.member}" if self.member else file)
        title = self.title or PurePosixPath(doc_id).stem
        return Document(
            *(doc_id, doc_id, title, self.format, self.text),
            *(self.sections, self.meta, self.origins, self.tables, self.removed),
        )


def parsed(content: Content, format: str, where: str, limits: Limits, member: str = "") -> Parsed:
    """Join what a reader found into one text.

    Raises
    ------
    DocumentError
        There is no text, or more than ``limits`` allow.
    """
    try:
        joined = join(content.blocks, limits.max_mb * MEGABYTE)
    except TooLong:
        what = f"has more than {limits.max_mb} million characters"
        raise DocumentError(where, what, "raise ingest.max_mb, or split it") from None
    if not joined.text:
        raise DocumentError(where, "has no text", "it may be scanned: run OCR first, or remove it")
    meta = {key: _plain(value) for key, value in sorted(content.meta.items())}
    removed = {reason: count for reason, count in sorted(content.removed.items()) if count}
    title = one_line(content.title) or joined.first_heading
    return Parsed(
        *(format, title, joined.text, joined.sections, meta, joined.origins, joined.tables),
        *(removed, _plain(member)),
    )


def _plain(value: str) -> str:
    return unicodedata.normalize("NFC", value).encode("utf-8", "replace").decode("utf-8")


def to_row(found: Sequence[Parsed | DocumentError], where: str, converted: bool = False) -> bytes:
    """Return what `from_row` reads; of errors, ``where`` the file lies is left out."""
    items = [_parsed_item(item) if isinstance(item, Parsed) else _error_item(item, where) for item in found]
    return packed(items, converted)


def _parsed_item(item: Parsed) -> list[Any]:
    return [
        *(item.format, item.title, item.text, _columns(Section, item.sections), item.meta),
        *(_columns(Origin, item.origins), _columns(Table, item.tables), item.removed, item.member),
    ]


def _columns(kind: type, items: Sequence[Section] | Sequence[Origin] | Sequence[Table]) -> list[list[object]]:
    return [[getattr(item, field.name) for item in items] for field in fields(kind)]


def _error_item(error: DocumentError, where: str) -> list[Any]:
    # What a parser stumbled over may have been a want of memory: another time it may be read.
    lasting = error.__cause__ is None
    return [error.where.removeprefix(where), error.what, error.fix, lasting]


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of the memo says of a file.

    ``lasting``: reading it again is sure to give the same; ``converted``: with the same LibreOffice.
    """

    found: list[Parsed | DocumentError]
    lasting: bool
    converted: bool


def from_row(row: bytes, where: str) -> Row:
    """Return what a file holds.

    Raises
    ------
    ValueError
        The row is none that `to_row` made.
    """
    items, converted = unpacked(row)
    lasting = all(len(item) != 4 or item[3] for item in items)
    return Row([_item(item, where) for item in items], lasting, converted)


def _item(item: list[Any], where: str) -> Parsed | DocumentError:
    if len(item) == 4:
        inside, what, fix, _ = item
        return DocumentError(f"{where}{inside}", what, fix)
    kind, title, text, sections, meta, origins, tables, removed, member = item
    return Parsed(
        *(kind, title, text, list(map(Section, *sections)), meta),
        *(list(map(Origin, *origins)), list(map(Table, *tables)), removed, member),
    )
