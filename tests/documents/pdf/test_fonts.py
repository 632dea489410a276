"""Fonts that a PDF names and does not hold: whatever the machine has, the same is read."""

from collections.abc import Callable

from onggi.documents.blocks import Joined

Read = Callable[[str, bytes], Joined]
Make = Callable[..., bytes]


def test_text_drawn_syllable_by_syllable_is_kept(make_pdf: Make, read: Read) -> None:
    """Without any font for them PDFium drops texts of one glyph: they are 0 points wide."""
    data = make_pdf([(50 + 10 * at, 500, syllable) for at, syllable in enumerate("장독대안내")])
    assert read(".pdf", data).text == "장독대안내"


def test_cells_of_one_glyph_stay_in_their_row(make_pdf: Make, read: Read) -> None:
    data = make_pdf([(50, 500, "대상"), (150, 500, "값"), (250, 500, "漢"), (350, 500, "1")])
    assert read(".pdf", data).text == "대상 | 값 | 漢 | 1"


def test_the_fonts_of_this_machine_are_not_asked(make_pdf: Make) -> None:
    """Every syllable has the box of the one glyph, which no real font gives to all."""
    import ctypes

    import pypdfium2
    import pypdfium2.raw as pdfium

    from onggi.documents.pdf import fonts

    fonts.install()
    document = pypdfium2.PdfDocument(make_pdf([(50, 500, "그뷁")]))
    text = document[0].get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    boxes = []
    for index in range(text.count_chars()):
        pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        boxes.append((round(left.value, 1), round(right.value, 1)))
    document.close()
    assert boxes == [(50.5, 59.0), (60.5, 69.0)]
