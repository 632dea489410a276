"""A page of a PDF as a picture, with some of its text marked."""

import ctypes
import io
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageDraw

LONGEST_SIDE = 1600
"""Pixels; a page may claim to be a mile wide."""

_MARK = (255, 210, 0, 90)
_MARGIN = 2

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""


@dataclass(frozen=True, slots=True)
class _Characters:
    """The characters of a page but white space, and the box of each."""

    text: str
    boxes: list[Box]


def marked_page(data: bytes, number: int, text: str) -> bytes:
    """Return a page, counted from 1, as PNG; the lines and cells of ``text`` that stand on it are marked.

    They are looked for by their characters, white space aside. Nothing is returned where none is found.
    """
    with pypdfium2.PdfDocument(data) as document:
        page = document[number - 1]
        boxes = list(_boxes(_characters(page), text))
        if not boxes:
            return b""
        picture = page.render(scale=LONGEST_SIDE / max(page.get_size())).to_pil().convert("RGBA")
        corners = [(_pixel(page, picture, *box[:2]), _pixel(page, picture, *box[2:])) for box in boxes]
    marks = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(marks)
    for (x0, y0), (x1, y1) in corners:  # of a page that is shown on its side, in any order
        box = (min(x0, x1) - _MARGIN, min(y0, y1) - _MARGIN, max(x0, x1) + _MARGIN, max(y0, y1) + _MARGIN)
        draw.rectangle(box, fill=_MARK)
    out = io.BytesIO()
    Image.alpha_composite(picture, marks).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _pixel(page: pypdfium2.PdfPage, picture: Image.Image, x: float, y: float) -> tuple[int, int]:
    """Return where a point of a page is in its picture."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, *picture.size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value


def _characters(page: pypdfium2.PdfPage) -> _Characters:
    told, boxes = [], []
    textpage = page.get_textpage()
    left, right, bottom, top = sides = [ctypes.c_double() for _ in range(4)]
    for place in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, place)
        character = chr(code) if code < 0x110000 else ""
        if character.isspace() or not character:
            continue
        if pdfium.FPDFText_GetCharBox(textpage, place, *map(ctypes.byref, sides)):
            told.append(character)
            boxes.append((left.value, bottom.value, right.value, top.value))
    return _Characters("".join(told), boxes)


def _boxes(characters: _Characters, text: str) -> Iterator[Box]:
    """Yield a box around each run of characters on one line that is a line or a cell of the text."""
    start = 0
    for part in text.replace(" | ", "\n").split("\n"):
        bare = "".join(part.split())
        found = characters.text.find(bare, start) if bare else -1
        if found < 0 and bare:
            found = characters.text.find(bare)
        if found >= 0:
            start = found + len(bare)
            yield from _lines(characters.boxes[found:start])


def _lines(boxes: list[Box]) -> Iterator[Box]:
    """Join the boxes of characters that follow one another on a line."""
    run = boxes[0]
    for box in boxes[1:]:
        if box[1] < run[3] and run[1] < box[3] and box[0] >= run[0]:
            run = (run[0], min(run[1], box[1]), max(run[2], box[2]), max(run[3], box[3]))
        else:
            yield run
            run = box
    yield run
