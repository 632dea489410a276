import json
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import GoldError, LlmError
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.synthesis.extractive import ExtractiveWriter
from onggi.synthesis.recorded import RecordedWriter
from onggi.synthesis.sources import examples, sources
from onggi.synthesis.teacher import Example, LlmWriter
from onggi.synthesis.writers import open_teacher, open_writer
from tests.synthesis.samples import document, params, teacher

READ = [document("가나다라", "마바사", name="a.md"), document("아자차카", name="b.md"), document("타파하", name="c.md")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [Document(source.doc_id, source.doc_id, "", "md", source.text) for source in READ]
    tables.write(tmp_path / "documents.parquet", Document, rows)
    tables.write(tmp_path / "chunks.parquet", Chunk, [chunk for source in READ for chunk in source.chunks])
    return tmp_path


def test_documents_that_may_be_read_come_with_their_chunks(folder: Path) -> None:
    paths = folder / "documents.parquet", folder / "chunks.parquet"
    assert list(sources(*paths, {"a.md", "b.md", "c.md"})) == READ
    assert list(sources(*paths, {"c.md"})) == READ[2:]
    assert list(sources(*paths, set())) == []


def asked(query_id: str, type_: str, *evidence: Evidence, split: str = "train") -> Question:
    return Question(
        query_id, f"물음 {query_id}", type_, ["답"], list(evidence or [Evidence("a.md", 0, 4)]), "gold", split
    )  # type: ignore[arg-type]


def test_examples_are_train_questions_of_each_type_with_the_words_that_answer(folder: Path) -> None:
    gold = [
        *(asked(f"q{n}", "규정") for n in range(5)),
        asked("r", "절차", Evidence("b.md", 1, 3)),
        asked("s", "정의", split="test"),
        asked("t", "비교", Evidence("a.md", 0, 4), Evidence("b.md", 0, 4)),
        asked("u", "예시", Evidence("a.md")),
        asked("v", "적용", Evidence("a.md", 0, 4, 1, 2)),
    ]
    tables.write(folder / "gold.parquet", Question, gold)
    paths = folder / "gold.parquet", folder / "documents.parquet"
    shown = examples(*paths, 3, seed=0)
    assert [example.type for example in shown] == ["규정", "절차", "규정"]
    assert shown[1] == Example("절차", "물음 r", "답", "자차")
    assert len(examples(*paths, 99, seed=0)) == 6
    assert {example.question for example in examples(*paths, 1, 0)} | {
        example.question for seed in range(9) for example in examples(*paths, 1, seed)
    } > {shown[0].question}
    assert examples(folder / "nowhere", folder / "nowhere", 0, 0) == []


def test_params_name_the_writer(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("", "utf-8")
    recorded = teacher(backend="recorded", path=str(file))
    rules = teacher(backend="extractive")
    assert open_teacher(recorded, tmp_path) is None and open_teacher(rules, tmp_path) is None
    assert isinstance(open_writer(recorded, params(), None, set(), []), RecordedWriter)
    assert isinstance(open_writer(rules, params(), None, set(), []), ExtractiveWriter)


def test_a_file_of_replies_stands_for_the_model_that_gave_them(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    request = {
        "messages": [{"role": "user", "content": "?"}],
        "temperature": 0.1,
        "top_p": 1.0,
        "max_tokens": 9,
        "seed": 0,
    }
    reply = {"text": "네", "prompt_tokens": 1, "completion_tokens": 1, "logprob": None, "cut": False}
    file.write_text(json.dumps({"request": request, "reply": reply}) + "\n", "utf-8")
    given = teacher(backend="recorded", path=str(file))
    llm = open_teacher(given, tmp_path)
    assert llm is not None
    assert isinstance(open_writer(given, params(), llm, set(), []), LlmWriter)
    file.write_text('{"request": 3}', "utf-8")
    with pytest.raises(LlmError):
        open_teacher(given, tmp_path)


def test_a_file_that_is_not_there_is_named_as_one_of_questions(tmp_path: Path) -> None:
    missing = teacher(backend="recorded", path=str(tmp_path / "none.jsonl"))
    assert open_teacher(missing, tmp_path) is None
    with pytest.raises(GoldError, match=r"teacher\.path"):
        open_writer(missing, params(), None, set(), [])
