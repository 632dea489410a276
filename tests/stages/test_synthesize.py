"""The stage synthesize, run as DVC runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import stages.synthesize
from onggi.core import tables
from onggi.core.errors import ParamsError
from onggi.core.schema import Chunk, Document, Evidence, Hit, Question, SplitRow, WrittenText
from onggi.llm.messages import Reply, Request
from onggi.search.retriever import Query
from tests.llm.answering import llm

PARAMS = """
split: {train: 0.5, dev: 0.0, test: 0.5, synthesis_from: SOURCE, near_duplicate: 0.8, seed: 0}
teacher: {backend: extractive, path: none.jsonl}
synthesize: {types: [정의, 절차, 규정, 예시, 비교, 적용], per_type: null, per_chunk: 5, per_document: null,
  min_chars: 8, max_chars: 80, max_overlap: 1.0, alike: 0.8, index: bm25, round_trip_k: 2}
"""
TEXTS = {
    "train.md": ("장독 대여", "신청 기간: 3월 2일부터 3월 20일까지\n보증금: 5,000원"),
    "test.md": ("옹기 가마", "가마는 매주 월요일에 불을 땝니다.\n문의: 옹기과 055-000-0000"),
}


class Everything:
    """A retriever that finds every chunk."""

    def __init__(self, chunk_ids: list[str]) -> None:
        self.chunk_ids = chunk_ids

    def search(self, queries: Sequence[Query]) -> list[list[Hit]]:
        return [[Hit(q.query_id, c, rank, 1.0) for rank, c in enumerate(self.chunk_ids, start=1)] for q in queries]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the tables of a corpus of two documents."""
    chunks = [
        Chunk(f"{doc_id}#0-{len(text)}", doc_id, 0, len(text), text, 9, heading)
        for doc_id, (heading, text) in sorted(TEXTS.items())
    ]
    tables.write(tmp_path / "chunks.parquet", Chunk, chunks)
    documents = [Document(doc_id, doc_id, heading, "md", text) for doc_id, (heading, text) in sorted(TEXTS.items())]
    tables.write(tmp_path / "documents.parquet", Document, documents)
    rows = [SplitRow(doc_id, doc_id, "train" if doc_id == "train.md" else "test") for doc_id in sorted(TEXTS)]
    tables.write(tmp_path / "splits.parquet", SplitRow, rows)
    gold = [
        Question("q1", "가마 불은 언제 때나요?", "규정", ["매주 월요일"], [Evidence("test.md", 0, 10)], "gold", "test"),
        Question("q2", "수영장 강습은 몇 시예요?", "규정", [], [], "gold", "test"),
        Question("q3", "보증금이 얼마예요?", "규정", ["5,000원"], [Evidence("train.md", 0, 10)], "gold", "train"),
    ]
    tables.write(tmp_path / "gold.parquet", Question, gold)
    ids = [chunk.chunk_id for chunk in chunks]
    monkeypatch.setattr("onggi.search.indexes.open_index", lambda index, models, depth: Everything(ids))
    (tmp_path / "params.yaml").write_text(PARAMS.replace("SOURCE", "train"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


PATHS = {
    "documents": "documents.parquet",
    "chunks": "chunks.parquet",
    "splits": "splits.parquet",
    "gold": "gold.parquet",
    "indexes": "index",
    "models": "models",
    "out": "synthetic.parquet",
    "texts": "texts.parquet",
    "metrics": "questions.json",
}


def synthesize() -> tuple[list[Question], dict[str, Any]]:
    """Run the stage in the current folder and return what it wrote."""
    stages.synthesize.main(**{name: Path(path) for name, path in PATHS.items()})
    metrics = json.loads(Path("questions.json").read_text(encoding="utf-8"))
    return list(tables.read(Path("synthetic.parquet"), Question)), metrics


def test_questions_are_written_from_train_documents_only(build: Path) -> None:
    questions, metrics = synthesize()
    assert {evidence.doc_id for question in questions for evidence in question.evidence} == {"train.md"}
    assert {question.answers[0] for question in questions} == {"3월 2일부터 3월 20일까지", "5,000원"}
    assert metrics["synthesis_from"] == "train"
    assert metrics["kept"]["total"] == len(questions) == metrics["kept"]["규정"]
    assert metrics["written"]["total"] == metrics["kept"]["total"] + sum(metrics["dropped"].values())
    assert "reason" not in metrics


def test_all_documents_are_read_where_params_say_so(build: Path) -> None:
    (build / "params.yaml").write_text(PARAMS.replace("SOURCE", "all"), encoding="utf-8")
    questions, metrics = synthesize()
    assert {evidence.doc_id for question in questions for evidence in question.evidence} == {"train.md", "test.md"}
    assert metrics["synthesis_from"] == "all"


LINES = [
    {
        "source": "train.md",
        "quote": "보증금: 5,000원",
        "question": "맡기는 돈은 얼마죠?",
        "type": "규정",
        "answer": "5,000원",
    },
    {
        "source": "test.md",
        "quote": "매주 월요일에",
        "question": "가마 불은 언제 때나요!",
        "type": "규정",
        "answer": "월요일",
    },
    {
        "source": "test.md",
        "quote": "옹기과 055-000-0000",
        "question": "어디에 전화해요?",
        "type": "절차",
        "answer": "옹기과",
    },
]


@pytest.mark.parametrize(
    ("source", "kept"), [("train", ["맡기는 돈은 얼마죠?"]), ("all", ["맡기는 돈은 얼마죠?", "어디에 전화해요?"])]
)
def test_recorded_questions_are_read_but_for_those_that_say_a_gold_one(
    build: Path, source: str, kept: list[str]
) -> None:
    (build / "none.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in LINES), "utf-8")
    recorded = PARAMS.replace("backend: extractive, path", "backend: recorded, path").replace("SOURCE", source)
    (build / "params.yaml").write_text(recorded, encoding="utf-8")
    questions, metrics = synthesize()
    assert sorted(question.text for question in questions) == sorted(kept)
    assert metrics["dropped"]["gold"] == (source == "all")
    assert (metrics["teacher"], metrics["rejected"]) == ("recorded", {"uncovered": 0})
    assert list(tables.read(build / "texts.parquet", WrittenText)) == []


def test_a_language_model_writes_criticises_and_adds_passages(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(asked: Request) -> Reply:
        last = asked.messages[-1].content
        if "유형으로 씁니다" in last:
            quote = "보증금: 5,000원" if "보증금" in last else "매주 월요일에"
            texts = [f"{quote[:3]}에 관해 궁금한 것 {n}" for n in ("하나", "둘", "셋")]
            asks = [{"type": "규정", "question": text, "answer": quote[-3:], "quote": quote} for text in texts]
            return Reply(json.dumps({"questions": asks}, ensure_ascii=False))
        if "<passage>" in last and "[1]" in last:
            return Reply(json.dumps({"answering": [1, 2], "stands_alone": "하나" not in last}))
        if "답: " in last:
            return Reply(json.dumps({"passages": ["다른 글 하나", "다른 글 둘", "셋"]}, ensure_ascii=False))
        return Reply(json.dumps({"passage": "답이 되는 글"}, ensure_ascii=False))

    model, backend = llm(answer)
    monkeypatch.setattr("onggi.synthesis.writers.open_llm", lambda params, models: model)
    (build / "prompts").symlink_to(Path(__file__).parents[2] / "prompts")
    settings = "teacher: {backend: openai, model: m, path: none.jsonl, passages: 0.5, negatives: 2}"
    text = PARAMS.replace("teacher: {backend: extractive, path: none.jsonl}", settings).replace("SOURCE", "train")
    (build / "params.yaml").write_text(text.replace("alike: 0.8", "alike: 1.0"), encoding="utf-8")
    questions, metrics = synthesize()
    assert {question.text[-1] for question in questions} == {"둘", "셋"}
    assert metrics["dropped"]["critic_page"] == 1
    assert metrics["texts"] == {"positive": 1, "negative": 4, "unwritten": 0}
    kinds = [(row.query_id, row.kind) for row in tables.read(build / "texts.parquet", WrittenText)]
    assert len(kinds) == 5 and {query_id for query_id, _ in kinds} == {question.query_id for question in questions}
    assert not [asked for asked in backend.asked if "가마" in asked.messages[-1].content]


def test_a_language_model_must_be_told_how_much_to_write(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onggi.synthesis.writers.open_llm", lambda params, models: llm(lambda asked: Reply(""))[0])
    text = PARAMS.replace("backend: extractive", "backend: openai, model: m").replace("per_chunk: 5", "per_chunk: null")
    (build / "params.yaml").write_text(text.replace("SOURCE", "all"), encoding="utf-8")
    with pytest.raises(ParamsError, match="set per_type, per_chunk or per_document"):
        synthesize()


def test_no_train_document_leaves_an_empty_table_and_a_reason(build: Path) -> None:
    tables.write(build / "splits.parquet", SplitRow, [SplitRow("test.md", "test.md", "test")])
    questions, metrics = synthesize()
    assert questions == []
    assert metrics["reason"] == "no chunk of a document that may be read"


def test_a_missing_table_is_one_line(build: Path) -> None:
    (build / "splits.parquet").unlink()
    failed = subprocess.run(
        [sys.executable, "-m", "stages.synthesize", *(f"--{name}={path}" for name, path in PATHS.items())],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
    )
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "error: splits.parquet: no such table; run `dvc repro` to build it"
    assert not (build / "synthetic.parquet").exists()
