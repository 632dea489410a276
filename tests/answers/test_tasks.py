from pathlib import Path

import pytest

from onggi.answers.reader import Task
from onggi.answers.tasks import tasks
from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Hit, Question

CHUNKS = [
    Chunk(f"{name}#0-2", name, 0, 2, text, 1, "") for name, text in (("a", "장독"), ("b", "시루"), ("c", "뚝배기"))
]
A, B, C = CHUNKS
ASKED = [Question(query_id, "?", "", [], [], "gold", "test") for query_id in ("q1", "q2", "q3")]


@pytest.fixture
def chunks(tmp_path: Path) -> Path:
    tables.write(tmp_path / "chunks.parquet", Chunk, CHUNKS)
    return tmp_path / "chunks.parquet"


def run_of(folder: Path, *hits: tuple[str, str]) -> Path:
    rows = []
    for query_id, chunk_id in hits:
        rank = 1 + sum(row.query_id == query_id for row in rows)
        rows.append(Hit(query_id, chunk_id, rank, 1 / rank))
    tables.write(folder / "hybrid.parquet", Hit, rows)
    return folder / "hybrid.parquet"


def test_each_question_with_its_first_chunks(tmp_path: Path, chunks: Path) -> None:
    hits = ("q1", B.chunk_id), ("q1", A.chunk_id), ("q1", C.chunk_id), ("q2", C.chunk_id), ("q9", A.chunk_id)
    found = list(tasks(ASKED, run_of(tmp_path, *hits), chunks, 2))
    assert found == [Task(ASKED[0], [B, A]), Task(ASKED[1], [C]), Task(ASKED[2], [])]


def test_a_run_that_names_a_chunk_which_is_not_there_is_one_line(tmp_path: Path, chunks: Path) -> None:
    run = run_of(tmp_path, ("q1", A.chunk_id), ("q1", "a#0-9"))
    with pytest.raises(TableError) as caught:
        list(tasks(ASKED, run, chunks, 5))
    what = f"{run}: names the chunk 'a#0-9', which {chunks} lacks"
    assert str(caught.value) == f"{what}; run `dvc repro answer`, which searches again"
    assert len(list(tasks(ASKED, run, chunks, 1))) == 3  # what is not read need not be there
