from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import ParamsError, TableError
from onggi.core.schema import Hit, Source
from onggi.negatives.candidates import named, pooled
from onggi.negatives.corpus import Corpus
from onggi.negatives.params import MineParams
from tests.negatives.samples import chunk, corpus, params

COUNTS = {"sparse": 2, "dense": 3}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    runs = {
        "sparse": {"q1": ["c02", "c00", "c01"], "q3": ["c01"]},
        "dense": {"q0": ["c03"], "q1": ["c00"], "q2": ["c03", "c02"]},
    }
    for name, run in runs.items():
        rows = [Hit(query, hit, rank, 1 / rank) for query, hits in run.items() for rank, hit in enumerate(hits, 1)]
        tables.write(tmp_path / f"{name}.parquet", Hit, rows)
    return tmp_path


def test_the_candidates_of_each_question_name_the_indexes_that_found_them(folder: Path) -> None:
    found = list(pooled(["q1", "q2", "q3", "q4"], folder, COUNTS, corpus("가", "나", "다", "라")))
    assert found == [
        {"c00": [Source("dense", 1, 1.0), Source("sparse", 2, 0.5)], "c02": [Source("sparse", 1, 1.0)]},
        {"c03": [Source("dense", 1, 1.0)], "c02": [Source("dense", 2, 0.5)]},
        {"c01": [Source("sparse", 1, 1.0)]},
        {},
    ]


def test_the_chunks_that_must_be_read_are_those_within_the_counts(folder: Path) -> None:
    assert named(folder, COUNTS) == {"c00", "c01", "c02", "c03"}
    assert named(folder, {"sparse": 1}) == {"c01", "c02"}


def test_a_chunk_that_is_not_there_is_one_line(folder: Path) -> None:
    with pytest.raises(TableError) as caught:
        list(pooled(["q1", "q2"], folder, COUNTS, corpus("가", "나", "다")))
    assert str(caught.value) == (
        f"{folder / 'dense.parquet'}: names the chunk 'c03', which the chunks table lacks; "
        "run `dvc repro candidates@dense`"
    )


def test_an_index_without_a_table_is_one_line(folder: Path) -> None:
    with pytest.raises(TableError, match=r"splade\.parquet: no such table"):
        named(folder, {"splade": 5})


def test_the_corpus_keeps_texts_on_disk_and_gives_them_back() -> None:
    held = Corpus([chunk("a#0-2", "a", "장독", "옹기 > 종류"), chunk("b#0-2", "b", "시루\n둘")], {"a"})
    assert [held.passage("a#0-2"), held.text("a#0-2"), held.heading("a#0-2")] == [
        "옹기 > 종류\n장독",
        "장독",
        "옹기 > 종류",
    ]
    assert (held.passage("b#0-2"), held.heading("b#0-2")) == ("시루\n둘", "")
    assert ("a#0-2" in held, "z" in held) == (True, False)
    assert (held.doc_of("b#0-2"), held.may_train("a#0-2"), held.may_train("b#0-2")) == ("b", True, False)


@pytest.mark.parametrize("counts", [{}, {"bm25": 0}, {"": 5}, {"bm25": 5000}])
def test_bad_counts_are_named(counts: dict[str, int]) -> None:
    section = {**params().model_dump(), "candidates": counts}
    with pytest.raises(ParamsError, match=r"mine\.candidates"):
        MineParams.parse({"mine": section})
