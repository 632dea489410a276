"""Pages that are pictures, read by Tesseract where it is installed (https://github.com/tesseract-ocr/tesseract)."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest
from statistics import fmean

import pypdfium2

from onggi.documents.ocr import PROGRAM, Ocr
from onggi.documents.pdf.lines import Run

_POINTS = 72  # an inch
_MOST_PIXELS = 40_000_000  # of a page; larger ones are drawn smaller
_SECONDS = 120  # that a page may take
_ONE_COLUMN = "4"  # of lines of any size; where Tesseract looks for more, it loses up to nine lines of ten
_GUTTER = 1.5  # of the height of letters, between two words of one line that stand in different columns
_ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}  # files are read in parallel already


@dataclass(frozen=True, slots=True)
class Recognised:
    """The lines of a page as runs, and the mean confidence of its words, 0 to 100."""

    runs: tuple[Run, ...]
    confidence: float


def recognised(page: pypdfium2.PdfPage, settings: Ocr) -> Recognised | None:
    """Read a page as a picture; None where Tesseract fails or is less sure of it than asked."""
    width, height = page.get_size()
    scale = min(settings.dpi / _POINTS, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    command = [PROGRAM, "stdin", "stdout", "-l", settings.languages, "--dpi", str(round(scale * _POINTS))]
    command += [
        "--psm",
        _ONE_COLUMN,
        "-c",
        "preserve_interword_spaces=1",
        "tsv",
        "txt",
    ]  # the text alone has Korean words apart
    environment = {**os.environ, **_ONE_THREAD}
    try:
        done = subprocess.run(
            command, input=_picture(page, scale), capture_output=True, timeout=_SECONDS, check=True, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = done.stdout.decode("utf-8", "replace").splitlines()
    words = list(_words(said))
    confidence = fmean(word.confidence for word in words) if words else 0.0
    if confidence < settings.min_confidence:
        return None
    spaced = {_squeezed(line): line for line in said}
    pieces = [piece for _, line in groupby(words, key=lambda word: word.line) for piece in _pieces(list(line), spaced)]
    runs = (_run(found, text, at, scale, height) for at, (found, text) in enumerate(pieces))
    return Recognised(tuple(runs), confidence)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: tuple[str, ...]
    left: int
    top: int
    width: int
    height: int
    confidence: float


def _words(said: list[str]) -> Iterator[_Word]:
    """Yield the words of Tesseract's TSV: level, page, block, paragraph, line, word, box, confidence, text."""
    for row in said:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0].isdecimal() and cells[11].strip() and float(cells[10]) >= 0:
            left, top, width, height = map(int, cells[6:10])
            yield _Word(cells[11].strip(), tuple(cells[1:5]), left, top, width, height, float(cells[10]))


def _pieces(words: list[_Word], spaced: dict[str, str]) -> Iterator[tuple[list[_Word], str]]:
    """Yield the words of a line, those of each column apart, with their text.

    The table cuts Korean into syllables. The text has its words, and is found by what it is without spaces.
    """
    line = " ".join(word.text for word in words)
    rest = spaced.get(_squeezed(line), line)
    piece: list[_Word] = []
    for word, after in zip_longest(words, words[1:]):
        piece.append(word)
        if after is None or after.left - word.left - word.width > _GUTTER * max(word.height, after.height):
            text, rest = _cut(rest, sum(len(_squeezed(one.text)) for one in piece))
            yield piece, " ".join(text.split())
            piece = []


def _cut(text: str, count: int) -> tuple[str, str]:
    """Cut a text after so many characters that are no spaces."""
    for at, character in enumerate(text, 1):
        count -= not character.isspace()
        if not count:
            return text[:at], text[at:]
    return text, ""


def _run(words: list[_Word], text: str, order: int, scale: float, height: float) -> Run:
    bottom = max(word.top + word.height for word in words) / scale
    tall = max(word.height for word in words) / scale
    left, right = words[0].left / scale, max(word.left + word.width for word in words) / scale
    return Run(text, left, right, height - bottom, tall, order=order)


def _squeezed(text: str) -> str:
    """Return a text without its spaces: the same for a line in the table, cut into syllables, and in the text."""
    return "".join(text.split())


def _picture(page: pypdfium2.PdfPage, scale: float) -> bytes:
    """Return the page as a grey picture in PGM."""
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        rows = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]
        return b"P5 %d %d 255\n%b" % (bitmap.width, bitmap.height, rows.tobytes())
    finally:
        bitmap.close()
