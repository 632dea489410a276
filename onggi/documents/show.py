"""A chunk as a person reads it, with where it came from; of a PDF also as a picture of its page."""

from pathlib import Path

from onggi.core import tables
from onggi.core.errors import DocumentError, TableError
from onggi.core.places import cited
from onggi.core.schema import Chunk, Document, Origin
from onggi.documents.incremental import stopped
from onggi.documents.sandbox import Budget, Sandbox, Stopped

_MARKED = "onggi.documents.picture:marked_page"


def find(chunks: Path, chunk_id: str) -> Chunk:
    """Return a chunk.

    Raises
    ------
    TableError
        The table cannot be read, or has no such chunk.
    """
    for row in tables.read(chunks, Chunk):
        if row.chunk_id == chunk_id:
            return row
    fix = "copy one from the report or a run: chunks are named after their document and offsets"
    raise TableError(chunks, f"there is no chunk {chunk_id!r}", fix)


def shown(chunk: Chunk) -> str:
    """Return where a chunk stands, its heading, the columns of its table and its text."""
    above = "\n".join(filter(None, [chunk.heading, chunk.columns]))
    return "\n\n".join(filter(None, [cited(chunk.doc_id, chunk.place), above, chunk.text]))


def picture(chunk: Chunk, documents: Path, corpus: Path, budget: Budget) -> bytes:
    """Return the page on which a chunk begins as PNG, its text marked; it is drawn in a child with limits.

    Raises
    ------
    TableError
        The documents table cannot be read.
    DocumentError
        The chunk is of no PDF of the corpus folder, or its text is not found on the page.
    """
    page = _page(chunk, documents)
    file = corpus / chunk.doc_id
    if page is None or not file.is_file():
        raise DocumentError(chunk.doc_id, "has no page to show", "pictures are made of PDF files of the corpus folder")
    start, end = max(chunk.start, page.start), min(chunk.end, page.end)
    text = chunk.text[start - chunk.start : end - chunk.start]
    try:
        with Sandbox(_MARKED, budget) as sandbox:
            drawn = sandbox.result(sandbox.submit(file.read_bytes(), page.number, text))
    except Stopped as error:
        raise stopped(error, str(file), budget) from None
    if not drawn:
        what = f"page {page.number} does not hold the text as the chunk has it"
        raise DocumentError(chunk.doc_id, what, "look it up there: the page is right")
    return drawn


def _page(chunk: Chunk, documents: Path) -> Origin | None:
    """Return the first page that a chunk of a PDF stands on."""
    for doc_id, kind, origins in tables.columns(documents, Document, "doc_id", "format", "origins"):
        if doc_id == chunk.doc_id and kind == "pdf":
            found = (Origin(**origin) for origin in origins)
            return next((o for o in found if o.unit == "page" and o.start < chunk.end and chunk.start < o.end), None)
    return None
