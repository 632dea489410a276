"""Formats of office programs of the years before 2007, through LibreOffice where it is installed."""

from onggi.core.errors import DocumentError
from onggi.documents import libreoffice
from onggi.documents.archive import OLE


def docx(data: bytes, where: str) -> bytes:
    """Return a Word document as DOCX.

    Raises
    ------
    DocumentError
        It is none, LibreOffice is not installed, or could not convert it.
    """
    return _converted(data, where, "Word", "doc", "docx")


def pptx(data: bytes, where: str) -> bytes:
    """Return a PowerPoint presentation as PPTX; raises as `docx` does."""
    return _converted(data, where, "PowerPoint", "ppt", "pptx")


def _converted(data: bytes, where: str, program: str, old: str, new: str) -> bytes:
    if not data.startswith(OLE):  # LibreOffice would read it as whatever it takes it for
        raise DocumentError(where, f"is no file of {program}, as its name says", "rename it by what it is")
    save = f"save it as .{new} in {program}"
    if libreoffice.found() is None:
        convert = f"convert it: soffice --headless --convert-to {new} FILE, or {save}, or install LibreOffice"
        raise DocumentError(where, f"is in the old binary format of {program}", convert)
    try:
        return libreoffice.converted(data, old, new)
    except libreoffice.ConversionError as error:
        trust = "raise ingest.max_memory_mb and ingest.max_seconds if you trust the file"
        raise DocumentError(where, f"could not be converted by LibreOffice ({error})", f"{save}, or {trust}") from error
