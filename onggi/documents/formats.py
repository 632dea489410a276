"""Which reader reads what: the one place that knows them all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from onggi.core.errors import DocumentError
from onggi.documents import hwp, pdf, sniffing
from onggi.documents.blocks import Content
from onggi.documents.containers import eml, records, zip
from onggi.documents.containers.member import Member
from onggi.documents.markup import docbook, epub, html, latex, markdown
from onggi.documents.ocr import Ocr
from onggi.documents.office import binary, docx, odp, ods, odt, pptx, xls, xlsx
from onggi.documents.parsed import Limits
from onggi.documents.plain import rtf, table, text


@dataclass(frozen=True, slots=True)
class Format:
    """A format and its reader, which takes the bytes and the name to use in errors.

    ``convert`` turns the bytes into those of the format that ``read`` reads.
    ``recognise`` is a reader that is told how to read pages that are pictures, too. ``limited`` is one that is told how
    many bytes the file may unpack to, where the bytes alone do not say.
    """

    name: str
    read: Callable[[bytes, str], Content]
    zipped: bool = False
    convert: Callable[[bytes, str], bytes] | None = None
    recognise: Callable[[bytes, str, Ocr], Content] | None = None
    limited: Callable[[bytes, str, int], Content] | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A format that holds documents."""

    name: str
    members: Callable[[bytes, str, Limits], Iterator[Member | DocumentError]]


FORMATS: dict[str, Format | Container] = {
    ".md": Format("md", markdown.read),
    ".markdown": Format("md", markdown.read),
    ".html": Format("html", html.read),
    ".htm": Format("html", html.read),
    ".xhtml": Format("html", html.read),
    ".txt": Format("txt", text.read),
    ".text": Format("txt", text.read),
    ".csv": Format("csv", table.read),
    ".tsv": Format("tsv", table.read),
    ".pdf": Format("pdf", pdf.read, recognise=pdf.read),
    ".docx": Format("docx", docx.read, zipped=True),
    ".hwp": Format("hwp", hwp.read, limited=hwp.read),
    ".hwpx": Format("hwpx", hwp.read, zipped=True, limited=hwp.read),
    ".xlsx": Format("xlsx", xlsx.read, zipped=True),
    ".pptx": Format("pptx", pptx.read, zipped=True),
    ".odt": Format("odt", odt.read, zipped=True),
    ".ods": Format("ods", ods.read, zipped=True),
    ".odp": Format("odp", odp.read, zipped=True),
    ".epub": Format("epub", epub.read, zipped=True),
    ".xls": Format("xls", xls.read),
    ".doc": Format("doc", docx.read, zipped=True, convert=binary.docx),
    ".ppt": Format("ppt", pptx.read, zipped=True, convert=binary.pptx),
    ".rtf": Format("rtf", rtf.read),
    ".tex": Format("latex", latex.read),
    ".docbook": Format("docbook", docbook.read),
    ".dbk": Format("docbook", docbook.read),
    ".page": Format("mallard", docbook.read),
    ".json": Container("json", records.members),
    ".jsonl": Container("jsonl", records.members),
    ".ndjson": Container("jsonl", records.members),
    ".eml": Container("eml", eml.members),
    ".mht": Container("eml", eml.members),
    ".mhtml": Container("eml", eml.members),
    ".zip": Container("zip", zip.members),
}
"""Readers by suffix, in lower case."""


def format_of(data: bytes, name: str, where: str) -> Format | Container:
    """Return the format of a file by its content, or where that is plain text by the suffix of its name.

    Raises
    ------
    DocumentError
        There is no reader for it.
    """
    suffix = sniffing.suffix(data, name)
    if suffix not in FORMATS:
        shown = f"format {suffix}" if suffix else "file without an extension"
        raise DocumentError(where, f"unsupported {shown}", f"convert or remove it (supported: {', '.join(FORMATS)})")
    return FORMATS[suffix]
