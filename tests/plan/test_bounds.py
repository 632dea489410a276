from dataclasses import dataclass, field
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.plan.bounds import STAGES, most, most_out, unread
from tests.structure.dag import stages

PARAMS: dict[str, dict[str, object]] = {
    "base_model": {"kind": "hub"},
    "questions": {"source": "both"},
    "mine": {"bm25_top": 5, "dense_top": 7},
}
MINE = "python -m stages.mine chunks splits gold synthetic bm25 dense model --train train --audit a --metrics m"


@dataclass
class Folder:
    """Files that are known, and the most rows of those that are not."""

    path: Path
    rows: dict[str, int | None] = field(default_factory=dict)

    def known(self, path: str) -> Path | None:
        return self.path / path if (self.path / path).exists() else None

    def most_rows(self, path: str) -> int | None:
        return self.rows.get(path)


@pytest.fixture
def files(tmp_path: Path) -> Folder:
    """Four chunks of two documents; gold questions of each split, and two synthetic ones to train on."""
    chunks = [
        Chunk(f"{doc}#{start}-{start + 10}", doc, start, start + 10, "간" * 10, 10, "")
        for doc in "ab"
        for start in (0, 5)
    ]
    tables.write(tmp_path / "chunks", Chunk, chunks)
    gold = [
        question("g1", "train", Evidence("a", 6, 9)),  # both chunks of a
        question("g2", "dev", Evidence("a", 0, 2)),
        question("g3", "test"),
    ]
    tables.write(tmp_path / "gold", Question, gold)
    synthetic = [question("s1", "train", Evidence("b", 0, 2)), question("s2", "train", Evidence("b"))]
    tables.write(tmp_path / "synthetic", Question, synthetic)
    return Folder(tmp_path)


def question(query_id: str, split: str, *evidence: Evidence) -> Question:
    return Question(query_id, query_id, "정의", [], list(evidence), "gold", split)  # type: ignore[arg-type]


def test_every_stage_of_the_pipeline_has_a_bound() -> None:
    named = {stage.module.removeprefix("stages.") for stage in stages()}
    assert {name.split()[0] for name in STAGES} == named
    by = {f"retrieve {stage.cmd[3]}" for stage in stages() if stage.name.startswith("retrieve")}
    assert {name for name in STAGES if " " in name} == by


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m stages.embed chunks model out", {"embeddings": 4}),
        ("python -m stages.embed none model out", {"embeddings": None}),
        ("python -m stages.index_bm25 chunks words out", {"morphemes": 4}),
        ("python -m stages.retrieve dense index model gold out", {"embeddings": 2}),
        ("python -m stages.retrieve bm25 index words gold out", {"morphemes": 2}),
        ("python -m stages.retrieve dense index model none out", {"embeddings": None}),
        ("python -m stages.retrieve fuse a b gold out", {}),
        # 3 questions with 12 candidates each; g1 has two positives, s1 one, and of s2's document both are scored
        (MINE, {"embeddings": 3, "scores": 3 * (5 + 7) + 2 + 1 + 2, "morphemes": 6}),
        (MINE.replace("synthetic", "none"), {"embeddings": None, "scores": None, "morphemes": None}),
        (MINE.replace("chunks", "none"), {"embeddings": 3, "scores": None, "morphemes": None}),
        ("python -m stages.answer gold chunks run out", {"morphemes": None}),
        ("python -m stages.evaluate documents", {}),
        ("cp a b", {}),
    ],
)
def test_most_rows(files: Folder, command: str, expected: dict[str, int | None]) -> None:
    assert most(command, files, PARAMS) == expected


@pytest.mark.parametrize(("source", "questions"), [("gold", 1), ("synthetic", 2), ("both", 3)])
def test_only_the_questions_that_are_trained_on_are_mined_for(files: Folder, source: str, questions: int) -> None:
    found = {**PARAMS, "questions": {"source": source}}
    assert most(MINE, files, found)["embeddings"] == questions
    assert most_out(MINE, files, found) == {"train": questions}


def test_training(files: Folder) -> None:
    command = "python -m stages.finetune model train out loss metrics"
    assert most(command, files, PARAMS) == {"training": None}
    files.rows["train"] = 3
    assert most(command, files, PARAMS) == {"training": 3}
    (files.path / "train").write_text("{}\n{}\n")
    assert most(command, files, PARAMS) == {"training": 2}


def test_the_base_model(files: Folder) -> None:
    assert most("python -m stages.base_model documents out", files, PARAMS) == {"hub": None}
    tables.write(files.path / "documents", Document, [Document("a", "a", "a", "md", "간")])
    assert most("python -m stages.base_model documents out", files, PARAMS) == {"hub": 1}


@pytest.mark.parametrize(
    ("command", "settings", "expected"),
    [
        ("python -m stages.base_model documents out", {"kind": "hub", "hub": {"revision": "0" * 40}}, {"documents"}),
        ("python -m stages.base_model documents out", {"kind": "hub", "hub": {"revision": "local"}}, set()),
        ("python -m stages.base_model documents out", {"kind": "bootstrap"}, set()),
        ("python -m stages.embed chunks model out", {"kind": "hub", "hub": {"revision": "0" * 40}}, set()),
    ],
)
def test_inputs_that_decide_nothing(command: str, settings: dict[str, object], expected: set[str]) -> None:
    assert unread(command, {"base_model": settings}) == expected
