"""Small files of every format, made on the spot; all text in them is invented."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import openpyxl
import pytest

from onggi.documents import IngestParams
from onggi.documents.blocks import Joined, join
from onggi.documents.formats import FORMATS

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: no real documents to read")
    return SHARED


@pytest.fixture
def fail() -> IngestParams:
    return IngestParams(on_error="fail", max_mb=10, max_memory_mb=1000, max_seconds=60)


@pytest.fixture
def skip() -> IngestParams:
    return IngestParams(on_error="skip", max_mb=10, max_memory_mb=1000, max_seconds=60)


@pytest.fixture
def read() -> Callable[[str, bytes], Joined]:
    """Read bytes as the format of an extension and join the blocks."""

    def read_and_join(extension: str, data: bytes) -> Joined:
        return join(FORMATS[extension].read(data, f"시험{extension}").blocks, 1_000_000)

    return read_and_join


@pytest.fixture
def make_docx() -> Callable[..., bytes]:
    """Build a DOCX: a callback fills the document."""

    def make(fill: Callable[[docx.document.Document], object], title: str = "") -> bytes:
        document = docx.Document()
        document.core_properties.title = title
        fill(document)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return make


@pytest.fixture
def make_xlsx() -> Callable[..., bytes]:
    """Build an XLSX from rows by sheet name."""

    def make(
        sheets: dict[str, Sequence[Sequence[object]]], formats: dict[str, str] | None = None, title: str = ""
    ) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        book.properties.title = title or None
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
            for cell, number_format in (formats or {}).items():
                sheet[cell].number_format = number_format
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make


HWPX_HEADER = (
    '<hh:head xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head"><hh:refList>'
    '<hh:charProperties><hh:charPr id="0" height="1000"/><hh:charPr id="1" height="1650"><hh:bold/></hh:charPr>'
    '</hh:charProperties><hh:numberings><hh:numbering id="1" start="0">'
    '<hh:paraHead start="1" level="1" numFormat="DIGIT">제^1조</hh:paraHead>'
    '<hh:paraHead start="1" level="2" numFormat="HANGUL_SYLLABLE">^1-^2)</hh:paraHead></hh:numbering>'
    '<hh:numbering id="2"><hh:paraHead start="3" level="1" numFormat="ROMAN_CAPITAL">^1.</hh:paraHead>'
    '</hh:numbering></hh:numberings><hh:bullets><hh:bullet id="1" char="\uf0a7"/></hh:bullets>'
    '<hh:paraProperties><hh:paraPr id="0"/>'
    '<hh:paraPr id="3"><hh:heading type="OUTLINE" idRef="0" level="1"/></hh:paraPr>'
    '<hh:paraPr id="4"><hh:heading type="NUMBER" idRef="1" level="0"/></hh:paraPr>'
    '<hh:paraPr id="5"><hh:heading type="NUMBER" idRef="1" level="1"/></hh:paraPr>'
    '<hh:paraPr id="6"><hh:heading type="OUTLINE" idRef="0" level="0"/></hh:paraPr>'
    '<hh:paraPr id="7"><hh:heading type="BULLET" idRef="1" level="0"/></hh:paraPr></hh:paraProperties>'
    '<hh:styles><hh:style id="0" type="PARA" name="바탕글" engName="Normal"/>'
    '<hh:style id="1" type="PARA" name="개요 1" engName="Outline 1"/>'
    '<hh:style id="2" type="PARA" name="개요 2" engName="Outline 2"/></hh:styles></hh:refList></hh:head>'
)


@pytest.fixture
def make_hwpx() -> Callable[..., bytes]:
    """Build an HWPX from the inner XML of its sections (prefixes: hp, hs)."""

    def make(*sections: str, title: str = "", extra: dict[str, str] | None = None) -> bytes:
        names = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section"'
        files = {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": f'<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:metadata><opf:title>{title}'
            "</opf:title></opf:metadata></opf:package>",
            "Contents/header.xml": HWPX_HEADER,
            **{f"Contents/section{n}.xml": f"<hs:sec {names}>{body}</hs:sec>" for n, body in enumerate(sections)},
            **(extra or {}),
        }
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return out.getvalue()

    return make


@pytest.fixture
def make_pdf() -> Callable[..., bytes]:
    """Build a PDF: each page is a list of (x, y, text) or (x, y, text, size), in points from the lower left."""
    pytest.importorskip("reportlab", reason="reportlab makes the PDFs of these tests")
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))  # every syllable is 1 em wide

    def make(
        *pages: Sequence[tuple[float, float, str] | tuple[float, float, str, float]],
        title: str = "",
        outline: Sequence[tuple[str, int, int, float]] = (),
        password: str = "",
    ) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(
            out, pagesize=(400, 600), invariant=1, encrypt=StandardEncryption(password) if password else None
        )
        if title:
            canvas.setTitle(title)
        for number, lines in enumerate(pages):
            for x, y, text, *size in lines:
                canvas.setFont("HYSMyeongJo-Medium", size[0] if size else 10)
                canvas.drawString(x, y, text)
            for name, level, page, top in outline:
                if page == number:
                    canvas.bookmarkPage(name, fit="XYZ", left=0, top=top)
                    canvas.addOutlineEntry(name, name, level)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    return make
