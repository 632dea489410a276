"""The answer stage by a language model: recorded replies become rows, and a table for others."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from onggi.core import tables
from onggi.core.errors import LlmError
from onggi.core.schema import Answer, Chunk, Hit, Question
from onggi.llm.messages import Failure, Reply, Request
from onggi.llm.record import VARIABLE
from stages import answer
from tests.llm.answering import llm

PROMPTS = Path(__file__).parents[2] / "prompts" / "ko"
CHUNKS = [Chunk(f"{name}#0-9", name, 0, 9, f"{name}은 북쪽에 둔다", 3, name) for name in ("가마", "장독")]
ASKED = [
    Question("q1", "장독은 어디에 두나요?", "", ["북쪽"], [], "gold", "test", ["남쪽", "북쪽"]),
    Question("q2", "가마는 어디에 두나요?", "", ["북쪽"], [], "gold", "test"),
    Question("q3", "시루는 어디에 두나요?", "", [], [], "gold", "test"),
    Question("q4", "배운 것은?", "", ["북쪽"], [], "gold", "train"),
]
SETTINGS: dict[str, Any] = {
    "reader": {"backend": "recorded", "path": "replies.jsonl", "max_failed": 0.4},
    "answer": {
        "system": "hybrid", "contexts": 2, "columns": {"query_id": "번호", "choice": "선택", "answer": "답"},
        "encoder": "base", "quotes": 1, "quote_chars": 40, "min_support": 0.3,
    },
    "encoders": {"base": {}},
    "embed": {
        "query_max_length": 64, "passage_max_length": 64, "query_prefix": "", "passage_prefix": "",
        "precision": "fp32", "runtime": "torch", "trust_remote_code": False,
    },
}  # fmt: skip


def reply(request: Request) -> Reply | Failure:
    asked = request.messages[-1].content
    if "시루" in asked:
        return Failure("timeout")
    return Reply(json.dumps({"answer": "2" if "보기" in asked else "북쪽", "citations": [2], "answerable": True}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tables and params.yaml, and replies that a build recorded there."""
    YAML().dump(SETTINGS, tmp_path / "params.yaml")
    tables.write(tmp_path / "chunks.parquet", Chunk, CHUNKS)
    tables.write(tmp_path / "questions.parquet", Question, ASKED)
    hits = [
        Hit(question.query_id, chunk.chunk_id, rank, 1 / rank)
        for question in ASKED
        for rank, chunk in enumerate(CHUNKS, 1)
    ]
    tables.write(tmp_path / "runs" / "hybrid.parquet", Hit, hits)
    (tmp_path / "replies.jsonl").write_text("", encoding="utf-8")
    with monkeypatch.context() as recording:
        recording.setenv(VARIABLE, str(tmp_path / "replies.jsonl"))
        recording.setattr("onggi.llm.backends.open_llm", lambda params, models: llm(reply, max_failed=0.4)[0])
        run(tmp_path)
    return tmp_path


def run(folder: Path) -> None:
    with contextlib.chdir(folder):
        answer.main(
            *map(Path, ("questions.parquet", "chunks.parquet", "runs", "models")), PROMPTS,
            *map(Path, ("answers.parquet", "answers.csv")),
        )  # fmt: skip


def test_recorded_replies_are_what_was_said(folder: Path) -> None:
    first = (folder / "answers.parquet").read_bytes()
    YAML().dump(SETTINGS, folder / "params.yaml")
    with pytest.raises(LlmError, match="1 of 3 requests have no reply"):
        strict = {**SETTINGS, "reader": {**SETTINGS["reader"], "max_failed": 0.0}}
        YAML().dump(strict, folder / "params.yaml")
        run(folder)
    YAML().dump(SETTINGS, folder / "params.yaml")
    run(folder)
    again = list(tables.read(folder / "answers.parquet", Answer))
    ids = [chunk.chunk_id for chunk in CHUNKS]
    assert again == [
        Answer("q1", "북쪽", ids[1], 1.0, ids, "", [ids[1]]),
        Answer("q2", "북쪽", ids[1], 1.0, ids, "", [ids[1]]),
        Answer("q3", None, None, 0.0, ids, reason="unrecorded"),
    ]
    assert first != (folder / "answers.parquet").read_bytes()  # there the reason was the timeout


def test_the_table_for_others(folder: Path) -> None:
    assert (folder / "answers.csv").read_text("utf-8") == "번호,선택,답\nq1,2,북쪽\nq2,,북쪽\nq3,,\n"
