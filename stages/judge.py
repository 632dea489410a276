"""judge: the answers to the gold test questions against their gold answers and evidence."""

from pathlib import Path

from stages import run


def main(answers: Path, documents: Path, chunks: Path, questions: Path, metrics: Path) -> None:
    """Measure the answers table: strings, abstention, citations and contexts."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Answer, Chunk, Question
    from onggi.evaluation import texts
    from onggi.evaluation.judge import judge, texts_needed
    from onggi.truth.relevance import ChunkIndex

    asked = [q for q in tables.read(questions, Question) if q.origin == "gold" and q.split == "test"]
    given = {answer.query_id: answer for answer in tables.read(answers, Answer)}
    chunk_ids, doc_ids = texts_needed(asked, given)
    write_json(
        metrics,
        judge(
            asked,
            given,
            ChunkIndex.of(tables.read(chunks, Chunk)),
            texts.of_chunks(chunks, chunk_ids),
            texts.of_documents(documents, doc_ids),
        ),
    )


if __name__ == "__main__":
    run(main)
