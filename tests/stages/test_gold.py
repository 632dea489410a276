"""The gold stage on small tables: quotes become spans, and what overlaps stays together."""

import contextlib
import json
from pathlib import Path
from random import Random

import pytest
from ruamel.yaml import YAML

from onggi.core import tables
from onggi.core.errors import GoldError
from onggi.core.schema import Document, Evidence, Question, SplitRow
from stages import gold

PATHS = {"questions": "questions.parquet", "splits": "splits.parquet", "metrics": "gold.json"}
GOLD = {"path": "gold's & $(questions).jsonl", "judgments": "judgments.jsonl"}


def prose(seed: int, size: int) -> str:
    return "".join(Random(seed).choices([chr(code) for code in range(ord("가"), ord("힣"), 7)], k=size))


NOTICE = prose(0, 150)
TEXTS = {
    "a-notice.md": NOTICE,
    "b-handbook.md": prose(1, 900) + NOTICE + prose(2, 900),
    "c-copy.md": f"{NOTICE}.",
    "d-form.md": prose(3, 60),  # as the next one, but too short to tell that they belong together
    "e-forms.md": prose(4, 500) + prose(3, 60),
} | {f"f{n}.md": prose(10 + n, 200) for n in range(15)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with params.yaml and the documents."""
    split = {"train": 0.5, "dev": 0.2, "test": 0.3, "synthesis_from": "train", "near_duplicate": 0.8, "seed": 0}
    YAML().dump({"split": split, "gold": GOLD}, tmp_path / "params.yaml")
    (tmp_path / GOLD["judgments"]).touch()
    rows = [Document(doc_id, doc_id, "", "md", text) for doc_id, text in sorted(TEXTS.items())]
    tables.write(tmp_path / "documents.parquet", Document, rows)
    return tmp_path


def built(folder: Path, *lines: dict[str, object]) -> tuple[list[Question], dict[str, SplitRow], dict[str, object]]:
    content = "\n".join(json.dumps({"type": "규정", "question": "?"} | line) for line in lines)
    (folder / "gold's & $(questions).jsonl").write_text(content, "utf-8")
    with contextlib.chdir(folder):
        gold.main(Path("documents.parquet"), *map(Path, PATHS.values()))
    rows = {row.doc_id: row for row in tables.read(folder / PATHS["splits"], SplitRow)}
    questions = list(tables.read(folder / PATHS["questions"], Question))
    return questions, rows, json.loads((folder / PATHS["metrics"]).read_text("utf-8"))


def test_what_overlaps_is_in_one_split_and_counted(folder: Path) -> None:
    _, rows, metrics = built(folder)
    assert {doc_id for doc_id, row in rows.items() if row.group == "a-notice.md"} == {
        "a-notice.md",
        "b-handbook.md",
        "c-copy.md",
    }
    assert (metrics["near_duplicate_pairs"], metrics["contained_pairs"], metrics["groups"]) == (1, 2, 18)
    assert rows["d-form.md"].group != rows["e-forms.md"].group


def test_questions_are_where_their_documents_are(folder: Path) -> None:
    quotes = [{"source": "f3.md", "quote": TEXTS["f3.md"][9:30]}, {"source": "f4.md", "quote": TEXTS["f4.md"][:20]}]
    (nothing, both), rows, metrics = built(
        folder, {"id": "q2", "answer": "독", "evidence": quotes}, {"id": "q1", "answer": None, "evidence": []}
    )
    assert both.evidence == [Evidence("f3.md", 9, 30), Evidence("f4.md", 0, 20)]
    assert rows["f3.md"].group == rows["f4.md"].group == "f3.md" and both.split == rows["f4.md"].split
    assert (nothing.query_id, nothing.split, nothing.evidence) == ("q1", "test", [])
    assert (metrics["unanswerable"], metrics["two_or_more_evidence_spans"]) == (1, 1)
    assert metrics["questions"] == {"train": 0, "dev": 0, "test": 1} | {both.split: 1 + (both.split == "test")}


def test_a_beir_folder_keeps_its_splits_and_grades(folder: Path) -> None:
    beir = folder / "gold's & $(questions).jsonl"
    (beir / "qrels").mkdir(parents=True)
    (beir / "queries.jsonl").write_text("\n".join(json.dumps({"_id": f"q{n}", "text": "?"}) for n in range(3)))
    (beir / "qrels" / "dev.tsv").write_text("q0\tf0.md\t1\nq1\tf1.md\t2\nq1\tc-copy.md\t1\n")
    (beir / "qrels" / "test.tsv").write_text("q2\ta-notice.md\t3\n")
    with contextlib.chdir(folder):
        gold.main(Path("documents.parquet"), *map(Path, PATHS.values()))
    questions = list(tables.read(folder / PATHS["questions"], Question))
    assert [(question.split, [e.grade for e in question.evidence]) for question in questions] == [
        ("dev", [1]),
        ("dev", [2, 1]),
        ("test", [3]),
    ]
    split_of = {row.doc_id: row.split for row in tables.read(folder / PATHS["splits"], SplitRow)}
    assert split_of["f0.md"] == "dev" and split_of["f2.md"] == "train"
    # What a test question needs lies in the handbook too, and one question joins it with f1.
    assert [split_of[doc_id] for doc_id in ("a-notice.md", "b-handbook.md", "c-copy.md", "f1.md")] == ["test"] * 4


def judging(folder: Path, *lines: dict[str, object]) -> None:
    (folder / GOLD["judgments"]).write_text("\n".join(map(json.dumps, lines)), "utf-8")


def test_what_was_judged_becomes_another_span_or_one_that_was_read(folder: Path) -> None:
    asked = {"id": "q1", "answer": "독", "evidence": [{"source": "f3.md", "quote": TEXTS["f3.md"][9:30]}]}
    _, alone, _ = built(folder, asked)
    judging(
        folder,
        {"id": "q1", "source": "f4.md", "quote": TEXTS["f4.md"][5:25], "verdict": "1"},
        {"id": "q1", "source": "f5.md", "quote": TEXTS["f5.md"][:40], "verdict": "0"},
    )
    (question,), rows, metrics = built(folder, asked)
    assert question.evidence == [Evidence("f3.md", 9, 30), Evidence("f4.md", 5, 25, part=0)]
    assert question.pieces == question.evidence[:1] and question.rejected == [Evidence("f5.md", 0, 40)]
    assert rows == alone  # the split is that of the labels: to judge a test question must not move it
    in_train = int(question.split != "train" and rows["f4.md"].split == "train")
    assert metrics["judged"] == {"answering": 1, "not_answering": 1, "answering_in_train": in_train}
    assert metrics["two_or_more_evidence_spans"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "q7"}, "judgments.jsonl:1: unknown question 'q7'; correct its id, or set gold.judgments"),
        ({"source": "gone.md"}, "judgments.jsonl:1: unknown document 'gone.md'"),
        ({"quote": "없는 말"}, "the quote '없는 말' is not in f4.md"),
        ({"verdict": "p2"}, "the evidence of 'q1' has pieces up to p1"),
    ],
)
def test_a_judgment_that_does_not_fit_is_named(folder: Path, change: dict[str, object], message: str) -> None:
    judging(folder, {"id": "q1", "source": "f4.md", "quote": TEXTS["f4.md"][5:25], "verdict": "1"} | change)
    with pytest.raises(GoldError) as raised:
        built(folder, {"id": "q1", "answer": "독", "evidence": [{"source": "f3.md", "quote": TEXTS["f3.md"][9:30]}]})
    assert message in str(raised.value)


def test_options_reach_the_questions(folder: Path) -> None:
    line = {"id": "q1", "answer": None, "evidence": [], "options": ["사흘", "닷새"]}
    (question,), *_ = built(folder, line)
    assert question.options == ["사흘", "닷새"]
