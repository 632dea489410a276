"""The stage benchmark_llm: against a server of this machine, and with models that cannot be asked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from onggi.core import tables
from onggi.core.schema import Answer, Chunk, Evidence, Hit, Question
from onggi.work import journal, memo
from onggi.work.store import Store
from stages import benchmark_llm
from tests.llm.faulty import KEY, Body, Server, asked, said, serving, wrong
from tests.llm.faulty import Answer as Sent

PROMPTS = Path(__file__).parents[2] / "prompts" / "ko"
CHUNKS = [Chunk(f"{name}#0-9", name, 0, 9, f"{name}은 북쪽에 둔다", 3, name) for name in ("가마", "장독")]
ASKED = [
    *(
        Question(f"a{n}", f"장독 {n}번은 어디에 두나요?", "정의", ["북쪽"], [Evidence("장독", 0, 9)], "gold", "dev")
        for n in range(6)
    ),
    *(Question(f"u{n}", f"시루 {n}번은 얼마인가요?", "규정", [], [], "gold", "test") for n in range(2)),
    Question("v", "배운 것은?", "정의", ["북쪽"], [Evidence("가마", 0, 9)], "gold", "train"),
]  # fmt: skip
NONE = {"backend": "openai", "path": "none.jsonl", "model": "onggi-1"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("TESTER_KEY", KEY)
    with serving() as state:
        state.rule = by_rule
        yield state


def by_rule(body: Body) -> Sent:
    """Say the north, but of 시루 that there is nothing, and of one question nothing that is an answer."""
    text = asked(body)
    if "장독 5번" in text:
        return wrong(400, "too long", code="context_length_exceeded")
    known = "시루" not in text
    return said(json.dumps({"answer": "북쪽" if known else "", "citations": [1], "answerable": known}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tables.write(tmp_path / "chunks.parquet", Chunk, CHUNKS)
    tables.write(tmp_path / "questions.parquet", Question, ASKED)
    hits = [
        Hit(question.query_id, chunk.chunk_id, rank, 1 / rank)
        for question in ASKED
        for rank, chunk in enumerate(CHUNKS, 1)
    ]
    tables.write(tmp_path / "runs" / "hybrid.parquet", Hit, hits)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(folder: Path, **candidate: Any) -> dict[str, Any]:
    """Benchmark one candidate; return what is written of it."""
    answer = {
        "system": "hybrid", "contexts": 2, "columns": {"query_id": "id"}, "encoder": "base", "quotes": 1,
        "quote_chars": 40, "min_support": 0.3,
    }  # fmt: skip
    embed = {
        "query_max_length": 64, "passage_max_length": 64, "query_prefix": "", "passage_prefix": "",
        "precision": "fp32", "runtime": "torch", "trust_remote_code": False,
    }  # fmt: skip
    sample = {"questions": 60, "splits": ["dev", "test"], "resamples": 500, "seed": 0}
    settings = {"benchmark_llm": {"models": {"one": candidate}, "sample": sample}, "answer": answer, "embed": embed}
    YAML().dump(settings, folder / "params.yaml")
    benchmark_llm.main("one", *map(Path, ("questions.parquet", "chunks.parquet", "runs", "models")), PROMPTS,
                       Path("benchmark"), Path("metrics/llm"))  # fmt: skip
    found: dict[str, Any] = json.loads((folder / "metrics" / "llm" / "one.json").read_text("utf-8"))
    return found


def endpoint(url: str, **more: Any) -> dict[str, Any]:
    return NONE | {"endpoint": {"base_url": url, "key": "TESTER_KEY", **more}}


def test_what_a_server_says_is_measured(folder: Path, server: Server) -> None:
    found = run(folder, **endpoint(server.url), revision="2027-01")
    assert [found[key] for key in ("backend", "model", "revision", "status")] == [
        "openai",
        "onggi-1",
        "2027-01",
        "measured",
    ]
    assert found["sample"]["strata"] == {"규정, unanswerable": "2 of 2", "정의, answerable": "6 of 6"}
    assert (found["success"]["value"], found["success"]["of"]) == (0.875, 8)
    assert found["failures"] == {"rejected": 1}
    assert {name: (figure["value"], figure["of"]) for name, figure in found["agreement"].items()} == {
        "EM": (1.0, 5), "F1": (1.0, 5), "contains": (1.0, 5),
    }  # fmt: skip
    assert {name: (figure["value"], figure["of"]) for name, figure in found["refused"].items()} == {
        "unanswerable": (1.0, 2), "answerable": (0.0, 5),
    }  # fmt: skip
    assert found["tokens"]["prompt"] >= 7 * 7 and found["tokens"]["completion"] >= 5 * 7
    assert found["latency_s"]["p50"]["of"] == len(server.log) == 8
    assert 0 < found["latency_s"]["p50"]["value"] <= found["latency_s"]["p95"]["value"] <= found["seconds"]
    assert found["memory_mb"] == {"host": "runs elsewhere", "device": "runs elsewhere"}


def test_the_answers_are_there_to_be_compared(folder: Path, server: Server) -> None:
    run(folder, **endpoint(server.url))
    answers = {answer.query_id: answer for answer in tables.read(folder / "benchmark" / "one.parquet", Answer)}
    assert list(answers) == [question.query_id for question in ASKED[:-1]]
    assert (answers["a0"].text, answers["u0"].text, answers["a5"].reason) == ("북쪽", None, "rejected")


def test_what_the_memo_holds_is_asked_all_the_same(folder: Path, server: Server, tmp_path: Path) -> None:
    """A reply that is held took no time; and the memo in use goes on as it was."""
    with memo.using(memo.Memo(Store(tmp_path / "memo.sqlite"))) as held:
        for _ in range(2):
            run(folder, **endpoint(server.url))
        assert memo.active() is held and held.store is not None
    assert len(server.log) == 16


def test_a_plan_counts_and_asks_nothing(folder: Path, server: Server) -> None:
    with (
        memo.using(memo.Memo(planning=True)),
        journal.recording("benchmark_llm@one", folder / "plan") as entry,
        pytest.raises(journal.PlanEnds),
    ):
        run(folder, **endpoint(server.url))
    assert server.log == [] and entry.works["replies"].computed == 8


@pytest.mark.parametrize(
    ("status", "told"), [(401, "TESTER_KEY"), (403, "TESTER_KEY"), (404, "onggi-1")], ids=["key", "gated", "missing"]
)
def test_a_model_that_cannot_be_asked_is_told_and_stops_nothing(
    folder: Path, server: Server, status: int, told: str
) -> None:
    server.rule = lambda body: wrong(status, "no access to this model")
    found = run(folder, **endpoint(server.url))
    assert found["status"] == "not measured" and told in found["reason"] and "success" not in found
    assert list(tables.read(folder / "benchmark" / "one.parquet", Answer)) == []
    assert KEY not in json.dumps(found)


def test_an_endpoint_that_is_away(folder: Path) -> None:
    with serving() as gone:
        url = gone.url
    found = run(folder, **endpoint(url, patience_s=0.0))
    assert found["status"] == "not measured" and url in found["reason"]


@pytest.mark.parametrize("path", ["models/absent", "replies.jsonl"])
def test_a_folder_or_a_file_that_is_not_there(folder: Path, path: str) -> None:
    backend = "transformers" if path.startswith("models") else "recorded"
    found = run(folder, backend=backend, path=path)
    assert found["status"] == "not measured" and path in found["reason"]


def test_a_model_of_the_hub_that_cannot_be_fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from httpx import Request, Response
    from huggingface_hub.errors import RepositoryNotFoundError

    def refuse(*args: object, **kwargs: object) -> None:
        raise RepositoryNotFoundError("gated", response=Response(401, request=Request("GET", "http://localhost")))

    monkeypatch.setattr("onggi.models.hub.snapshot_download", refuse)
    found = run(folder, backend="transformers", path="none.jsonl", hub={"name": "owner/gated", "revision": "0" * 40})
    assert (found["model"], found["revision"], found["status"]) == ("owner/gated", "0" * 40, "not measured")
    assert "owner/gated: no such model" in found["reason"] and "HF_TOKEN" in found["reason"]
    assert list((folder / "benchmark").iterdir()) == [folder / "benchmark" / "one.parquet"]


def test_what_nobody_foresaw_is_a_reason_too(folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr("onggi.answers.generative.GenerativeReader.answers", fail)
    assert run(folder, **endpoint(server.url))["reason"] == "RuntimeError: CUDA out of memory"
