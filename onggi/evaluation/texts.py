"""The few texts that a table of millions is read for."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Document, Evidence

Row = TypeVar("Row", Chunk, Document)


def chunks_of(path: Path, chunk_ids: Collection[str]) -> dict[str, Chunk]:
    """Return some chunks by their ids.

    Raises
    ------
    TableError
        The table cannot be read or lacks a chunk.
    """
    return _all_of(path, chunk_ids, {c.chunk_id: c for c in tables.read(path, Chunk) if c.chunk_id in chunk_ids})


def documents_of(path: Path, doc_ids: Collection[str]) -> dict[str, Document]:
    """Return some documents by their ids (see `chunks_of`)."""
    return _all_of(path, doc_ids, {d.doc_id: d for d in tables.read(path, Document) if d.doc_id in doc_ids})


def of_chunks(path: Path, chunk_ids: Collection[str]) -> dict[str, str]:
    """Return the texts of some chunks (see `chunks_of`)."""
    return {chunk_id: chunk.text for chunk_id, chunk in chunks_of(path, chunk_ids).items()}


def of_documents(path: Path, doc_ids: Collection[str]) -> dict[str, str]:
    """Return the texts of some documents (see `chunks_of`)."""
    return {doc_id: document.text for doc_id, document in documents_of(path, doc_ids).items()}


def quote(evidence: Evidence, document_texts: Mapping[str, str]) -> str:
    """Return the text of a piece of evidence; of a whole document, all of it."""
    return document_texts[evidence.doc_id][evidence.start : evidence.end]


def _all_of(path: Path, ids: Collection[str], found: dict[str, Row]) -> dict[str, Row]:
    missing = sorted(set(ids) - found.keys())
    if missing:
        raise TableError(path, f"lacks {missing[0]!r}, which a run, an answer or a question names", "run `dvc repro`")
    return found
