"""PDF: characters with their places on the page, put together again to what a person reads."""

from collections import Counter
from dataclasses import replace
from statistics import fmean

import pypdfium2

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content
from onggi.documents.ocr import Ocr, available
from onggi.documents.pdf import fonts
from onggi.documents.pdf.margins import without_margins
from onggi.documents.pdf.ocr import recognised
from onggi.documents.pdf.outline import headings
from onggi.documents.pdf.pages import Page, page
from onggi.documents.pdf.paragraphs import Layout
from onggi.documents.pdf.reading import items
from onggi.documents.pdf.titles import title

_NO_OCR = Ocr()

fonts.install()


def read(data: bytes, where: str, settings: Ocr = _NO_OCR) -> Content:
    """Read the text of a PDF; its outline, if its titles are found on the pages, gives the headings.

    The pages are kept in the blocks (see `Block.places`). Left out, and counted: running heads and feet, page numbers,
    watermarks, and what is written in fonts that do not tell which characters they hold. Pages without text that can be
    read are recognised by Tesseract if ``settings`` ask for it and it is installed; ``meta`` then holds the mean
    confidence of their words.

    Raises
    ------
    DocumentError
        The file is encrypted, truncated, or no PDF.
    """
    if b"%PDF-" not in data[:1024]:
        raise DocumentError(where, "is no PDF", "save it again, or give it the extension of its format")
    if b"%%EOF" not in data[-2048:]:
        raise DocumentError(where, "is truncated (its end mark %%EOF is missing)", "copy it again")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise DocumentError(where, "is encrypted", "save it without a password") from None
        raise DocumentError(where, f"is damaged ({error})", "copy or save it again") from error
    try:
        pages = [_page(document, number) for number in range(len(document))]
        sure: list[float] = []
        if settings.use and available():
            pages = [_recognised(document, one, settings, sure) for one in pages]
        kept, removed = without_margins(pages)
        removed.update(_missing(pages))
        meta = {"ocr_pages": str(len(sure)), "ocr_confidence": f"{fmean(sure):.1f}"} if sure else {}
        lines = [items(one) for one in kept]
        layout = Layout(lines, headings(document, lines), _labels(document))
        return Content(layout.blocks(), title(document.get_metadata_value("Title"), lines), meta, removed)
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, number: int) -> Page:
    source = document[number]
    try:
        return page(source, number + 1)
    finally:
        source.close()


def _recognised(document: pypdfium2.PdfDocument, read: Page, settings: Ocr, sure: list[float]) -> Page:
    """Return a page as Tesseract reads it, if it has no text of its own; its confidence is added to ``sure``."""
    if read.runs and not read.is_unreadable:
        return read
    source = document[read.number - 1]
    try:
        width, height = source.get_size()
        found = recognised(source, settings)
    finally:
        source.close()
    if found is None:
        return read
    sure.append(found.confidence)
    return replace(read, width=width, height=height, runs=found.runs, tables={}, boxes={}, left_out=Counter())


def _missing(pages: list[Page]) -> Counter[str]:
    """Count what could not be read."""
    return Counter(
        {
            "pages of unreadable glyphs": sum(one.is_unreadable for one in pages),
            "pages without text": sum(not one.runs and not one.is_unreadable for one in pages),
            "watermarks": sum(one.left_out["aslant"] > 0 for one in pages),
        }
    )


def _labels(document: pypdfium2.PdfDocument) -> list[str]:
    """Return the label of each page where it says more than the number."""
    labels = [document.get_page_label(at) or "" for at in range(len(document))]
    return ["" if label == str(at) else label for at, label in enumerate(labels, 1)]
