"""answer: short answers to the gold test questions, from the chunks one system retrieved."""

from pathlib import Path

from stages import run


def main(questions: Path, chunks: Path, retrieved: Path, answers: Path) -> None:
    """Answer the test questions, those without an answer in the corpus too, from the best chunks of a run."""
    from onggi.answers.extractive import AnswerParams, Finder
    from onggi.core import tables
    from onggi.core.schema import Answer, Chunk, Hit, Question

    params = AnswerParams.load()
    asked = [question for question in tables.read(questions, Question) if question.split == "test"]
    ids = {question.query_id for question in asked}
    hits: dict[str, list[str]] = {}
    for hit in tables.read(retrieved, Hit):
        if hit.query_id in ids and hit.rank <= params.contexts:
            hits.setdefault(hit.query_id, []).append(hit.chunk_id)
    wanted = {chunk_id for found in hits.values() for chunk_id in found}
    by_id = {chunk.chunk_id: chunk for chunk in tables.read(chunks, Chunk) if chunk.chunk_id in wanted}
    contexts = {query_id: [by_id[chunk_id] for chunk_id in found] for query_id, found in hits.items()}
    finder = Finder((chunk.text for chunk in tables.read(chunks, Chunk)), params)
    tables.write(answers, Answer, finder.answers(asked, contexts))


if __name__ == "__main__":
    run(main)
