import pytest

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Hit, Source
from onggi.evaluation import runs
from onggi.truth.relevance import ChunkIndex, Target

INDEX = ChunkIndex.of(
    Chunk(f"{d}#{s}-{s + 5}", d, s, s + 5, "가나다라마", 3, "") for d in ("a", "b", "c") for s in (0, 5)
)


def test_reads_the_wanted_questions_in_the_order_of_the_rank(tmp_path):
    rows = [
        Hit("q1", "b#0-5", 1, 2.0, [Source("bm25", 1, 9.0)]),
        Hit("q1", "a#0-5", 2, 2.0),
        Hit("q2", "c#0-5", 1, 1.0),
    ]
    tables.write(tmp_path / "run.parquet", Hit, rows)
    assert runs.read(tmp_path / "run.parquet", ["q1"], INDEX) == {"q1": [("b#0-5", 2.0), ("a#0-5", 2.0)]}


def test_a_chunk_that_does_not_exist_is_named(tmp_path):
    tables.write(tmp_path / "run.parquet", Hit, [Hit("q1", "z#0-5", 1, 2.0)])
    with pytest.raises(TableError, match=r"run\.parquet: q1 names chunk 'z#0-5', which is not in the chunks table"):
        runs.read(tmp_path / "run.parquet", ["q1"], INDEX)


def test_a_chunk_twice_is_refused(tmp_path):
    tables.write(tmp_path / "run.parquet", Hit, [Hit("q1", "a#0-5", 1, 2.0), Hit("q1", "a#0-5", 2, 1.0)])
    with pytest.raises(TableError, match="q1 names a chunk twice"):
        runs.read(tmp_path / "run.parquet", ["q1"], INDEX)


def test_a_document_stands_where_its_best_chunk_stands():
    run = {"q": [("b#5-10", 3.0), ("a#0-5", 2.0), ("b#0-5", 2.0), ("c#0-5", 1.0)]}
    target = Target("q", "document", (frozenset({"c"}),))
    assert runs.ranking(target, run, INDEX) == ["b", "a", "c"]
    assert runs.first_relevant(target, ["b", "a", "c"]) == 3


def test_chunks_keep_their_order_and_a_missing_question_has_none():
    run = {"q": [("b#5-10", 3.0), ("b#0-5", 2.0)]}
    target = Target("q", "chunk", (frozenset({"a#0-5"}),))
    assert runs.ranking(target, run, INDEX) == ["b#5-10", "b#0-5"]
    assert runs.first_relevant(target, ["b#5-10", "b#0-5"]) is None
    assert runs.ranking(Target("other", "chunk", target.parts), run, INDEX) == []
