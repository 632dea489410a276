"""embed: a vector for every chunk, and a FAISS index over them."""

from pathlib import Path

from stages import run


def main(chunks: Path, model: Path, index: Path) -> None:
    """Encode the chunks table and index the vectors."""
    from onggi.core import tables
    from onggi.core.schema import Chunk
    from onggi.index.dense import DenseIndex
    from onggi.index.passages import passages
    from onggi.models.embedder import Embedder
    from onggi.models.params import EmbedParams

    params = EmbedParams.load()
    vectors = Embedder(model, params).passages(list(passages(chunks)))
    chunk_ids = tables.column(chunks, Chunk, "chunk_id")
    DenseIndex.build(vectors, chunk_ids, params.index, params.model_dump()).save(index)


if __name__ == "__main__":
    run(main)
