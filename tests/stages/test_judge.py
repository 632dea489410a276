"""The stage judge with a language model: first one that replies by rule, then the record of what it said."""

import json
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import MeasureError, ModelError
from onggi.core.schema import Answer, Chunk, Document, Evidence, Question
from onggi.llm.role import Llm
from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams
from stages import judge
from tests.evaluation.language.judging import FESTIVAL, HOW_LONG, MONTH, NORTH, SALTED, WHERE, by_rule
from tests.llm.answering import Answering
from tests.structure.modules import ROOT

TEXT = f"{NORTH} {MONTH} {FESTIVAL}"
CUTS = [0, len(NORTH), len(NORTH) + 1 + len(MONTH), len(TEXT)]
PARAMS = """\
encoders: {base: {}}
embed:
  query_max_length: 64
  passage_max_length: 512
  query_prefix: ""
  passage_prefix: ""
  precision: fp32
  runtime: torch
  trust_remote_code: false
judge:
  backend: recorded
  path: replies.jsonl
  model: by-rule
  verdicts: verdicts.jsonl
  require: REQUIRED
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "base"
    texts = [WHERE, HOW_LONG, NORTH, MONTH, SALTED, FESTIVAL, "축제는 언제 열리나요?"] * 3
    shape = BootstrapParams(vocab_size=120, dimensions=8, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(lambda: texts, shape, folder)
    return folder


@pytest.fixture
def folder(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "base").symlink_to(base)
    starts = [CUTS[0], CUTS[1] + 1, CUTS[2] + 1]
    chunks = [
        Chunk(f"jang.md#{start}-{end}", "jang.md", start, end, TEXT[start:end], 5, "")
        for start, end in zip(starts, CUTS[1:], strict=True)
    ]
    ids = [chunk.chunk_id for chunk in chunks]
    spans = [Evidence("jang.md", chunk.start, chunk.end) for chunk in chunks]
    questions = [
        Question("q1", WHERE, "정의", [NORTH], [spans[0]], "gold", "test"),
        Question("q2", HOW_LONG, "정의", [MONTH], [spans[1]], "gold", "test"),
        Question("q3", WHERE, "정의", [], [], "gold", "test"),
    ]
    answers = [
        Answer("q1", NORTH, ids[0], 0.9, [ids[0], ids[2]]),
        Answer("q2", f"{MONTH} {SALTED}", ids[1], 0.9, [ids[2], ids[1]]),
        Answer("q3", None, None, 0.0, ids[:1]),
    ]
    tables.write(Path("documents.parquet"), Document, [Document("jang.md", "jang.md", "장", "md", TEXT)])
    tables.write(Path("chunks.parquet"), Chunk, sorted(chunks, key=lambda chunk: chunk.chunk_id))
    tables.write(Path("gold.parquet"), Question, questions)
    tables.write(Path("answers.parquet"), Answer, answers)
    labelled = {"id": "v1", "question": WHERE, "answer": NORTH, "reference": NORTH, "faithful": "yes", "correct": "yes"}
    other = {"id": "v2", "question": WHERE, "answer": FESTIVAL, "reference": NORTH, "faithful": "no", "correct": "no"}
    contexts = {"contexts": [{"source": "jang.md", "quote": NORTH}]}
    lines = (json.dumps(each | contexts, ensure_ascii=False) for each in (labelled, other))
    Path("verdicts.jsonl").write_text("\n".join(lines), "utf-8")
    require("{}")
    return tmp_path


def require(required: str) -> None:
    Path("params.yaml").write_text(PARAMS.replace("REQUIRED", required), "utf-8")


def run() -> dict[str, object]:
    given = (Path(f"{name}.parquet") for name in ("answers", "documents", "chunks", "gold"))
    judge.main(*given, Path("models"), ROOT / "prompts" / "ko" / "judge", Path("answers.json"))
    found: dict[str, object] = json.loads(Path("answers.json").read_text("utf-8"))
    return found


@pytest.fixture
def recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of what a judge said that replies by rule."""
    with monkeypatch.context() as patch:
        patch.setenv("ONGGI_RECORD", "replies.jsonl")
        patch.setattr(
            "onggi.evaluation.language.judge.open_llm",
            lambda params, models: Llm(params, {"model": "by-rule"}, lambda: Answering(by_rule)),
        )
        run()
    return Path("replies.jsonl")


def test_the_stage_judges_by_recorded_replies(recorded: Path) -> None:
    live = json.loads(Path("answers.json").read_text("utf-8"))
    found = run()
    assert found["ragas"] == live["ragas"] == {
        "non_llm_context_precision_with_reference": 0.75,
        "non_llm_context_recall": 1.0,
        "faithfulness": 0.75,  # 1 of 1 statement, and 1 of 2
        "answer_relevancy": 1.0,  # each answer's question is the one that was asked
        "llm_context_precision_with_reference": 0.75,  # ranked first, and second
        "context_recall": 1.0,
        "factual_correctness": pytest.approx((1 + 0.67) / 2, abs=1e-4),
    }  # fmt: skip
    told = found["judge"]
    assert isinstance(told, dict)
    assert (told["backend"], told["model"]) == ("recorded", "by-rule")
    assert told["agreement"]["faithfulness"] == {"answers": 2, "judged": 2, "equal": 1.0, "kappa": 1.0}
    assert "tokens" not in json.dumps(found) and "usd" not in json.dumps(found)  # the journal has them
    first = Path("answers.json").read_bytes()
    run()
    assert Path("answers.json").read_bytes() == first


def test_what_is_not_reached_fails_the_stage_and_leaves_the_measures(recorded: Path) -> None:
    require("{faithfulness: 0.75, context_recall: 1.0}")
    run()
    require("{faithfulness: 0.76}")
    Path("answers.json").unlink()
    with pytest.raises(MeasureError) as caught:
        run()
    assert "faithfulness is 0.75, wanted at least 0.76" in str(caught.value) and "\n" not in str(caught.value)
    assert json.loads(Path("answers.json").read_text("utf-8"))["ragas"]["faithfulness"] == 0.75


def test_an_encoder_that_is_not_there_is_named(recorded: Path) -> None:
    (Path("models") / "base").unlink()
    with pytest.raises(ModelError, match="models/base"):
        run()
