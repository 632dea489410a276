"""The container of HWPX (KS X 6101, OWPML): a zip of XML parts, read paragraph by paragraph.

The namespaces of 2011, 2016 and 2024 differ in nothing that is read here, so elements go by their local names.
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from onggi.core.errors import DocumentError
from onggi.documents.hwp import header
from onggi.documents.hwp.body import Body
from onggi.documents.hwp.model import Paragraph

_SECTION = re.compile(r"(?:.*/)?section(\d+)\.xml", re.IGNORECASE)
_MANIFEST = "META-INF/manifest.xml"
_MOST_NODES = 6_000_000
"""Elements, ends and attributes of one part, as some 80 MB hold. A paragraph is in memory whole, at 100 bytes each."""
_PIECE = 1 << 16
_ENCODING = "utf-8"
"""What every part is written in; set, because `Package` counts the nodes of a part in its bytes."""


class Package:
    """The parts of one HWPX file.

    Parameters
    ----------
    limit : int
        Bytes that one of them may unpack to.

    Raises
    ------
    DocumentError
        The file is no zip, is encrypted, or has no section.
    """

    def __init__(self, data: bytes, where: str, limit: int) -> None:
        self.where = where
        self._limit = limit
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise DocumentError(where, f"is truncated, or no HWPX document ({error})", "save it again") from error
        self._names = self._zip.namelist()
        if _MANIFEST in self._names and b"encryption-data" in self._read(_MANIFEST):
            raise DocumentError(where, "is encrypted", "save it without a password")
        self._sections = sorted((int(match[1]), name) for name in self._names if (match := _SECTION.fullmatch(name)))
        if not self._sections:
            raise DocumentError(where, "is no HWPX document (it has no Contents/section0.xml)", "save it again")

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _read(self, name: str) -> bytes:
        """Return a part; Python's zipfile reads no more of it than its entry says."""
        if self._zip.getinfo(name).file_size > self._limit:
            what = f"holds a part of more than ingest.max_mb = {self._limit // 1_000_000} ({name})"
            raise DocumentError(self.where, what, "raise ingest.max_mb if you trust the file, or split it")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise DocumentError(self.where, f"is a broken HWPX file ({name}: {error})", "save it again") from error

    def _part(self, name: str) -> bytes:
        data = self._read(name)
        if data.count(b"<") + data.count(b"=") > _MOST_NODES:
            what = f"has more than {_MOST_NODES // 1_000_000} million elements and attributes ({name})"
            raise DocumentError(self.where, what, "split it")
        return data

    def _tree(self, ending: str) -> etree._Element | None:
        name = next((name for name in self._names if name.endswith(ending)), "")
        return _root(self._part(name)) if name else None

    def title(self) -> str:
        """Return the title among the document's properties, or an empty string."""
        root = self._tree("content.hpf")
        return next((e.text or "" for e in root.iter("{*}title")), "") if root is not None else ""

    def head(self) -> header.Head:
        """Return what the header says; without one, nothing is known of shapes."""
        root = self._tree("header.xml")
        return header.read(root) if root is not None else header.Head()

    def paragraphs(self, head: header.Head, removed: Counter[str]) -> Iterator[Paragraph]:
        """Yield the paragraphs of all sections."""
        body = Body(head, removed)
        for _, name in self._sections:
            for element in _top_paragraphs(self._part(name)):
                yield body.paragraph(element)


def _root(data: bytes) -> etree._Element:
    parser = etree.XMLParser(encoding=_ENCODING, resolve_entities=False, no_network=True, remove_comments=True)
    return etree.fromstring(data, parser)


def _top_paragraphs(data: bytes) -> Iterator[etree._Element]:
    """Yield the paragraphs straight below the root, and free each before the next is parsed."""
    parser = etree.XMLPullParser(
        ("end",), tag="{*}p", encoding=_ENCODING, resolve_entities=False, no_network=True, remove_comments=True
    )
    for start in range(0, len(data), _PIECE):
        parser.feed(data[start : start + _PIECE])
        yield from _finished(parser)
    parser.close()
    yield from _finished(parser)


def _finished(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    for _, element in parser.read_events():
        if not isinstance(element, etree._Element):
            continue
        parent = element.getparent()
        if parent is not None and parent.getparent() is None:
            yield element
            element.clear()  # first, for the time to remove a tree grows with the square of its nodes
            parent.remove(element)
