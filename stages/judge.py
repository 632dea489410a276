"""judge: the answers to the gold test questions against their gold answers and evidence."""

from pathlib import Path

from stages import Opt, run


def main(
    answers: Opt[Path], documents: Opt[Path], chunks: Opt[Path], questions: Opt[Path], out: Opt[Path]
) -> None:  # fmt: skip
    """Measure the answers table: strings, abstention, citations and contexts."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Answer, Chunk, Question
    from onggi.evaluation import texts
    from onggi.evaluation.embedded import EmbeddedJudge
    from onggi.evaluation.judge import cases_of, judged, texts_needed
    from onggi.truth.relevance import ChunkIndex

    asked = [q for q in tables.read(questions, Question) if q.origin == "gold" and q.split == "test"]
    given = {answer.query_id: answer for answer in tables.read(answers, Answer)}
    chunk_ids, doc_ids = texts_needed(asked, given)
    cases = cases_of(asked, given, texts.of_chunks(chunks, chunk_ids), texts.of_documents(documents, doc_ids))
    judges = [EmbeddedJudge(ChunkIndex.of(tables.read(chunks, Chunk)))]
    write_json(out, judged(asked, cases, judges))


if __name__ == "__main__":
    run(main)
