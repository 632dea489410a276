"""Qrels of TREC and BEIR: grades kept, every bad line named."""

from pathlib import Path

import pytest

from onggi.assessment.qrels import qrels, read_qrels
from onggi.core.errors import GoldError
from onggi.core.schema import Evidence
from tests.assessment.samples import QUESTIONS

SIZES = {"교통/공용 자전거.txt": 100, "a": 50, "b": 50}


def imported(tmp_path: Path, text: str, name: str = "qrels.txt") -> dict[str, tuple[list[Evidence], list[Evidence]]]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return {q.query_id: (q.evidence, q.rejected) for q in qrels(path, QUESTIONS, SIZES).questions}


def test_trec_keeps_grades_and_what_was_judged_wrong(tmp_path: Path) -> None:
    assert imported(
        tmp_path, "q1 0 a 3\nq1 Q0 교통/공용 자전거.txt 1\n\nq1\t0\tb\t0\r\nq2 0 b#10-30 2\nq2 0 a#0-9 -2"
    ) == {
        "q1": ([Evidence("a", grade=3), Evidence("교통/공용 자전거.txt", grade=1)], [Evidence("b")]),
        "q2": ([Evidence("b", 10, 30, 2)], [Evidence("a", 0, 9)]),
    }


def test_beir_has_a_head_and_three_columns(tmp_path: Path) -> None:
    told = "query-id\tcorpus-id\tscore\nq1\t교통/공용 자전거.txt\t2\nq2\tb\t1\n"
    assert imported(tmp_path, "\ufeff" + told, "test.tsv") == {
        "q1": ([Evidence("교통/공용 자전거.txt", grade=2)], []),
        "q2": ([Evidence("b")], []),
    }


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("q1 0 a", r"got 'q1 0 a'; write `qid iter docid rel`"),
        ("q1 0 a 1.5", r"got 'q1 0 a 1\.5'; write `qid"),
        ("q1\ta", r"write `qid"),
        ("q1\ta\tx", r"write `qid"),
        ("q1 0 a 101", r"the grade is 101; grade from 0 \(not relevant\) to 100"),
        ("q1 0 a 99999999999999", r"the grade is 99999999999999"),
        ("q9 0 a 1", r"unknown query 'q9'; name a question of gold\.path"),
        ("q1 0 z 1", r"unknown document 'z'; name a document of corpus\.path, or a chunk as DOCUMENT#START-END"),
        ("q1 0 z#0-9 1", r"unknown document 'z#0-9'"),
        ("q1 0 a#40-51 1", r"'a#40-51' is no stretch of a document of 50 characters"),
        ("q1 0 a#9-9 0", r"'a#9-9' is no stretch"),
        ("q1 0 b 2", r"grades 'q1' and 'b' 2, .*qrels\.txt:1 1; remove one of the two"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, named: str) -> None:
    with pytest.raises(GoldError, match=named) as caught:
        imported(tmp_path, f"q1 0 b 1\n{line}\n")
    assert f"{tmp_path}/qrels.txt:2" in str(caught.value) and "\n" not in str(caught.value)


def test_a_line_twice_is_one(tmp_path: Path) -> None:
    assert imported(tmp_path, "q1 0 b 1\nq1 0 b 1\n") == {"q1": ([Evidence("b")], [])}


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"gone\.txt: no such file; put it there, or change truths\.qrels\.path"):
        list(read_qrels(tmp_path / "gone.txt"))
    (tmp_path / "bytes.txt").write_bytes(b"q1 0 \xff 1")
    with pytest.raises(GoldError, match=r"bytes\.txt: not UTF-8 \(byte 5\)"):
        list(read_qrels(tmp_path / "bytes.txt"))
    with pytest.raises(GoldError, match=r"holds no qrels"):
        imported(tmp_path, "\n")
