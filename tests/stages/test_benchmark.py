"""The stage benchmark: indexes and systems in processes of their own; what fails, is not wanted, or dies."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onggi.core import tables
from onggi.core.errors import MeasureError, ParamsError
from onggi.core.schema import Chunk, Evidence, Question
from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams
from onggi.performance import benchmark as benchmarking
from onggi.performance.trial import Job, Places, Trial, tried
from onggi.search.retriever import IndexRetriever, Query, Ranking
from onggi.work import journal, memo
from stages import benchmark, encode, index, inputs, search, tokenizer
from tests.structure.modules import ROOT

PARAMS = """\
models:
  tokenizer:
    words: {name: whitespace, user_dictionary: words.tsv}
encoders: {words: {}, base: {}}
embed: {query_max_length: 64, passage_max_length: 64, query_prefix: "", passage_prefix: "", precision: fp32,
        runtime: torch, trust_remote_code: false}
indexes:
  bm25: {encoder: words, kind: bm25}
  dense: {encoder: base, kind: flat}
search: {depth: 3}
systems:
  both: {rerank: {fuse: [bm25, dense], by: rrf}, by: late_interaction, model: base, depth: 2}
  imagined: {transform: bm25, by: hyde}
rewriter: {backend: recorded, path: replies.jsonl}
benchmark: {systems: null, queries: 7, batch: 4, language_models: false, seed: 0}
"""
TEXTS = ["장독 세척 매월 실시", "메주 발효 곰팡이", "소금 보관 창고"]
CHUNKS = [Chunk(f"a#{n}-{n + 1}", "a", n, n + 1, text, 3, "") for n, text in enumerate(TEXTS)]
ASKED = ["항아리 씻기", "메주 뜻", "창고 어디"]
PROMPTS = ROOT / "prompts" / "ko" / "rewriter"
FOLDERS = ("models", "index", "inputs", "chunks.parquet", "gold.parquet")
PLACES = Places(*map(Path, FOLDERS), PROMPTS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two indexes and two systems, described; the runs are gone, so that who would read one fails."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("params.yaml").write_text(PARAMS, "utf-8")
        Path("words.tsv").write_text("", "utf-8")
        Path("replies.jsonl").write_text("", "utf-8")
        shape = BootstrapParams(vocab_size=100, dimensions=8, layers=1, heads=2, window=32, max_length=64, seed=0)
        bootstrap(lambda: [*TEXTS, *ASKED] * 5, shape, Path("models/base"))
        tables.write(Path("chunks.parquet"), Chunk, CHUNKS)
        questions = [
            Question(f"q{n}", text, "정의", ["답"], [Evidence("a", 0, 1)], "gold", "test")
            for n, text in enumerate(ASKED)
        ]
        tables.write(Path("gold.parquet"), Question, questions)
        tokenizer.main("words", Path("models"))
        for model, name in (("words", "bm25"), ("base", "dense")):
            encode.main(model, Path("chunks.parquet"), Path("models"), Path("encoded"))
            index.main(name, Path("encoded"), Path("index"))
            search.main(name, Path("index"), Path("models"), Path("gold.parquet"), Path("runs"), Path("searched"))
        inputs.main(
            *(Path(name) for name in ("searched", "index", "models", "chunks.parquet")), PROMPTS, Path("inputs")
        )
        shutil.rmtree("runs")
    yield folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path / "build")
    monkeypatch.chdir(tmp_path / "build")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "memo"))
    return tmp_path / "build"


def configure(**replaced: str) -> None:
    text = Path("params.yaml").read_text("utf-8")
    for old, new in replaced.items():
        assert f"{old}: " in text
        text = text.replace(f"{old}: null" if old == "systems" else f"{old}: false", f"{old}: {new}")
    Path("params.yaml").write_text(text, "utf-8")


def run() -> dict[str, Any]:
    benchmark.main(*map(Path, FOLDERS), PROMPTS, Path("metrics"))
    return written()


def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("metrics/performance.json").read_text("utf-8"))
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Do jobs in this process, which is quick; return those that were done."""
    done: list[Job] = []

    def run_here(job: Job) -> Trial:
        done.append(job)
        return tried(job)

    monkeypatch.setattr(benchmarking, "in_a_process", run_here)  # the stage imports it when it runs
    return done


def test_all_figures_of_all_systems_by_real_processes(folder: Path) -> None:
    """The figures are there and above 0; no memo is put to work, and nothing says which machine it was."""
    found = run()
    assert list(found) == ["machine", "systems", "not_measured"]
    assert list(found["systems"]) == ["bm25", "dense", "both"]
    assert found["not_measured"] == {"imagined": "asks a language model (hyde), and benchmark.language_models is false"}
    for told in found["systems"].values():
        assert list(told) == [
            "cold_start_s", "warm_start_s", "latency_ms", "queries_per_second", "batch", "index_mb", "models_mb",
            "peak_memory_mb", "queries", "errors",
        ]  # fmt: skip
        assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["p95"] <= told["latency_ms"]["p99"]
        assert all(told[key] > 0 for key in ("cold_start_s", "warm_start_s", "queries_per_second", "index_mb"))
        assert told["peak_memory_mb"]["host"] > 10 and told["models_mb"] >= 0
        assert (told["queries"], told["errors"], told["batch"]) == (7, 0, 3)  # 3 texts: none stands twice in a batch
    assert set(found["machine"]) == {"cpu", "cores", "threads", "threads_of_a_sum", "gpu", "load_before"}
    assert os.uname().nodename not in json.dumps(found["machine"]) and str(folder) not in json.dumps(found)
    assert not (folder.parent / "memo").exists()


