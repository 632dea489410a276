"""What a file is by its bytes; its name decides only between formats that are plain text."""

import io
import re
import zipfile
from contextlib import suppress
from pathlib import PurePosixPath

import olefile

from onggi.documents.archive import OLE
from onggi.documents.encoding import start

_ZIP = b"PK\x03\x04"
_PARTS = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx", "Contents/section": ".hwpx"}
_OPEN = b"application/vnd.oasis.opendocument."
_MIME = {
    b"application/epub+zip": ".epub",
    b"application/hwp+zip": ".hwpx",
    _OPEN + b"text": ".odt",
    _OPEN + b"spreadsheet": ".ods",
    _OPEN + b"presentation": ".odp",
}
_ZIPPED = {".docx", ".xlsx", ".pptx", ".hwpx", ".epub", ".odt", ".ods", ".odp"}
_STREAMS = {"WordDocument": ".doc", "PowerPoint Document": ".ppt", "Workbook": ".xls", "Book": ".xls"}
_HTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(r"<([\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
_BOOKS = {
    "book",
    "article",
    "chapter",
    "section",
    "sect1",
    "appendix",
    "part",
    "refentry",
    "preface",
    "set",
    "glossary",
}
_XML = {".xml", ".page", ".docbook", ".dbk"}
_MAIL = re.compile(
    r"((from|to|subject|date|received|return-path|mime-version|message-id|x-[\w-]+):[^\n]*\n([ \t][^\n]*\n)*){3}",
    re.IGNORECASE,
)


def suffix(data: bytes, name: str) -> str:
    """Return the suffix of the format that bytes are in, that of their name where they do not show one.

    Examples
    --------
    >>> suffix(b"%PDF-1.7 ...", "공고.txt"), suffix(b"<!DOCTYPE html><p>...", "표.xls"), suffix(b"...", "글.MD")
    ('.pdf', '.html', '.md')
    """
    named = PurePosixPath(name).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if data.startswith(_ZIP):
        return _in_zip(data, named)
    if data.startswith(OLE):
        return _in_ole(data, named)
    if data.startswith(b"{\\rtf"):
        return ".rtf"
    return _text(start(data), named)


def _in_zip(data: bytes, named: str) -> str:
    with suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as archive:  # damaged ones raise anything
        names = archive.namelist()
        mime = archive.read("mimetype") if "mimetype" in names and archive.getinfo("mimetype").file_size < 200 else b""
        for start_of_type, found in _MIME.items():
            if mime.startswith(start_of_type):
                return found
        for part, found in _PARTS.items():
            if any(name.startswith(part) for name in names) and named != ".zip":
                return found
    return named if named in _ZIPPED else ".zip"


def _in_ole(data: bytes, named: str) -> str:
    with suppress(Exception), olefile.OleFileIO(io.BytesIO(data)) as ole:
        streams = {path[0] for path in ole.listdir()}
        if {"FileHeader", "DocInfo"} <= streams:
            return ".hwp"
        return next((found for stream, found in _STREAMS.items() if stream in streams), named)
    return named


def _text(text: str, named: str) -> str:
    if _HTML.match(text) and named not in (".md", ".markdown", ".eml", ".tex"):
        return ".html"
    if named in _XML or text.lstrip("\ufeff \n").startswith("<?xml"):
        root = _ROOT.search(re.sub(r"<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", "", text, flags=re.DOTALL))
        if root and root[2] == "page":
            return ".page"
        return ".docbook" if root and root[2] in _BOOKS else named
    if named == ".xls" and text:  # what sites call so
        return ".tsv"
    return ".eml" if not named and _MAIL.match(text) else named
