"""A plan against the build that follows it, by real DVC: the same stages, the same rows.

The encoder is one of the Hub here, pinned to a commit, and so does not follow the corpus: one document more leaves the
other embeddings alone. The Hub is a cache that was filled by hand.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from onggi.work.journal import Entry, entries
from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("pipeline")]

CALL = "from onggi.cli import main; main()"
MINING = ("mine", "retrieve@bm25", "retrieve@dense-base")
"""What documents reach without training."""

DENSE = ("retrieve@dense-base",)
COMMITS = {"base": "0" * 40, "tuned": "1" * 40}
"""Of the models of the first build, as the Hub has them."""

ADDED = """# 파령시 빈 항아리 나눔 안내

쓰지 않는 항아리를 시민에게서 받아 필요한 가정에 나누어 준다. 신청은 매달 첫째 주에 장독마을 관리실에서 받는다.

## 받을 수 있는 사람

파령시에 한 해 넘게 산 사람이면 누구나 한 집에 두 개까지 받는다.
"""


@dataclass
class Bench:
    """A workspace with a memo of its own."""

    workspace: Workspace
    memo: Path

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    def own(self) -> dict[str, str]:
        return {
            "ONGGI_MEMO": str(self.memo),
            "HF_HOME": str(self.workspace.home / "huggingface"),
            "HF_HUB_OFFLINE": "1",
        }

    def onggi(self, name: str, *arguments: str) -> tuple[int, str, str]:
        """Run a command in the workspace; return exit code, stdout and stderr."""
        environment = {**self.workspace.environment(), **self.own()}
        done = subprocess.run(
            [sys.executable, "-c", CALL, name, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, done.stderr

    def json(self, name: str, *arguments: str) -> dict[str, Any]:
        code, printed, errors = self.onggi(name, *arguments, "--json")
        assert (code, errors) == (0, ""), errors
        found: dict[str, Any] = json.loads(printed)
        return found

    def plan(self, *targets: str) -> dict[str, Any]:
        """Plan, and see that nothing is changed by it."""
        before = self.content()
        found = self.json("plan", *targets)
        assert self.content() == before
        return found

    def content(self) -> dict[str, bytes | str]:
        """Return every file of the workspace and of the memo; what DVC keeps in its tmp aside."""
        found: dict[str, bytes | str] = {}
        for folder in (self.folder, self.memo):
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder.parent).as_posix()
                if "/.dvc/tmp/" not in name and not name.endswith(".lock") and path.is_file():
                    found[name] = path.read_bytes()
        return found

    def build(self, *targets: str) -> dict[str, Entry]:
        """Build; return the journal's entry of each stage that ran."""
        known = len(list(entries(self.memo / "journal.jsonl")))
        ran = self.workspace.repro(*targets, **self.own())
        new = {entry.stage: entry for entry in list(entries(self.memo / "journal.jsonl"))[known:]}
        assert list(new) == ran
        return new


def compare(plan: dict[str, Any], ran: dict[str, Entry]) -> None:
    """See that a build did what the plan said: exactly where it says so, else within it."""
    planned = {stage["stage"]: stage for stage in plan["stages"]}
    certain = {name for name, stage in planned.items() if stage["state"] == "runs"}
    possible = certain | {name for name, stage in planned.items() if stage["state"] == "may run"}
    assert certain <= ran.keys() <= possible, (sorted(certain ^ ran.keys()), sorted(possible))
    for name, entry in ran.items():
        works = {kind: work for kind, work in entry.works.items() if work.held or work.computed}
        assert works.keys() <= planned[name]["rows"].keys() | ({"morphemes"} & set(CHEAP)), name
        for kind, rows in planned[name]["rows"].items():
            held, computed = (works[kind].held, works[kind].computed) if kind in works else (0, 0)
            where = f"{name}: {kind}: planned {rows}, did {held} held, {computed} computed"
            if rows["exact"]:
                assert (rows["held"], rows["compute"]) == (held, computed), where
            elif rows["compute"] is not None:
                assert computed <= rows["compute"], where


CHEAP = ("morphemes", "sentences")


def exact(plan: dict[str, Any], kind: str) -> dict[str, tuple[int, int]]:
    """Return the rows of a kind to compute and held, of each stage that has them exactly."""
    return {
        stage["stage"]: (stage["rows"][kind]["compute"], stage["rows"][kind]["held"])
        for stage in plan["stages"]
        if stage["rows"].get(kind, {}).get("exact")
    }


