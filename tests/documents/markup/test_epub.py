import io
import zipfile
from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Joined
from onggi.documents.markup import epub

Read = Callable[[str, bytes], Joined]

CONTAINER = '<container><rootfiles><rootfile full-path="책/내용.opf"/></rootfiles></container>'
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<metadata><dc:title>장독 이야기</dc:title></metadata><manifest>"
    '<item id="a" href="%EB%91%98.xhtml"/><item id="b" href="하나.xhtml"/><item id="c" href="표지.xhtml"/></manifest>'
    '<spine><itemref idref="b"/><itemref idref="c" linear="no"/><itemref idref="a"/></spine></package>'
)


def book(**more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("책/내용.opf", PACKAGE)
        archive.writestr("책/하나.xhtml", "<html><body><h1>첫 장</h1><p>독</p></body></html>")
        archive.writestr("책/둘.xhtml", "<html><body><h1>둘째 장</h1><p>뚜껑</p></body></html>")
        archive.writestr("책/표지.xhtml", "<html><body><p>표지</p></body></html>")
        for name, content in more.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_the_spine_is_read_in_its_order(read: Read) -> None:
    joined = read(".epub", book())
    assert joined.text == "첫 장\n\n독\n\n둘째 장\n\n뚜껑"
    assert [origin.number for origin in joined.origins] == [1, 2, 3, 4]
    assert epub.read(book(), "책.epub").title == "장독 이야기"


def test_an_encrypted_chapter_is_named() -> None:
    locked = {"META-INF__encryption.xml": '<encryption><CipherReference URI="책/하나.xhtml"/></encryption>'}
    with pytest.raises(DocumentError, match="is encrypted"):
        epub.read(book(**locked), "책.epub")
