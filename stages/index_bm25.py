"""index_bm25: a BM25 index over the chunks."""

from pathlib import Path

from stages import run


def main(chunks: Path, user_dictionary: Path, index: Path) -> None:
    """Index the chunks table for BM25; params name the USER_DICTIONARY."""
    from onggi.core import tables
    from onggi.core.schema import Chunk
    from onggi.index.bm25 import Bm25Index, Bm25Params
    from onggi.index.passages import passages

    params = Bm25Params.load()
    chunk_ids = tables.column(chunks, Chunk, "chunk_id")
    Bm25Index.build(passages(chunks), chunk_ids, params).save(index)


if __name__ == "__main__":
    run(main)
