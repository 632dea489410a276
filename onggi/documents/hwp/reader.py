"""Which of Hancom's formats the bytes are, whatever the file is called."""

import re
from collections import Counter

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content
from onggi.documents.hwp import docinfo, ole, owpml
from onggi.documents.hwp.flow import Flow
from onggi.documents.hwp.section import Sections
from onggi.documents.hwp.titles import title

MOST = 512_000_000
"""Bytes that a document may unpack to where nobody says how many."""
_OLD = re.compile(rb"HWP Document File V(\d)")


def read(data: bytes, where: str, limit: int = MOST) -> Content:
    """Read a document of HWP 5 or HWPX.

    Parameters
    ----------
    limit : int
        Bytes that it may unpack to.

    Raises
    ------
    DocumentError
        It is neither, or see `read5` and `readx`.
    """
    if data.startswith(ole.MAGIC):
        return read5(data, where, limit)
    if data.startswith(b"PK"):
        return readx(data, where, limit)
    if old := _OLD.match(data):
        what = f"is an HWP {old[1].decode()} document, a format of before 2002"
        raise DocumentError(where, what, "open it in Hancom Office and save it as HWPX")
    raise DocumentError(where, "is no HWP or HWPX document", "open it in Hancom Office and save it as HWPX")


def read5(data: bytes, where: str, limit: int = MOST) -> Content:
    """Read HWP 5.0, also a document for distribution; hidden comments, running heads and feet are left out.

    Raises
    ------
    DocumentError
        The file is broken, protected by a password, or larger than can be read.
    """
    container = ole.Container(data, where, limit)
    info = docinfo.read(container.doc_info(), where)
    removed: Counter[str] = Counter()
    sections = Sections(info, removed, where)
    paragraphs = (paragraph for stream in container.sections() for paragraph in sections.paragraphs(stream))
    blocks = list(Flow(info.numberings).body(paragraphs))
    return Content(blocks, title(container.title(), blocks), {}, removed)


def readx(data: bytes, where: str, limit: int = MOST) -> Content:
    """Read HWPX (KS X 6101); hidden comments, running heads and feet are left out.

    Raises
    ------
    DocumentError
        The file is broken, encrypted, or larger than can be read.
    """
    with owpml.Package(data, where, limit) as package:
        head = package.head()
        removed: Counter[str] = Counter()
        blocks = list(Flow(head.numberings).body(package.paragraphs(head, removed)))
        return Content(blocks, title(package.title(), blocks), {}, removed)
