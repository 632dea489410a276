import io
import zipfile
from pathlib import Path

import pytest

from onggi.documents.reading import Limits, Parsed, read_file
from onggi.documents.sniffing import suffix


def packed(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (b"\xef\xbb\xbf %PDF-1.4", "공고.hwp", ".pdf"),
        (packed(word__document="x"), "공고.doc", ".docx"),
        (packed(xl__workbook="x"), "표", ".xlsx"),
        (packed(ppt__presentation="x"), "발표.ppt", ".pptx"),
        (packed(mimetype="application/epub+zip"), "책.zip", ".epub"),
        (packed(mimetype="application/hwp+zip"), "공고.hwp", ".hwpx"),
        (packed(mimetype="application/vnd.oasis.opendocument.text"), "글.doc", ".odt"),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "표.zip", ".ods"),
        (packed(mimetype="application/vnd.oasis.opendocument.presentation"), "발표", ".odp"),
        (packed(content="x"), "글.odt", ".odt"),
        (packed(a="x"), "모음.hwp", ".zip"),
        (packed(a="x"), "다른.docx", ".docx"),
        (packed(word__document="x"), "모음.zip", ".zip"),
        (b"{\\rtf1 x}", "공고.doc", ".rtf"),
        ("<!DOCTYPE html><p>표</p>".encode(), "표.xls", ".html"),
        ("<html>표</html>".encode("utf-16"), "글.txt", ".html"),
        ("<html>표</html>".encode(), "글.md", ".md"),
        ("가\t나".encode(), "표.xls", ".tsv"),
        (b'<?xml version="1.0"?><!-- x --><book/>', "책.xml", ".docbook"),
        (b'<page xmlns="http://projectmallard.org/1.0/">', "쪽.xml", ".page"),
        (b"<config/>", "설정.xml", ".xml"),
        ("글".encode(), "글.TXT", ".txt"),
        (b"", "글", ""),
    ],
)
def test_content_decides_where_it_shows(data: bytes, name: str, found: str) -> None:
    assert suffix(data, name) == found


def test_the_format_is_the_one_that_was_read() -> None:
    [item] = read_file("<!DOCTYPE html><table><tr><td>가<td>나</table>".encode(), "표.xls", "표.xls", Limits(5))
    assert isinstance(item, Parsed)
    assert (item.format, item.text) == ("html", "가 | 나")


@pytest.mark.parametrize(("name", "program"), [("글.doc", "Word"), ("발표.ppt", "PowerPoint")])
def test_old_binary_formats_are_named_with_the_way_out(
    name: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    [item] = read_file(ole, name, name, Limits(5))
    assert str(item).startswith(f"{name}: is in the old binary format of {program}; convert it: soffice --headless")
