"""Chunks to terms or vectors, by whatever encoder a model folder holds."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from onggi.core import tables
from onggi.core.digests import files_digest
from onggi.core.schema import Chunk
from onggi.index.encoded import Encoded
from onggi.index.passages import passages
from onggi.models.params import EmbedParams
from onggi.models.tokenizer import MANIFEST, Tokenizer


def encode(name: str, chunks: Path, model: Path, params: EmbedParams, out: Path) -> None:
    """Encode a chunks table and write what comes of it, block by block.

    Raises
    ------
    ModelError
        The folder ``model`` holds no encoder.
    """
    chunk_ids = tables.column(chunks, Chunk, "chunk_id")
    identity = files_digest(model)
    if is_tokenizer(model):
        terms = Tokenizer.load(model).terms(passages(chunks))
        Encoded.write_terms(out, name, identity, chunk_ids, terms)
    else:
        from onggi.models.joined import open_embedder

        blocks = open_embedder(model, params).passage_blocks(passages(chunks))
        Encoded.write_vectors(out, name, params.model_dump(), identity, chunk_ids, blocks)


def query_encoder(model: Path, settings: dict[str, Any]) -> Callable[[Sequence[str]], Any]:
    """Return what makes of queries the terms or vectors that an index over the same encoder is asked with.

    Parameters
    ----------
    settings
        How the chunks were encoded (see `onggi.index.base.IndexCard`).
    """
    if is_tokenizer(model):
        tokenizer = Tokenizer.load(model)
        return lambda texts: list(tokenizer.terms(texts))
    from onggi.models.joined import open_embedder

    return open_embedder(model, EmbedParams.model_validate(settings)).queries


def is_tokenizer(model: Path) -> bool:
    """Tell whether a model folder holds a tokenizer rather than a network."""
    return (model / MANIFEST).is_file()
