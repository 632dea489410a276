"""The stages inputs and compose with systems that ask a language model: one by rule, then the record of its replies."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import LlmError, TableError
from onggi.core.schema import Chunk, Evidence, Hit, Question
from onggi.llm.messages import Failure, Reply, Request
from onggi.llm.role import Llm
from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams
from onggi.work import journal, memo
from onggi.work.journal import PlanEnds
from onggi.work.memo import Memo
from onggi.work.store import Store
from stages import compose, encode, index, inputs, search, tokenizer
from tests.llm.answering import Answering
from tests.structure.modules import ROOT

PARAMS = """\
models:
  tokenizer:
    words: {name: whitespace, user_dictionary: words.tsv}
encoders: {words: {}, base: {}}
embed:
  query_max_length: 64
  passage_max_length: 64
  query_prefix: ""
  passage_prefix: ""
  precision: fp32
  runtime: torch
  trust_remote_code: false
indexes:
  bm25: {encoder: words, kind: bm25}
  dense: {encoder: base, kind: flat}
search: {depth: 3}
systems:
  plain: {cut: bm25, depth: 2}
  imagined: {transform: bm25, by: hyde}
  official: {transform: bm25, by: rewrite}
  by_llm: {choose: {절차: imagined}, otherwise: plain, by: llm}
  by_encoder: {choose: {절차: {cut: dense, depth: 1}}, otherwise: plain, by: encoder, model: base}
rewriter:
  backend: recorded
  path: replies.jsonl
