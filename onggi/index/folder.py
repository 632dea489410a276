"""Indexes as folders: built from encoded chunks, opened again."""

from pathlib import Path

from onggi.index.base import Index, IndexCard
from onggi.index.encoded import Encoded
from onggi.index.params import Bm25Params, IndexParams


def build(encoded: Path, params: IndexParams, folder: Path) -> None:
    """Index encoded chunks and write the index to a folder.

    Raises
    ------
    ModelError
        There are no encoded chunks, or the index is of another kind: BM25 over vectors, FAISS over terms.
    """
    from onggi.core.errors import ModelError

    chunks = Encoded.open(encoded)
    if isinstance(params, Bm25Params) != (chunks.kind == "terms"):
        problem = f"{params.kind} cannot hold the {chunks.kind} of {chunks.encoder}"
        raise ModelError(f"params.yaml: indexes.{folder.name}", problem, "bm25 takes a tokenizer, the others a model")
    if isinstance(params, Bm25Params):
        from onggi.index.bm25 import Bm25Index

        Bm25Index.build(chunks, params).save(folder)
    else:
        from onggi.index.dense import DenseIndex

        DenseIndex.build(chunks, params).save(folder)


def load(folder: Path) -> Index:
    """Open an index of any kind.

    Raises
    ------
    ModelError
        The folder is no index, or damaged.
    """
    card, _ = IndexCard.read(folder)
    if card.params.get("kind") == "bm25":
        from onggi.index.bm25 import Bm25Index

        return Bm25Index.load(folder)
    from onggi.index.dense import DenseIndex

    return DenseIndex.load(folder)
