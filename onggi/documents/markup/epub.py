"""EPUB: the chapters in the order in which they are read."""

import io
import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from onggi.core.errors import DocumentError
from onggi.documents import xml
from onggi.documents.blocks import Block, Content, Place
from onggi.documents.markup import html

_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read(data: bytes, where: str) -> Content:
    """Read the spine of a book, without what lies outside of the line of reading.

    Raises
    ------
    DocumentError
        A chapter is encrypted, or cannot be read as a page (see `onggi.documents.markup.html`).
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        container = xml.parse(archive.read("META-INF/container.xml"))
        package = next(container.iter("{*}rootfile")).get("full-path", "")
        root = xml.parse(archive.read(package))
        hrefs = {item.get("id"): unquote(item.get("href", "")) for item in root.iter("{*}item")}
        spine = [entry for entry in root.iter("{*}itemref") if entry.get("linear", "yes") != "no"]
        folder = posixpath.dirname(package)
        parts = [posixpath.normpath(posixpath.join(folder, hrefs.get(entry.get("idref"), ""))) for entry in spine]
        if "META-INF/encryption.xml" in names:
            locked = {
                one.get("URI", "")
                for one in xml.parse(archive.read("META-INF/encryption.xml")).iter("{*}CipherReference")
            }
            if locked & set(parts):
                raise DocumentError(where, "is encrypted", "get it without copy protection")
        chapters = [html.read(archive.read(part), f"{where}/{part}") for part in parts if part in names]
        title = next((one.text or "" for one in root.iter(_TITLE)), "")
    removed = sum((chapter.removed for chapter in chapters), Counter[str]())
    return Content(_numbered(chapters), title, removed=removed)


def _numbered(chapters: list[Content]) -> Iterator[Block]:
    """Yield the blocks of all chapters, whose paragraphs are counted on."""
    before = last = 0
    for chapter in chapters:
        before = last
        for block in chapter.blocks:
            last = max([last, *(before + place.number for _, place in block.places)])
            places = tuple((offset, Place(place.unit, before + place.number)) for offset, place in block.places)
            yield replace(block, places=places)
