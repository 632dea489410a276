"""The few texts that a table of millions is read for."""

from collections.abc import Collection, Mapping
from pathlib import Path

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Document, Evidence


def of_chunks(path: Path, chunk_ids: Collection[str]) -> dict[str, str]:
    """Return the texts of some chunks.

    Raises
    ------
    TableError
        The table cannot be read or lacks a chunk.
    """
    return _all_of(path, chunk_ids, {c.chunk_id: c.text for c in tables.read(path, Chunk) if c.chunk_id in chunk_ids})


def of_documents(path: Path, doc_ids: Collection[str]) -> dict[str, str]:
    """Return the texts of some documents (see `of_chunks`)."""
    return _all_of(path, doc_ids, {d.doc_id: d.text for d in tables.read(path, Document) if d.doc_id in doc_ids})


def quote(evidence: Evidence, document_texts: Mapping[str, str]) -> str:
    """Return the text of a piece of evidence; of a whole document, all of it."""
    return document_texts[evidence.doc_id][evidence.start : evidence.end]


def _all_of(path: Path, ids: Collection[str], texts: dict[str, str]) -> dict[str, str]:
    missing = sorted(set(ids) - texts.keys())
    if missing:
        raise TableError(path, f"lacks {missing[0]!r}, which a run, an answer or a question names", "run `dvc repro`")
    return texts
