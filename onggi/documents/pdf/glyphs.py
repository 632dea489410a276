"""The characters of a page with their places, as arrays.

Sizes are those on the page: what `FPDFText_GetFontSize` gives times the scale of the text matrix, which many programs
use instead of the size (ISO 32000-1, 9.4.4).
"""

import ctypes
import re
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from onggi.documents.pdf import native
from onggi.documents.pdf.unreadable import unreadable

_BOLD_NAME = re.compile(r"bold|heavy|black|,B$|-B$|headline|견고딕|헤드라인|태고딕", re.IGNORECASE)
_BOLD_WEIGHT = 600
_FILL_AND_STROKE = 2
_IS_WHITE = np.zeros(0x3002, bool)
_IS_WHITE[[0, 9, 10, 11, 12, 13, 32, 0xA0, 0x3000, *range(0x2000, 0x200C)]] = True
_ASLANT = 5  # degrees away from a right angle, from which on text is a stamp or a watermark
_TURNS = 4
_MIN_SIZE = 0.1  # points
_SYMBOLS = re.compile(r"wingdings|webdings|dingbats", re.IGNORECASE)
_BULLET = ord("•")
UNREADABLE = 0xFFFD
"""What stands for characters that cannot be read, so that they take their place."""
_PRIVATE = 0xE000, 0xF8FF
_LATIN_END = 0x250
_MARKS = 0x300, 0x36F
_NOTHING = 0x200B  # a space of no width: no character, and no white space
_SPACE = 0.15  # em, the least that is between words


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The visible characters of a page in the order in which they are drawn, white space between them left out.

    All arrays are as long as there are characters; lengths in points, y upwards, turned so that most text is level.

    Parameters
    ----------
    text : str
        All characters that PDFium gives, white space among them.
    index : ndarray of int
        Where in ``text`` each stands.
    left, right, baseline, size : ndarray of float
    bold : ndarray of bool
    turn : ndarray of int
        Quarter turns against most text of the page.
    frame : Frame
    aslant, unreadable : int
        How many characters are a watermark's, which are left out, and how many of fonts that do not tell which they
        are, which are replaced (see `UNREADABLE`).
    """

    text: str
    index: np.ndarray
    left: np.ndarray
    right: np.ndarray
    baseline: np.ndarray
    size: np.ndarray
    bold: np.ndarray
    turn: np.ndarray
    frame: "Frame"
    aslant: int = 0
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, slots=True)
class Frame:
    """How to turn a page's coordinates so that most of its text is level and its lower left corner is at 0, 0."""

    box: tuple[float, float, float, float] = field(default=(0.0, 0.0, 0.0, 0.0))  # left, bottom, right, top
    quarter: int = 0

    @property
    def width(self) -> float:
        """Width in points, after turning."""
        left, bottom, right, top = self.box
        return top - bottom if self.quarter % 2 else right - left

    @property
    def height(self) -> float:
        """Height in points, after turning."""
        left, bottom, right, top = self.box
        return right - left if self.quarter % 2 else top - bottom

    def points(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Turn points."""
        left, bottom, right, top = self.box
        if self.quarter == 1:
            return y - bottom, right - x
        if self.quarter == 2:
            return right - x, top - y
        if self.quarter == 3:
            return top - y, x - left
        return x - left, y - bottom

    def boxes(self, boxes: np.ndarray) -> np.ndarray:
        """Turn boxes, a row each: left, bottom, right, top."""
        x0, y0 = self.points(boxes[:, 0], boxes[:, 1])
        x1, y1 = self.points(boxes[:, 2], boxes[:, 3])
        return np.stack([np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)], axis=1)


def glyphs(page: pypdfium2.PdfPage) -> Glyphs:
    """Return the characters of a page; its text page is closed."""
    text = page.get_textpage()
    try:
        return _glyphs(native.address(text.raw), text.count_chars(), page.get_cropbox())
    finally:
        text.close()


def _glyphs(text: int, count: int, box: tuple[float, float, float, float]) -> Glyphs:
    codes = native.characters(text, count)
    index = np.flatnonzero(~_IS_WHITE[np.minimum(codes, len(_IS_WHITE) - 1)])
    objects = np.fromiter(map(native.text_object, repeat(text), index.tolist()), np.uint64, len(index))
    index, objects = index[objects > 0], objects[objects > 0]
    if not len(index):
        nothing = np.zeros(0)
        return Glyphs("", index, nothing, nothing, nothing, nothing, nothing, index, Frame(box))
    handles, firsts, which = np.unique(objects, return_index=True, return_inverse=True)
    first = index[firsts].tolist()
    matrix = native.matrices(text, first).astype(np.float64)
    sizes = np.array([native.font_size(text, at) for at in first]) * np.hypot(matrix[:, 2], matrix[:, 3])
    fonts, bold = _fonts(handles.tolist())
    angle = np.degrees(np.arctan2(matrix[:, 1], matrix[:, 0]))
    quarters = np.rint(angle / 90).astype(int)
    aslant = (np.abs(angle - 90 * quarters) > _ASLANT)[which]
    blind = unreadable(codes[index], fonts[which])
    codes[index] = np.where(_is_mark(codes[index], fonts[which]), _BULLET, codes[index])
    codes[index[blind]] = UNREADABLE
    dots = _emphasis(codes[index])
    codes[index[dots]] = _NOTHING
    keep = ~aslant & ~dots
    turns = (quarters % _TURNS)[which]
    most = int(np.bincount(turns[keep], minlength=_TURNS).argmax()) if keep.any() else 0
    frame = Frame(box, most)
    index, which, turns = index[keep], which[keep], turns[keep]
    boxes = frame.boxes(native.loose_boxes(text, index.tolist())[:, [0, 3, 2, 1]].astype(np.float64))
    _, baseline = frame.points(*_origins(text, index, which).T)
    if dots.any():
        _close_up(codes, index, (boxes[1:, 0] - boxes[:-1, 2]) / sizes[which][1:])
    return Glyphs(
        codes.astype("<u4").tobytes().decode("utf-32-le", "replace"),
        index,
        boxes[:, 0],
        boxes[:, 2],
        baseline,
        np.maximum(sizes[which], _MIN_SIZE),
        bold[which],
        (turns - most) % _TURNS,
        frame,
        int(aslant.sum()),
        int(blind.sum()),
    )


def _emphasis(codes: np.ndarray) -> np.ndarray:
    """Tell which characters are dots over a word: marks that combine, drawn by themselves behind it."""
    mark: np.ndarray = (codes >= _MARKS[0]) & (codes <= _MARKS[1])
    if mark.any():
        mark &= np.concatenate([[0], codes[:-1]]) >= _MARKS[0]  # on Latin letters they mean something
    return mark


def _close_up(codes: np.ndarray, index: np.ndarray, gaps: np.ndarray) -> None:
    """Blot out the white space that came with dots between letters that have no gap, in em, between them."""
    for at in np.flatnonzero((np.diff(index) > 1) & (gaps < _SPACE)).tolist():
        between = slice(index[at] + 1, index[at + 1])
        if (codes[between] == _NOTHING).any():
            codes[between] = _NOTHING


def _origins(text: int, index: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return x and y of the origins of characters, ``which`` the text object of each, in points.

    Characters of one text object stand on one line. Where it is level or upright, so that its ends have a coordinate in
    common, all between them have that one, and the other, which tells no baseline, is that of its first.
    """
    starts = np.flatnonzero(np.diff(which, prepend=-1))
    ends = np.append(starts[1:], len(which)) - 1
    first, last = (native.origins(text, index[at].tolist()) for at in (starts, ends))
    places = np.repeat(first, ends - starts + 1, axis=0)
    aslant = np.repeat((first != last).all(axis=1), ends - starts + 1)
    if aslant.any():
        places[aslant] = native.origins(text, index[aslant].tolist())
    return places


def _fonts(objects: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the font of each text object, and whether it is drawn bold; fonts of symbols are 0."""
    fonts = np.array([native.font(found) or 0 for found in objects], np.uint64)
    strokes = np.array([native.render_mode(found) == _FILL_AND_STROKE for found in objects], bool)
    names = {font: _name(font) for font in np.unique(fonts).tolist()}
    heavy = {font: bool(_BOLD_NAME.search(name)) or _weight(font) >= _BOLD_WEIGHT for font, name in names.items()}
    symbols = [font for font, name in names.items() if _SYMBOLS.search(name)]
    bold = strokes | np.isin(fonts, [font for font in heavy if heavy[font]])
    return np.where(np.isin(fonts, symbols), 0, fonts), bold


def _is_mark(codes: np.ndarray, fonts: np.ndarray) -> np.ndarray:
    """Tell which characters are a picture: letters of a font of symbols, and what a font has for private use."""
    private: np.ndarray = (codes >= _PRIVATE[0]) & (codes <= _PRIVATE[1])
    return np.asarray(private | ((fonts == 0) & (codes > ord(" ")) & (codes < _LATIN_END)))


def _name(font: int) -> str:
    if not font:
        return ""
    handle = ctypes.cast(font, pdfium.FPDF_FONT)
    length = pdfium.FPDFFont_GetBaseFontName(handle, None, 0)
    name = ctypes.create_string_buffer(max(length, 1))
    pdfium.FPDFFont_GetBaseFontName(handle, name, length)
    return name.value.decode("utf-8", "replace")


def _weight(font: int) -> int:
    return int(pdfium.FPDFFont_GetWeight(ctypes.cast(font, pdfium.FPDF_FONT))) if font else 0
