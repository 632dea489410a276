"""Which reader reads what, and one file → one `Document`."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from onggi.core.errors import DocumentError
from onggi.core.schema import Document
from onggi.documents import archive, beir, docx, html, hwpx, markdown, pdf, table, text, xlsx
from onggi.documents.blocks import Content, TooLong, join, one_line

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Format:
    """A format and its reader, which takes the bytes and the name to use in errors."""

    name: str
    read: Callable[[bytes, str], Content]
    zipped: bool = False


BEIR = Format("beir", beir.read)

FORMATS = {
    ".md": Format("md", markdown.read),
    ".markdown": Format("md", markdown.read),
    ".html": Format("html", html.read),
    ".htm": Format("html", html.read),
    ".txt": Format("txt", text.read),
    ".text": Format("txt", text.read),
    ".csv": Format("csv", table.read),
    ".tsv": Format("tsv", table.read),
    ".pdf": Format("pdf", pdf.read),
    ".docx": Format("docx", docx.read, zipped=True),
    ".hwpx": Format("hwpx", hwpx.read, zipped=True),
    ".xlsx": Format("xlsx", xlsx.read, zipped=True),
}
"""Readers by extension, in lower case."""

_NO_TITLE = re.compile(
    r"untitled.*|\(?unspecified\)?|제목\s?없음|무제|(microsoft \w+|powerpoint) - .*|word document", re.IGNORECASE
)
"""What programs write into a title when nobody does."""


def format_of(name: str, where: str) -> Format:
    """Return the format of a file by its extension.

    Raises
    ------
    DocumentError
        There is no reader for it.
    """
    extension = PurePosixPath(name).suffix.lower()
    if extension not in FORMATS:
        shown = f"format {extension}" if extension else "file without an extension"
        raise DocumentError(where, f"unsupported {shown}", f"convert or remove it (supported: {', '.join(FORMATS)})")
    return FORMATS[extension]


def document(data: bytes, kind: Format, doc_id: str, where: str, max_mb: int) -> Document:
    """Turn the bytes of one document into text, sections and meta data.

    Parameters
    ----------
    max_mb : int
        Limit for what the file unpacks to, and for its text, in megabytes.

    Raises
    ------
    DocumentError
        The document is empty, broken, encrypted, too large, or has no text.
    """
    limit = max_mb * MEGABYTE
    if not data.strip():
        raise DocumentError(where, "is empty", "fill it or remove it")
    if kind.zipped:
        archive.check(data, where, limit)
    try:
        content = kind.read(data, where)
        joined = join(content.blocks, limit)
    except DocumentError:
        raise
    except TooLong:
        raise DocumentError(
            where, f"has more than {max_mb} million characters", "raise ingest.max_mb, or split it"
        ) from None
    except Exception as error:  # parsers of damaged files raise anything
        what = f"is a broken {kind.name} file ({type(error).__name__}: {str(error)[:200]})"
        raise DocumentError(where, what, "open it in its program and save it again") from error
    if not joined.text:
        raise DocumentError(where, "has no text", "it may be scanned: run OCR first, or remove it")
    meta = {key: _plain(value) for key, value in sorted(content.meta.items())}
    if joined.pages:
        meta["pages"] = ",".join(map(str, joined.pages))
    title = "" if _NO_TITLE.fullmatch(one_line(content.title)) else one_line(content.title)
    if kind is BEIR:
        title = source = title or doc_id
    else:
        title, source = title or joined.first_heading or PurePosixPath(doc_id).stem, doc_id
    return Document(doc_id, source, title, kind.name, joined.text, joined.sections, meta)


def _plain(value: str) -> str:
    return unicodedata.normalize("NFC", value).encode("utf-8", "replace").decode("utf-8")