def test_each_system_has_a_cold_process_that_answers_once_and_a_warm_one_that_answers_all(
    folder: Path, here: list[Job]
) -> None:
    run()
    assert [(job.name, job.is_index, job.batch) for job in here] == [
        ("bm25", True, None), ("bm25", True, 3), ("dense", True, None), ("dense", True, 3),
        ("both", False, None), ("both", False, 3),
    ]  # fmt: skip
    assert all(job.depth == 3 and len(job.texts) == 7 and set(job.texts) == set(ASKED) for job in here)


def test_systems_that_are_named_and_a_language_model_where_it_is_wanted(folder: Path, here: list[Job]) -> None:
    configure(systems="[imagined]", language_models="true")
    with pytest.raises(MeasureError, match=r"metrics/performance.json: imagined: was not timed; mend it: ") as raised:
        run()
    assert "replies.jsonl" in str(raised.value)  # it was asked, and nothing is on record
    assert (written()["systems"], list(written()["not_measured"])) == ({}, ["imagined"])


def test_an_unknown_name_is_refused(folder: Path) -> None:
    configure(systems="[bm26]")
    with pytest.raises(ParamsError, match=r"params.yaml: benchmark.systems: got 'bm26'; name an index or a system"):
        run()


def test_an_index_that_is_damaged_is_told_and_the_others_are_timed(folder: Path, here: list[Job]) -> None:
    Path("index/dense/index.json").write_text("{", "utf-8")
    with pytest.raises(MeasureError, match="dense: was not timed; mend it: index/dense"):
        run()
    assert list(written()["systems"]) == ["bm25"]
    assert set(written()["not_measured"]) == {"dense", "both", "imagined"}


def test_an_error_among_the_queries_is_written_and_ends_the_stage(
    folder: Path, here: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(systems="[bm25]")
    search, times = IndexRetriever.search, iter(range(1000))

    def fails_at_the_fifth(self: IndexRetriever, queries: list[Query]) -> list[Ranking]:
        if next(times) == 5:
            raise RuntimeError("no memory\nleft")
        return search(self, queries)

    monkeypatch.setattr(IndexRetriever, "search", fails_at_the_fifth)
    # The 0th query is the cold one, the 1st the warm start: the 5th is the fourth in the row.
    said = r"bm25: 1 errors in 7 queries and their batches; mend it: query 4 of 7: RuntimeError: no memory left$"
    with pytest.raises(MeasureError, match=said):
        run()
    told = written()["systems"]["bm25"]
    assert told["errors"] == 1 and told["first_error"] == "query 4 of 7: RuntimeError: no memory left"
    assert told["latency_ms"]["p50"] > 0


def test_a_process_that_dies_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = [sys.executable, "-c", "import sys; print('one\\ntwo', file=sys.stderr); sys.exit(7)"]
    monkeypatch.setattr(benchmarking, "command", lambda *arguments: dying)
    job = Job("bm25", True, 3, PLACES, ASKED)
    assert benchmarking.in_a_process(job).failed == "its process ended with 7 and without a result two"


def test_a_plan_counts_queries_and_times_nothing(folder: Path, here: list[Job]) -> None:
    with (
        memo.using(memo.Memo(planning=True)),
        journal.recording("benchmark", folder / "plan") as entry,
        pytest.raises(journal.PlanEnds),
    ):
        run()
    assert here == [] and entry.works["timed queries"].computed == 4 * 7


def test_what_a_system_reads_leaves_the_cache_and_is_weighed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from onggi.performance.files import Read
    from onggi.search.inputs import Inputs

    forgotten: list[str] = []
    monkeypatch.setattr(
        os, "posix_fadvise", lambda descriptor, *rest: forgotten.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    )
    read = Read.by("both", Inputs.read(Path("inputs/both.json")), PLACES)
    assert read.leave_cache()
    files = [
        path
        for place in ("index/bm25", "index/dense", "models/words", "models/base")
        for path in sorted(Path(place).rglob("*"))
        if path.is_file()
    ]
    assert sorted(forgotten) == sorted(str(path.resolve()) for path in [*files, Path("chunks.parquet")])
    sizes = {kind: sum(path.stat().st_size for path in files if path.parts[0] == kind) for kind in ("index", "models")}
    assert (read.index_mb, read.models_mb) == (round(sizes["index"] / 1e6, 3), round(sizes["models"] / 1e6, 3))
