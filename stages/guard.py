"""guard: a set of another domain, asked of every index and system."""

from pathlib import Path

from stages import Opt, run


def main(
    documents: Opt[Path], questions: Opt[Path], models: Opt[Path], inputs: Opt[Path], prompts: Opt[Path],
    out: Opt[Path],
) -> None:  # fmt: skip
    """Read, cut, index and ask the set, and compare its documents with those of the corpus; QUESTIONS are the corpus's.

    Nothing that is trained, mined or measured elsewhere reads what this writes.
    """
    import tempfile

    from onggi.chunking import ChunkParams, chunks_of
    from onggi.core import tables
    from onggi.core.outs import replacing, write_json
    from onggi.core.schema import Chunk, Document, Question
    from onggi.documents import IngestParams, read_corpus
    from onggi.index.params import Indexes
    from onggi.models.params import EmbedParams, Encoders
    from onggi.search.elsewhere import Elsewhere
    from onggi.search.inputs import Inputs
    from onggi.search.retriever import Query, SearchParams
    from onggi.search.spec import Systems
    from onggi.search.system import build
    from onggi.search.workspace import Workspace
    from onggi.truth import guard
    from onggi.truth.guard import GuardParams
    from onggi.truth.split import SplitParams

    path, ingest, cut = GuardParams.load().folder, IngestParams.load(), ChunkParams.load()
    indexes, systems, depth = Indexes.load(), Systems.load(), SearchParams.load().depth
    embed, encoders, threshold = EmbedParams.load(), Encoders.load(), SplitParams.load().near_duplicate
    with replacing(out) as folder, tempfile.TemporaryDirectory() as scratch:
        folder.mkdir()
        if path is None:
            write_json(folder / guard.CARD, {"reason": guard.ABSENT})
            return
        held, chunks = Path(scratch, "documents.parquet"), folder / guard.CHUNKS
        read = read_corpus(path / guard.CORPUS, ingest.model_copy(update={"on_error": "fail"}))
        tables.write(held, Document, (found for found in read if isinstance(found, Document)))
        asked = guard.questions(path, set(tables.column(held, Document, "doc_id")))
        tables.write(folder / guard.QUESTIONS, Question, asked)
        tables.write(chunks, Chunk, chunks_of(tables.read(held, Document), cut))
        queries = [Query(question.query_id, question.text) for question in asked]
        there = Elsewhere(chunks, models, Path(scratch), folder / guard.RUNS, queries, depth)
        there.search_indexes(indexes, lambda encoder: encoders.settings(encoder, embed))
        for name in systems:
            described = Inputs.read(inputs / f"{name}.json")
            parts = Workspace(models, there.indexes, there.runs, chunks, questions, prompts, described)
            there.search_system(name, lambda: build(described.spec, parts, depth))  # noqa: B023 (asked at once)
        own, others = (tables.columns(table, Document, "doc_id", "text") for table in (held, documents))
        sizes = {"documents": tables.count(held, Document), "chunks": tables.count(chunks, Chunk)}
        in_corpus = guard.known(own, others, threshold)
        write_json(folder / guard.CARD, guard.card({"queries": len(asked)} | sizes, in_corpus, there.left_out))


if __name__ == "__main__":
    run(main)
