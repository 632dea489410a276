"""The stage guard: a set of its own domain, asked of every index and system by tiny models."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import DocumentError, GoldError, OnggiError
from onggi.core.schema import Chunk, Document, Hit, Question
from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams
from onggi.search.inputs import Inputs
from onggi.search.spec import Systems
from onggi.truth import guard as guarded
from onggi.work import memo
from onggi.work.memo import Memo
from onggi.work.store import Store
from stages import guard, tokenizer
from tests.structure.modules import ROOT

PARAMS = """\
models:
  tokenizer:
    words: {name: whitespace, user_dictionary: words.tsv}
ingest: {on_error: skip, max_mb: 9, max_memory_mb: 900, max_seconds: 60}
chunk: {strategy: sentence, max_tokens: 40, overlap_tokens: 0}
split: {train: 0.6, dev: 0.1, test: 0.3, synthesis_from: train, near_duplicate: 0.8, seed: 0}
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
  both: {fuse: [bm25, dense], by: rrf}
  imagined: {transform: bm25, by: hyde}
  deeper: {fuse: [dense, imagined], by: rrf}
  reranked: {rerank: both, by: late_interaction, model: base, depth: 2}
evaluate: {guard: {path: guard}}
"""
TEXTS = {
    "frog": "맹꽁이는 장마 무렵에 운다. 뒷발로 흙을 판다.",
    "moon": "달이 지구 그림자에 들면 붉게 보인다.",
    "rice": "압력추를 뽑아 물에 헹군다. 패킹은 열두 달마다 바꾼다.",
}
ASKED = {"g1": ("맹꽁이는 언제 운다", "frog"), "g2": ("패킹은 언제 바꾼다", "rice")}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "base"
    shape = BootstrapParams(vocab_size=100, dimensions=8, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(lambda: [*TEXTS.values()] * 5, shape, folder)
    return folder


def a_set(**texts: str) -> None:
    """Write a BEIR folder."""
    Path("guard/qrels").mkdir(parents=True, exist_ok=True)
    lines = [{"_id": doc_id, "title": "", "text": text} for doc_id, text in texts.items()]
    Path("guard/corpus.jsonl").write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    asked = [{"_id": query_id, "text": text} for query_id, (text, _) in ASKED.items()]
    Path("guard/queries.jsonl").write_text("\n".join(json.dumps(line) for line in asked), "utf-8")
    qrels = [f"{query_id}\t{doc_id}\t1" for query_id, (_, doc_id) in ASKED.items()]
    Path("guard/qrels/test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *qrels]), "utf-8")


@pytest.fixture
def folder(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS, "utf-8")
    Path("words.tsv").write_text("", "utf-8")
    Path("models").mkdir()
    Path("models/base").symlink_to(base)
    a_set(**TEXTS)
    tables.write(Path("documents.parquet"), Document, [Document("own", "own", "옹기", "md", "옹기는 숨을 쉰다.")])
    tables.write(Path("gold.parquet"), Question, [])
    systems = Systems.load()
    for name in systems:
        settings = {"base": {**DENSE}} if name == "reranked" else {}
        asks = {"backend": "off"} if name in ("imagined", "deeper") else None
        Inputs(systems.resolved(name), 3, settings, asks).write(Path(f"inputs/{name}.json"), {})
    with memo.using(Memo(Store(tmp_path / "memo.sqlite"))):
        tokenizer.main("words", Path("models"))
        yield tmp_path


DENSE = {
    "query_max_length": 64, "passage_max_length": 64, "query_prefix": "", "passage_prefix": "", "precision": "fp32",
    "runtime": "torch", "trust_remote_code": False,
}  # fmt: skip


def run(out: str = "guarded") -> dict[str, bytes]:
    """Run the stage; return the files that it leaves."""
    given = ("documents.parquet", "gold.parquet", "models", "inputs", ROOT / "prompts" / "ko" / "rewriter", out)
    guard.main(*map(Path, given))
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in Path(out).rglob("*") if path.is_file()}


def found(system: str) -> dict[str, str]:
    """Return the document that a run found first for each question."""
    hits = tables.read(Path("guarded", guarded.RUNS, f"{system}.parquet"), Hit)
    return {hit.query_id: hit.chunk_id.partition("#")[0] for hit in hits if hit.rank == 1}


def test_every_index_and_system_is_asked(folder: Path) -> None:
    left = run()
    assert {path for path in left if path.startswith("runs/")} == {
        "runs/bm25.parquet", "runs/dense.parquet", "runs/both.parquet", "runs/reranked.parquet"
    }  # fmt: skip
    assert found("bm25") == found("both") == {query_id: doc_id for query_id, (_, doc_id) in ASKED.items()}
    assert {hit.query_id for hit in tables.read(Path("guarded/runs/reranked.parquet"), Hit)} == set(ASKED)
    assert {chunk.doc_id for chunk in tables.read(Path("guarded", guarded.CHUNKS), Chunk)} == set(TEXTS)
    assert json.loads(left[guarded.CARD]) == {
        "queries": 2, "documents": 3, "chunks": 3, "in_corpus": 0,
        "left_out": dict.fromkeys(("imagined", "deeper"), "off is no language model; name another"),
    }  # fmt: skip


def test_the_same_bytes_whatever_the_memo_holds(folder: Path) -> None:
    first = run("once")
    assert run("again") == first
    with memo.using(Memo(Store(folder / "empty.sqlite"))):
        assert run("anew") == first


def test_what_a_run_before_left_is_gone(folder: Path) -> None:
    run()
    Path("guarded/runs/old.parquet").touch()
    assert "runs/old.parquet" not in run()


def test_no_set(folder: Path) -> None:
    Path("none.jsonl").touch()
    Path("params.yaml").write_text(PARAMS.replace("path: guard", "path: none.jsonl"), "utf-8")
    left = run()
    assert {path: json.loads(content) for path, content in left.items()} == {
        guarded.CARD: {"reason": "evaluate.guard.path names no set"}
    }


def test_a_document_that_is_in_the_corpus_is_counted(folder: Path) -> None:
    text = "맹꽁이는 장마 무렵에 운다. " + " ".join(f"{n}번 웅덩이에 알 {n * 3}개를 낳는다." for n in range(20))
    a_set(**{**TEXTS, "frog": text})
    tables.write(Path("documents.parquet"), Document, [Document("own", "own", "옹기", "md", f"{text} 끝.")])
    card = json.loads(run()[guarded.CARD])
    assert card["in_corpus"] == 1 and "such as 'frog'" in card["warning"]


@pytest.mark.parametrize(
    ("file", "content", "error", "said"),
    [
        ("corpus.jsonl", None, GoldError, r"guard/corpus\.jsonl: no such file; write the documents into it"),
        ("corpus.jsonl", "", GoldError, r"guard/corpus\.jsonl: is empty"),
        ("corpus.jsonl", "{", DocumentError, r"guard/corpus\.jsonl:1: not JSON"),
        ("queries.jsonl", None, GoldError, r"guard/queries\.jsonl: no such file"),
        ("qrels/test.tsv", None, GoldError, r"guard/qrels: holds no train\.tsv, dev\.tsv or test\.tsv"),
        ("qrels/test.tsv", "g1\tgone\t1", GoldError, r"guard/qrels/test\.tsv:1: unknown document 'gone'; add"),
        ("qrels/test.tsv", "g9\tfrog\t1", GoldError, r"guard/qrels/test\.tsv:1: unknown query 'g9'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_even_where_documents_may_be_skipped(
    folder: Path, file: str, content: str | None, error: type[OnggiError], said: str
) -> None:
    path = Path("guard", file)
    path.unlink() if content is None else path.write_text(content, "utf-8")
    with pytest.raises(error, match=said) as caught:
        run()
    assert "\n" not in str(caught.value)
    assert not Path("guarded").exists()
