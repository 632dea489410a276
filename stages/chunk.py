"""chunk: documents to passages within a token budget."""

from pathlib import Path

from stages import Opt, run


def main(documents: Opt[Path], chunks: Opt[Path], metrics: Opt[Path]) -> None:
    """Cut the documents table into the chunks table and count what came of it."""
    from onggi.chunking import ChunkParams, chunks_of
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Chunk, Document

    params = ChunkParams.load()
    tables.write(chunks, Chunk, chunks_of(tables.read(documents, Document), params))
    sizes = tables.column(chunks, Chunk, "n_tokens")
    write_json(
        metrics,
        {
            "chunks": len(sizes),
            "tokens": sum(sizes),
            "mean_tokens": round(sum(sizes) / max(1, len(sizes)), 1),
            "max_tokens": max(sizes, default=0),
        },
    )


if __name__ == "__main__":
    run(main)
