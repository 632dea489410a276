"""PDFs drawn by hand: whatever ReportLab's canvas can do."""

import io
from collections.abc import Callable
from typing import Any

import pytest

FONT = "HYSMyeongJo-Medium"


@pytest.fixture
def draw(make_pdf: Callable[..., bytes]) -> Callable[..., bytes]:
    """Build a PDF: each page is drawn by a function that takes the canvas (400 × 600 points, font of 10 points)."""
    from reportlab.pdfgen.canvas import Canvas

    def drawn(*pages: Callable[[Any], object], size: tuple[float, float] = (400, 600), title: str = "") -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=size, invariant=1)
        if title:
            canvas.setTitle(title)
        for page in pages:
            canvas.setFont(FONT, 10)
            page(canvas)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    return drawn
