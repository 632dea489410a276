"""Pages that are pictures, with what Tesseract would say of them."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from onggi.documents import ocr as program
from onggi.documents import pdf
from onggi.documents.pdf import ocr

Draw = Callable[..., bytes]
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
ROWS = [
    "1\t1\t0\t0\t0\t0\t0\t0\t1111\t1667\t-1\t",
    "5\t1\t1\t1\t1\t1\t100\t100\t90\t30\t91.5\t장독대",
    "5\t1\t1\t1\t1\t2\t194\t100\t25\t30\t90\t와",
    "5\t1\t1\t1\t1\t3\t240\t100\t60\t30\t88.5\t안내",
    "5\t1\t1\t1\t2\t1\t100\t300\t60\t30\t90\t본문",
    "5\t1\t1\t1\t2\t2\t700\t300\t60\t30\t90\t곁글",
    "장독대와  안내",
    "본문          곁글",
    "\f",
]


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stand in for the program; returns its commands."""
    asked: list[Any] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append((command, options["input"][:2]))
        return subprocess.CompletedProcess(command, 0, "\n".join([HEAD, *ROWS]).encode())

    monkeypatch.setattr(program.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(ocr.subprocess, "run", run)
    return asked


def picture(canvas: Any) -> None:
    canvas.rect(50, 50, 300, 500)


def written(canvas: Any) -> None:
    canvas.drawString(50, 500, "글이 있는 쪽")


def test_pages_without_text_are_read_where_it_is_asked_for(draw: Draw, tesseract: list[Any]) -> None:
    content = pdf.read(draw(written, picture), "가.pdf", program.Ocr(use=True))
    assert [block.text for block in content.blocks] == ["글이 있는 쪽", "장독대와 안내", "본문 | 곁글"]
    assert content.meta == {"ocr_pages": "1", "ocr_confidence": "90.0"}
    assert content.removed["pages without text"] == 0
    (command, start) = tesseract[0]
    assert command[:5] == ["tesseract", "stdin", "stdout", "-l", "kor+eng"]
    assert start == b"P5"


def test_they_are_left_out_where_it_is_not(draw: Draw, tesseract: list[Any]) -> None:
    assert pdf.read(draw(picture), "가.pdf").removed["pages without text"] == 1
    assert not tesseract


def test_what_is_not_sure_enough_is_left_out(draw: Draw, tesseract: list[Any]) -> None:
    content = pdf.read(draw(picture), "가.pdf", program.Ocr(use=True, min_confidence=95))
    assert list(content.blocks) == []
    assert content.meta == {}


def test_a_page_that_tesseract_gives_up_on_is_left_out(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: Any) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(program.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(ocr.subprocess, "run", run)
    assert pdf.read(draw(picture), "가.pdf", program.Ocr(use=True)).removed["pages without text"] == 1
