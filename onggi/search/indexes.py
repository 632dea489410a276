"""Indexes on disk as retrievers."""

from pathlib import Path

from onggi.core.digests import files_digest
from onggi.core.errors import ModelError
from onggi.index import folder
from onggi.index.encode import query_encoder
from onggi.search.retriever import IndexRetriever


def open_index(index: Path, models: Path, depth: int) -> IndexRetriever:
    """Return an index on disk, asked through its encoder below ``models``.

    Raises
    ------
    ModelError
        The index or the encoder is missing or damaged, or the encoder is another one than the index was made with.
    """
    opened = folder.load(index)
    card = opened.card
    model = models / card.encoder
    if not model.is_dir():
        raise ModelError(model, f"no such model, and {index} needs it", "run `dvc repro`")
    if files_digest(model) != card.identity:
        raise ModelError(index, f"was made with another {model}", f"run `dvc repro index@{index.name}`")
    return IndexRetriever(opened, query_encoder(model, card.settings), depth)
