"""Whether and how pages that are pictures are read by Tesseract (https://github.com/tesseract-ocr/tesseract).

What is decided here needs no reader to be imported; see `onggi.documents.pdf.ocr` for the reading.
"""

import shutil
import subprocess
from dataclasses import dataclass

PROGRAM = "tesseract"


@dataclass(frozen=True, slots=True)
class Ocr:
    """How pages without text are read.

    Parameters
    ----------
    use : bool
        They are, if Tesseract is installed.
    languages : str
        Those of Tesseract, joined by ``+``.
    min_confidence : float
        Mean confidence of a page's words, 0 to 100, below which what was read is left out.
    dpi : int
        Dots an inch at which pages are drawn.
    """

    use: bool = False
    languages: str = "kor+eng"
    min_confidence: float = 60.0
    dpi: int = 300


def available() -> bool:
    """Tell whether Tesseract is installed."""
    return shutil.which(PROGRAM) is not None


def version() -> str:
    """Return what Tesseract says of its version and languages, which decide what it reads; empty where it is absent."""
    if not available():
        return ""
    said = (
        subprocess.run([PROGRAM, option], capture_output=True, check=False) for option in ("--version", "--list-langs")
    )
    return "".join(one.stdout.decode("utf-8", "replace") for one in said)