"""
TEXTS = ["장독 세척 매월 실시", "메주 발효 곰팡이", "소금 보관 창고"]
CHUNKS = [Chunk(f"a#{n}-{n + 1}", "a", n, n + 1, text, 3, "") for n, text in enumerate(TEXTS)]
ASKED = {"q1": "항아리 씻기", "q2": "메주 뜻", "q3": "창고 어디"}
REPLIES = {
    ("hyde", "항아리 씻기"): {"passage": "장독 세척 안내"},
    ("rewrite", "항아리 씻기"): {"query": "장독 세척"},
    ("classify", "항아리 씻기"): {"type": "절차"},
    ("classify", "메주 뜻"): {"type": "정의"},
    ("hyde", "창고 어디"): {"passage": "소금 보관"},
    ("rewrite", "창고 어디"): {"query": "보관 창고"},
    ("classify", "창고 어디"): {"type": "규정"},
}
KEYS = {"passage": "hyde", "query": "rewrite", "type": "classify"}


def by_rule(asked: Request) -> Reply | Failure:
    """Reply to all but what `REPLIES` does not have."""
    (key,) = json.loads(asked.schema or "")["required"]
    query = asked.messages[1].content.splitlines()[2]
    said = REPLIES.get((KEYS[key], query))
    return Failure("refused") if said is None else Reply(json.dumps(said, ensure_ascii=False))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "base"
    shape = BootstrapParams(vocab_size=100, dimensions=8, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(lambda: [*TEXTS, *ASKED.values()] * 5, shape, folder)
    return folder


@pytest.fixture
def folder(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    configure()
    Path("words.tsv").write_text("", "utf-8")
    Path("replies.jsonl").write_text("", "utf-8")
    Path("models").mkdir()
    Path("models/base").symlink_to(base)
    tables.write(Path("chunks.parquet"), Chunk, CHUNKS)
    train = [
        Question("t1", "항아리 씻기 차례", "절차", ["월"], [Evidence("a", 0, 1)], "gold", "train"),
        Question("t2", "메주 뜻 무엇", "정의", ["콩"], [Evidence("a", 1, 2)], "gold", "train"),
    ]
    # Types of the test split are wrong on purpose: whoever reads them chooses otherwise.
    test = [Question(id_, text, "비교", ["답"], [Evidence("a", 0, 1)], "gold", "test") for id_, text in ASKED.items()]
    tables.write(Path("gold.parquet"), Question, sorted([*train, *test], key=lambda question: question.query_id))
    with memo.using(Memo(Store(tmp_path / "memo.sqlite"))):
        tokenizer.main("words", Path("models"))
        for model, name in (("words", "bm25"), ("base", "dense")):
            encode.main(model, Path("chunks.parquet"), Path("models"), Path("encoded"))
            index.main(name, Path("encoded"), Path("index"))
            search.main(name, Path("index"), Path("models"), Path("gold.parquet"), Path("runs"), Path("searched"))
        yield tmp_path


def configure(**replaced: str) -> None:
    text = PARAMS
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    Path("params.yaml").write_text(text, "utf-8")


def described(prompts: Path = ROOT / "prompts" / "ko" / "rewriter") -> dict[str, bytes]:
    """Run the stage inputs; return what it wrote of each system."""
    folders = (Path(name) for name in ("searched", "index", "models", "chunks.parquet"))
    inputs.main(*folders, prompts, Path("inputs"))
    return {path.stem: path.read_bytes() for path in Path("inputs").glob("*.json")}


def composed(name: str) -> dict[str, list[str]]:
    """Run the stage compose; return the texts that each query found."""
    folders = (Path(folder) for folder in ("inputs", "runs", "index", "models", "chunks.parquet", "gold.parquet"))
    compose.main(name, *folders, ROOT / "prompts" / "ko" / "rewriter")
    found: dict[str, list[str]] = {}
    for hit in tables.read(Path("runs") / f"{name}.parquet", Hit):
        found.setdefault(hit.query_id, []).append(next(c.text for c in CHUNKS if c.chunk_id == hit.chunk_id))
    return found


@pytest.fixture
def recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[str]]]:
    """What each system found by a model that replies by rule, whose replies are on record now."""
    configure(**{"path: replies.jsonl": "path: replies.jsonl\n  max_failed: 0.4"})
    described()
    with monkeypatch.context() as patch:
        patch.setenv("ONGGI_RECORD", "replies.jsonl")
        patch.setattr(
            "onggi.search.workspace.open_llm",
            lambda params, models: Llm(params, {"model": "by-rule"}, lambda: Answering(by_rule)),
        )
        return {name: composed(name) for name in ("imagined", "official", "by_llm")}


def test_systems_that_ask_a_language_model(recorded: dict[str, dict[str, list[str]]]) -> None:
    washing, mold, storage = TEXTS
    assert recorded["imagined"] == {"q1": [washing], "q2": [mold], "q3": [storage]}  # q2 has no reply: as it was typed
    assert recorded["official"] == {"q1": [washing], "q2": [mold], "q3": [storage]}
    assert recorded["by_llm"] == {"q1": [washing], "q2": [mold], "q3": [storage]}
    assert composed("plain") == {"q2": [mold], "q3": [storage]}  # no word of q1 is in a chunk


def test_the_record_gives_the_same_runs(recorded: dict[str, dict[str, list[str]]]) -> None:
    runs = {name: (Path("runs") / f"{name}.parquet").read_bytes() for name in recorded}
    described()
    for name, before in runs.items():
        composed(name)
        assert (Path("runs") / f"{name}.parquet").read_bytes() == before


def test_an_encoder_tells_types_by_the_train_questions_alone(folder: Path) -> None:
    described()
    found = composed("by_encoder")
    assert len(found["q1"]) == 1  # the nearest chunk of the dense index, which BM25 cannot find
    assert found["q2"] == [TEXTS[1]]
    assert composed("plain").get("q1") is None


def test_what_decides_replies_is_in_the_inputs_of_those_that_ask_alone(folder: Path, tmp_path: Path) -> None:
    def changed() -> set[str]:
        nonlocal last
        before, last = last, described(prompts)
        return {name for name in last if last[name] != before[name]}

    prompts = tmp_path / "prompts"
    prompts.mkdir()
    for name in KEYS.values():
        (prompts / f"{name}.jinja").write_text(f"=== user\n{name} {{{{ query }}}}\n", "utf-8")
    last = described(prompts)
    assert changed() == set()
    asking = {"imagined", "official", "by_llm"}
    Path("replies.jsonl").write_text("\n", "utf-8")
    assert changed() == asking
    configure(**{"path: replies.jsonl": "path: replies.jsonl\n  max_tokens: 100"})
    assert changed() == asking
    (prompts / "hyde.jinja").write_text("=== user\n{{ query }}\n", "utf-8")
    assert changed() == {"imagined", "by_llm"}  # the latter chooses the former
    (prompts / "classify.jinja").write_text("=== user\n{{ query }}\n", "utf-8")
    assert changed() == {"by_llm"}


def test_a_plan_counts_what_would_be_asked(folder: Path) -> None:
    described()
    planning = Memo(Store(folder / "memo.sqlite"), planning=True)
    with memo.using(planning), journal.recording("compose", folder / "journal.jsonl") as entry, pytest.raises(PlanEnds):
        composed("imagined")
    work = entry.works["replies"]
    assert (work.held, work.computed, work.figures["completion_tokens"]) == (0, len(ASKED), 512 * len(ASKED))


def test_a_record_that_is_not_there_is_named(folder: Path) -> None:
    Path("replies.jsonl").unlink()
    with pytest.raises(TableError, match=r"replies\.jsonl: no such file or folder, and a system reads it"):
        described()


def test_without_a_backend_a_system_that_asks_one_is_an_error_and_the_others_are_built(folder: Path) -> None:
    configure(**{"backend: recorded": "backend: off"})
    described()
    assert composed("plain")["q2"] == [TEXTS[1]]
    with pytest.raises(LlmError, match=r"params\.yaml: rewriter\.backend: off is no language model"):
        composed("imagined")
