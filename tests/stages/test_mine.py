"""The stage that mines: from tables of candidates to the training file, with a teacher that needs no model."""

import json
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Candidate, Chunk, Evidence, Hit, Question, Source, SplitRow, WrittenText
from onggi.models import reranker
from stages import mine
from tests.negatives.samples import Teacher, chunk, question

PARAMS = """\
split: {train: 0.6, dev: 0.1, test: 0.3, synthesis_from: train, near_duplicate: 0.8, seed: 0}
questions: {source: both}
reranker: {kind: late_interaction, model: base, max_length: 512}
encoders: {base: {}}
embed:
  query_max_length: 64
  passage_max_length: 512
  query_prefix: ""
  passage_prefix: ""
  precision: fp32
  runtime: torch
  trust_remote_code: false
mine:
  candidates: {sparse: 2, dense: 3}
  max_ratio: 0.95
  min_score: 0.375
  near_duplicate: 0.8
  negatives: 7
  per_document: 1
"""
TEXTS = {
    "a": "메주는 닷새 띄운다.", "b": "누룩은 서늘한 곳에 둔다.", "b2": "누룩은 통밀을 빻아 물로 반죽한다.",
    "c": "장독은 마당에 둔다.", "t": "시루는 떡을 찐다.", "u": "소금은 삼 년 묵힌다.",
}  # fmt: skip
SCORES = dict(zip(TEXTS.values(), (0.875, 0.75, 0.625, 0.5, 0.5, 0.25), strict=True))


@pytest.fixture
def teacher(monkeypatch: pytest.MonkeyPatch) -> Teacher:
    teacher = Teacher(SCORES)
    monkeypatch.setattr(reranker, "load_reranker", lambda params, folder, embed: teacher)
    return teacher


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    chunks = [chunk(name, name[0], text) for name, text in TEXTS.items()]
    tables.write(Path("chunks.parquet"), Chunk, chunks)
    splits = [SplitRow(name, name, "test" if name == "t" else "train") for name in "abctu"]
    tables.write(Path("splits.parquet"), SplitRow, splits)
    asked = question("q1", "메주는 며칠 띄우나요", Evidence("a", 0, 5))
    held_out = question("q9", "시루는 무엇을 찌나요", Evidence("t", 0, 5), split="test")
    tables.write(Path("gold.parquet"), Question, [asked, held_out])
    leak = question("s1", "시루는 무엇을 찌나요?", Evidence("c", 0, 5))
    tables.write(Path("synthetic.parquet"), Question, [leak])
    tables.write(Path("texts.parquet"), WrittenText, [])
    hits_of("sparse", "b", "t", "u")
    hits_of("dense", "a", "c", "b2", "u")
    return tmp_path


def hits_of(name: str, *chunk_ids: str) -> None:
    hits = [Hit("q1", chunk_id, rank, 1 / rank) for rank, chunk_id in enumerate(chunk_ids, 1)]
    tables.write(Path(f"candidates/{name}.parquet"), Hit, hits)


def run() -> None:
    mine.main(
        chunks=Path("chunks.parquet"), splits=Path("splits.parquet"), gold=Path("gold.parquet"),
        synthetic=Path("synthetic.parquet"), texts=Path("texts.parquet"), candidates=Path("candidates"),
        models=Path("models"), out=Path("train.jsonl"), audit=Path("audit.parquet"), metrics=Path("negatives.json"),
    )  # fmt: skip


def test_from_candidates_to_the_training_file(folder: Path, teacher: Teacher) -> None:
    run()
    (line,) = [json.loads(line) for line in Path("train.jsonl").read_text("utf-8").splitlines()]
    assert line == {
        "query": "메주는 며칠 띄우나요",
        "pos": [TEXTS["a"]],
        "neg": [TEXTS["b"], TEXTS["c"]],
        "pos_scores": [0.875],
        "neg_scores": [0.75, 0.5],
    }
    audit = [(row.chunk_id, row.rule, row.sources) for row in tables.read(Path("audit.parquet"), Candidate)]
    assert audit == [
        ("b", "kept", [Source("sparse", 1, 1.0)]),
        ("b2", "per_document", [Source("dense", 3, 1 / 3)]),
        ("c", "kept", [Source("dense", 2, 0.5)]),
        ("t", "held_out", [Source("sparse", 2, 0.5)]),
    ]
    counted = json.loads(Path("negatives.json").read_text("utf-8"))
    rules = {rule: count for rule, count in counted.pop("candidates").items() if count}
    assert rules == {"kept": 2, "per_document": 1, "held_out": 1}
    assert counted == {"questions": 1, "without_negatives": 0, "positives": 1, "synthesis_from": "train"}


def test_what_a_teacher_wrote_stands_beside_the_corpus(folder: Path, teacher: Teacher) -> None:
    wrote = [WrittenText("q1", 0, "positive", "답이 되는 새 글"), WrittenText("q1", 1, "negative", "답이 아닌 새 글")]
    wrote.append(WrittenText("q7", 0, "negative", "아무도 묻지 않은 글"))
    tables.write(Path("texts.parquet"), WrittenText, wrote)
    teacher.scores = {**SCORES, "답이 되는 새 글": 0.5, "답이 아닌 새 글": 0.625}
    run()
    (line,) = [json.loads(line) for line in Path("train.jsonl").read_text("utf-8").splitlines()]
    assert line["pos"] == [TEXTS["a"], "답이 되는 새 글"] and line["pos_scores"] == [0.875, 0.5]
    assert line["neg"] == ["답이 아닌 새 글", TEXTS["b"], TEXTS["c"]] and line["neg_scores"][0] == 0.625
    rules = {row.chunk_id: row.rule for row in tables.read(Path("audit.parquet"), Candidate)}
    assert (rules["written:0"], rules["written:1"]) == ("written_positive", "kept")


def test_candidates_of_other_chunks_are_one_line_and_nothing_is_written(folder: Path, teacher: Teacher) -> None:
    hits_of("dense", "a#0-9")
    before = sorted(folder.rglob("*"))
    with pytest.raises(TableError, match=r"candidates/dense\.parquet: names the chunk 'a#0-9', .*candidates@dense"):
        run()
    assert sorted(folder.rglob("*")) == before
