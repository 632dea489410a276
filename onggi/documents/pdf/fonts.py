"""A font for PDFs that do not hold their own: the same one on every machine.

For a font that is not in the file PDFium takes one of the machine, and tells lines apart by its glyphs. Where no
Korean one is installed they are 0 points wide, and text that was drawn syllable by syllable is dropped. Which
characters a PDF holds, and how far apart they stand, does not depend on the font: for reading, any glyph does.
"""

import ctypes
import struct
from typing import Any

import pypdfium2.raw as pdfium

_EM = 1000
_BOX = 50, -120, 900, 860  # of a Hangul syllable: left, bottom, right, top
_CHARSETS = {128, 129, 130, 134, 136}  # of Windows: Japanese, Korean (129, 130), Chinese (134, 136)
_HANDLE = 1


def _font() -> bytes:
    """Return a TrueType font in which every character is a box as large as a Hangul syllable."""
    left, bottom, right, top = _BOX
    glyph = struct.pack(">5h2H4B", 1, *_BOX, 3, 0, 1, 1, 1, 1)  # one contour, of points 0 to 3, all on the curve
    glyph += struct.pack(">8h", left, 0, right - left, 0, bottom, top - bottom, 0, bottom - top)  # steps in x, in y
    tables = {
        # Of characters 0 to 0x2FFFF each has glyph 1 (format 13); glyph 0, of those that are lacking, is empty.
        b"cmap": struct.pack(">4HI2H6I", 0, 1, 3, 10, 12, 13, 0, 28, 0, 1, 0, 0x2FFFF, 1),
        b"glyf": glyph,
        b"head": struct.pack(">4I2H2q4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, *_BOX, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, top, bottom, 0, _EM, left, 0, right, 1, *[0] * 7, 2),
        b"hmtx": struct.pack(">HhHh", _EM, 0, _EM, left),
        b"loca": struct.pack(">3H", 0, 0, len(glyph) // 2),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 4, 1, 0, 0, 2, *[0] * 8),
    }
    directory = struct.pack(">I4H", 0x10000, len(tables), 64, 2, len(tables) * 16 - 64)
    start = len(directory) + 16 * len(tables)
    content = b""
    for name, table in tables.items():
        directory += name + struct.pack(">3I", 0, start + len(content), len(table))  # nobody checks the sums
        content += table + bytes(-len(table) % 4)
    return directory + content


def _map_font(_: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> int | None:
    return _HANDLE if charset in _CHARSETS else None  # others have glyphs inside PDFium


def _font_data(_: Any, handle: int, table: int, buffer: Any, size: int) -> int:
    """Copy the whole font, or say how large it is; single tables are not asked for where there are none."""
    if table:
        return 0
    if buffer and size >= len(_FONT):
        ctypes.memmove(buffer, _FONT, len(_FONT))
    return len(_FONT)


def _fonts() -> pdfium.FPDF_SYSFONTINFO:
    """Return what PDFium asks for fonts."""
    info = pdfium.FPDF_SYSFONTINFO(version=2)
    kinds = dict(pdfium.FPDF_SYSFONTINFO._fields_)
    callbacks = {
        "Release": lambda _: None,
        "MapFont": _map_font,
        "GetFont": lambda _, face: None,
        "GetFontData": _font_data,
        "GetFaceName": lambda _, handle, buffer, size: 0,
        "GetFontCharset": lambda _, handle: 129,
        "DeleteFont": lambda _, handle: None,
    }
    for name, callback in callbacks.items():
        setattr(info, name, kinds[name](callback))
    return info


_FONT = _font()
_INFO = _fonts()  # PDFium keeps its address


def install() -> None:
    """Have PDFium read every PDF with this font in place of those of the machine."""
    pdfium.FPDF_SetSystemFontInfo(_INFO)