def states(plan: dict[str, Any]) -> dict[str, str]:
    return {stage["stage"]: stage["state"] for stage in plan["stages"]}


@dataclass
class First:
    """A clone that was planned for with an empty memo, and then built."""

    bench: Bench
    plan: dict[str, Any]
    ran: dict[str, Entry]


@pytest.fixture(scope="session")
def first(built: Workspace, tmp_path_factory: pytest.TempPathFactory) -> First:
    folder = tmp_path_factory.mktemp("계획")
    subprocess.run(["git", "clone", "--quiet", str(built.folder), str(folder / "복제본")], check=True)
    for model, commit in COMMITS.items():
        snapshots = built.home / "huggingface" / "hub" / "models--onggi--model" / "snapshots"
        shutil.copytree(built.folder / "models" / model, snapshots / commit)
    bench = Bench(Workspace(folder / "복제본", built.home), folder / "memo")
    use_encoder(bench, COMMITS["base"])
    plan = bench.plan()
    ran = bench.build()
    bench.workspace.commit("build")
    return First(bench, plan, ran)


def use_encoder(bench: Bench, commit: str) -> None:
    path = bench.folder / "params.yaml"
    yaml = YAML()
    params = yaml.load(path.read_text("utf-8"))
    params["base_model"]["kind"] = "hub"
    params["base_model"]["hub"].update(name="onggi/model", revision=commit)
    yaml.dump(params, path)


@pytest.fixture
def bench(first: First, tmp_path: Path) -> Bench:
    """A copy of the built clone to change, and of its memo."""
    shutil.copytree(first.bench.folder, tmp_path / "사본", symlinks=True)
    shutil.copytree(first.bench.memo, tmp_path / "memo")
    return Bench(Workspace(tmp_path / "사본", first.bench.workspace.home), tmp_path / "memo")


def test_a_first_plan_with_an_empty_memo(first: First) -> None:
    compare(first.plan, first.ran)
    assert list(states(first.plan)) == first.bench.workspace.stages()
    rows = {stage["stage"]: stage["rows"] for stage in first.plan["stages"]}
    assert rows["base_model"] == {"hub": {"compute": 10, "held": 0, "exact": True}}
    chunks = first.bench.workspace.metrics("chunks.json")["chunks"]
    for stage in ("embed@base", "embed@tuned"):
        assert rows[stage] == {"embeddings": {"compute": chunks, "held": None, "exact": False}}
    assert first.ran["embed@base"].works["embeddings"].computed == chunks
    assert {stage["seconds"] for stage in first.plan["stages"]} == {None}
    assert first.plan["total"]["complete"] is False


def test_nothing_changed(bench: Bench) -> None:
    assert bench.plan() == {
        "stages": [],
        "up_to_date": bench.workspace.stages(),
        "total": {"rows": {}, "seconds": 0.0, "complete": True},
    }
    assert bench.onggi("plan") == (0, "nothing to do: 18 stages up to date\n", "")
    assert bench.onggi("why", "embed@base")[1] == "embed@base: up to date\n"


def add(bench: Bench) -> None:
    (bench.folder / "data" / "raw" / "항아리.md").write_text(ADDED, "utf-8")


def edit(bench: Bench) -> None:
    with (bench.folder / "data" / "raw" / "항아리.md").open("a", encoding="utf-8") as file:
        file.write("\n담당자는 매달 마지막 날에 이 안내를 다시 살핀다.\n")


def rename(bench: Bench) -> None:
    (bench.folder / "data" / "raw" / "항아리.md").rename(bench.folder / "data" / "raw" / "나눔.md")


def remove(bench: Bench) -> None:
    (bench.folder / "data" / "raw" / "나눔.md").unlink()


def test_documents(bench: Bench) -> None:
    """A document is added, edited, renamed, and removed again, each with a build behind it."""
    for change, computed in ((add, 2), (edit, 1), (rename, 0)):
        change(bench)
        plan = bench.plan(*DENSE)
        assert states(plan)["embed@base"] == "runs"
        assert exact(plan, "embeddings")["embed@base"][0] == computed
        compare(plan, bench.build(*DENSE))
    remove(bench)
    plan = bench.plan(*DENSE)
    assert set(states(plan).values()) == {"restored"} and "embed@base" in states(plan)
    compare(plan, bench.build(*DENSE))


