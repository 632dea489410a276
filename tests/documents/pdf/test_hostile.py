"""PDFs that are made to do harm: they are read or named, and nothing takes for ever."""

from collections.abc import Callable
from typing import Any

import pytest

from onggi.core.errors import DocumentError
from onggi.documents import pdf

Draw = Callable[..., bytes]


def file(*objects: bytes) -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (count, table, count, len(out))


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (more, len(content), content)


PAGE = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents 4 0 R /Resources <<%s>>>>"


def read(data: bytes) -> list[str]:
    return [block.text for block in pdf.read(data, "가.pdf").blocks]


def test_a_tree_of_pages_that_holds_itself() -> None:
    data = file(b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2>>")
    try:
        assert read(data) == []
    except DocumentError as error:
        assert "damaged" in str(error)
    except Exception as error:
        assert type(error).__name__ == "PdfiumError"


def test_a_form_that_draws_itself() -> None:
    data = file(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        PAGE % b"/XObject <</F 5 0 R>>",
        stream(b"/F Do"),
        stream(
            b"/F Do 0 0 m 9 9 l S",
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</F 5 0 R>>>>",
        ),
    )
    assert read(data) == []


def test_an_outline_that_names_itself_as_its_next_entry() -> None:
    data = file(
        b"<</Type /Catalog /Pages 2 0 R /Outlines 5 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        PAGE % b"",
        stream(b""),
        b"<</Type /Outlines /First 6 0 R /Last 6 0 R /Count 1>>",
        b"<</Title (x) /Parent 5 0 R /Next 6 0 R /First 6 0 R /Dest [3 0 R /Fit]>>",
    )
    assert read(data) == []


def test_a_million_lines_are_a_picture() -> None:
    data = file(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        PAGE % b"",
        stream(b"0 0 m 400 0 l S 0 0 m 0 600 l S\n" * 500_000),
    )
    assert read(data) == []


@pytest.mark.parametrize("size", [(1, 1), (200_000, 200_000)])
def test_pages_of_any_size(draw: Draw, size: tuple[float, float]) -> None:
    def page(canvas: Any) -> None:
        canvas.drawString(0, 0, "글")

    assert read(draw(page, size=size)) == ["글"]


def test_rulings_that_cross_a_thousand_times_are_no_table(draw: Draw) -> None:
    def page(canvas: Any) -> None:
        for at in range(1_000):
            canvas.line(0, at / 2, 400, at / 2)
            canvas.line(at / 3, 0, at / 3, 600)
        canvas.drawString(50, 550, "지도")

    assert read(draw(page)) == ["지도"]
