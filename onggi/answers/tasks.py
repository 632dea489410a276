"""Tasks for a reader: questions with the chunks that a run retrieved for them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from onggi.answers.reader import Task
from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Hit, Question


def tasks(questions: Sequence[Question], run: Path, chunks: Path, contexts: int) -> Iterator[Task]:
    """Yield each question with the first ``contexts`` chunks of a run, in the order of the questions.

    Of the chunks only those that are read are held.

    Raises
    ------
    TableError
        A table cannot be read, or the run names a chunk that the chunks table lacks.
    """
    ids = {question.query_id for question in questions}
    read: dict[str, list[str]] = {query_id: [] for query_id in ids}
    for hit in tables.read(run, Hit):
        if hit.query_id in ids and hit.rank <= contexts:
            read[hit.query_id].append(hit.chunk_id)
    wanted = {chunk_id for chunk_ids in read.values() for chunk_id in chunk_ids}
    held = {chunk.chunk_id: chunk for chunk in tables.read(chunks, Chunk) if chunk.chunk_id in wanted}
    if missing := sorted(wanted - held.keys()):
        what = f"names the chunk {missing[0]!r}, which {chunks} lacks"
        raise TableError(run, what, "run `dvc repro answer`, which searches again")
    for question in questions:
        yield Task(question, [held[chunk_id] for chunk_id in read[question.query_id]])