def test_chunk_size(bench: Bench) -> None:
    bench.workspace.edit_params(chunk={"max_tokens": 120})
    ((why,), _) = (stage["why"] for stage in bench.json("why", "embed")["stages"])
    assert (why["name"], why["maker"], why["table"]) == ("data/chunks.parquet", "chunk", "Chunk")
    assert why["because"] == [
        {"stage": "chunk", "kind": "parameter", "name": "chunk.max_tokens", "was": 200, "now": 120}
    ]
    assert why["rows"]["added"] > why["rows"]["removed"] > 0 == why["rows"]["changed"]
    plan = bench.plan(*MINING)
    assert plan["stages"][0]["why"] == [{"kind": "parameter", "name": "chunk.max_tokens", "was": 200, "now": 120}]
    assert plan["stages"][0]["rows"]["sentences"]["compute"] == 0
    assert 0 < exact(plan, "embeddings")["embed@base"][0] < bench.workspace.metrics("chunks.json")["chunks"]
    assert set(plan["up_to_date"]) == {"ingest", "gold", "base_model"}
    compare(plan, bench.build(*MINING))


def test_a_prompt(bench: Bench) -> None:
    bench.workspace.edit_params(embed={"passage_prefix": "본문: ", "query_prefix": "질문: "})
    plan = bench.plan(*MINING)
    chunks = bench.workspace.metrics("chunks.json")["chunks"]
    assert exact(plan, "embeddings") == {"embed@base": (chunks, 0)}
    compare(plan, bench.build(*MINING))
    bench.workspace.edit_params(embed={"passage_prefix": "", "query_prefix": ""})
    back = bench.plan(*MINING)
    assert states(back) == {"embed@base": "restored", "mine": "restored", "retrieve@dense-base": "restored"}


def test_a_model(bench: Bench) -> None:
    use_encoder(bench, COMMITS["tuned"])
    plan = bench.plan("embed@base", "retrieve@dense-base")
    assert states(plan) == {"base_model": "runs", "embed@base": "may run", "retrieve@dense-base": "may run"}
    assert plan["stages"][0]["rows"]["hub"] == {"compute": 10, "held": 0, "exact": True}
    compare(plan, bench.build("embed@base", "retrieve@dense-base"))


def test_a_fusion_weight(bench: Bench, first: First) -> None:
    bench.workspace.edit_params(fusion={"dense_weight": 0.9})
    plan = bench.plan()
    assert states(plan) == dict.fromkeys(["retrieve@hybrid", "evaluate", "answer", "judge", "report"], "runs")
    seconds = {stage["stage"]: stage["seconds"] for stage in plan["stages"]}
    assert seconds["retrieve@hybrid"] > 0 and seconds["answer"] > 0
    # The encoder came back as it was, and so did all metrics: the first build did not run this stage.
    assert ("evaluate" in first.ran) == (seconds["evaluate"] is not None)
    compare(plan, bench.build())


def test_more_candidates_to_mine_from(bench: Bench) -> None:
    bench.workspace.edit_params(mine={"bm25_top": 20})
    plan = bench.plan("mine")
    assert states(plan) == {"mine": "runs"}
    questions = bench.workspace.metrics("negatives.json")["questions"]
    assert exact(plan, "embeddings") == {"mine": (0, questions)}
    assert exact(plan, "scores")["mine"][0] > 0
    compare(plan, bench.build("mine"))


def test_a_comment_in_a_module(bench: Bench) -> None:
    with (bench.folder / "onggi" / "chunking.py").open("a", encoding="utf-8") as file:
        file.write("# 항아리\n")
    plan = bench.plan()
    assert states(plan) == {"chunk": "runs"}
    assert plan["stages"][0]["rows"]["sentences"] == {"compute": 0, "held": 268, "exact": True}
    (why,) = bench.json("why", "chunk")["stages"]
    assert why["why"][0]["modules"] == ["onggi.chunking"]
    assert why["why"][0]["lines"] == {"added": 1, "removed": 0, "changed": 0, "first": {}}
    compare(plan, bench.build())
