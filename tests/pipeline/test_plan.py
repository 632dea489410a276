"""A plan of the real stages against the build that follows it, by real DVC: the same stages, the same rows."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onggi.work.journal import Entry, entries
from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("pipeline")]

CALL = "from onggi.cli import main; main()"
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
        return {"ONGGI_MEMO": str(self.memo), "HF_HUB_OFFLINE": "1"}

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
    """See that a build did what the plan said: so many rows, or at least so many."""
    planned = {stage["stage"]: stage for stage in plan["stages"]}
    certain = {name for name, stage in planned.items() if stage["state"] == "runs"}
    possible = certain | {name for name, stage in planned.items() if stage["state"] == "may run"}
    assert certain <= ran.keys() <= possible, (sorted(certain ^ ran.keys()), sorted(possible))
    for name, entry in ran.items():
        stage = planned[name]
        behind = stage["known_after"]
        assert not (behind and (stage["rows"] or stage["seconds"] is not None)), name
        assert set(behind) <= ran.keys() - {name}
        ended = name in {other for of in planned.values() for other in of["known_after"]}
        works = {kind: work for kind, work in entry.works.items() if work.held or work.computed}
        assert behind or ended or works.keys() == stage["rows"].keys(), name
        for kind, rows in stage["rows"].items():
            did = (works[kind].computed, works[kind].held)
            where = f"{name}: {kind}: planned {rows}, computed {did[0]}, held {did[1]}"
            if rows["exact"]:
                assert (rows["compute"], rows["held"]) == did, where
            else:
                assert rows["compute"] + rows["held"] <= sum(did), where


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
    bench = Bench(Workspace(folder / "복제본", built.home), folder / "memo")
    plan = bench.plan()
    ran = bench.build()
    return First(bench, plan, ran)


@pytest.fixture
def bench(first: First, tmp_path: Path) -> Bench:
    """A copy of the built clone to change, and of its memo."""
    shutil.copytree(first.bench.folder, tmp_path / "사본", symlinks=True)
    shutil.copytree(first.bench.memo, tmp_path / "memo")
    return Bench(Workspace(tmp_path / "사본", first.bench.workspace.home), tmp_path / "memo")


def test_a_first_plan_with_an_empty_memo(first: First) -> None:
    compare(first.plan, first.ran)
    assert set(states(first.plan)) <= set(first.bench.workspace.stages())
    assert {stage["seconds"] for stage in first.plan["stages"]} == {None}
    assert first.plan["total"]["complete"] is False


def test_nothing_changed(bench: Bench) -> None:
    stages = bench.workspace.stages()
    assert bench.plan() == {
        "stages": [],
        "up_to_date": stages,
        "total": {"rows": {}, "seconds": 0.0, "complete": True},
    }
    assert bench.onggi("plan") == (0, f"nothing to do: {len(stages)} stages up to date\n", "")


def test_a_document_more(bench: Bench) -> None:
    (bench.folder / "data" / "raw" / "항아리.md").write_text(ADDED, "utf-8")
    plan = bench.plan()
    assert states(plan)["chunk"] == "runs"
    compare(plan, bench.build())


def test_chunk_size(bench: Bench) -> None:
    bench.workspace.edit_params(chunk={"max_tokens": 120})
    plan = bench.plan()
    first = next(stage for stage in plan["stages"] if stage["stage"] == "chunk")
    assert first["why"] == [{"kind": "parameter", "name": "chunk.max_tokens", "was": 200, "now": 120}]
    assert first["rows"]["sentences"]["compute"] == 0
    reads = next(
        stage
        for stage, locked in bench.workspace.lock().items()
        if any(dep["path"] == "data/chunks.parquet" for dep in locked.get("deps", ()))
    )
    (reasons,) = bench.json("why", reads)["stages"]
    (why,) = (why for why in reasons["why"] if why["name"] == "data/chunks.parquet")
    assert (why["makers"], why["table"]) == (["chunk"], "Chunk")
    assert why["because"] == [{"stage": "chunk", **first["why"][0]}]
    assert why["rows"]["added"] > why["rows"]["removed"] > 0 == why["rows"]["changed"]
    compare(plan, bench.build())


def test_a_comment_in_a_module(bench: Bench) -> None:
    with (bench.folder / "stages" / "chunk.py").open("a", encoding="utf-8") as file:
        file.write("# 항아리\n")
    plan = bench.plan()
    assert states(plan) == {"chunk": "runs"}
    (sentences,) = plan["stages"][0]["rows"].values()
    assert sentences["compute"] == 0 < sentences["held"] and sentences["exact"]
    (why,) = bench.json("why", "chunk")["stages"]
    assert why["why"][0]["modules"] == ["stages.chunk"]
    assert why["why"][0]["lines"] == {"added": 1, "removed": 0, "changed": 0, "first": {}}
    compare(plan, bench.build())
