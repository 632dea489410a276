"""A plan of the real stages against the build that follows it, by real DVC: the same stages, the same rows.

And the same inputs give the same bytes, whatever else differs (promise 2).
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onggi.core import tables
from onggi.core.schema import Document
from tests.pipeline.bench import Bench, compare
from tests.pipeline.conftest import Second
from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("plan")]

ADDED = """# 파령시 빈 항아리 나눔 안내

쓰지 않는 항아리를 시민에게서 받아 필요한 가정에 나누어 준다. 신청은 매달 첫째 주에 장독마을 관리실에서 받는다.

## 받을 수 있는 사람

파령시에 한 해 넘게 산 사람이면 누구나 한 집에 두 개까지 받는다.
"""
LINE = "담당자는 매달 마지막 날에 이 안내를 다시 살핀다."


def states(plan: dict[str, Any]) -> dict[str, str]:
    return {stage["stage"]: stage["state"] for stage in plan["stages"]}


@pytest.fixture
def bench(second: Second, tmp_path: Path) -> Bench:
    """A copy of the built clone to change, and of its memo."""
    shutil.copytree(second.bench.folder, tmp_path / "사본", symlinks=True)
    shutil.copytree(second.bench.memo, tmp_path / "memo")
    return Bench(Workspace(tmp_path / "사본", second.bench.workspace.home), tmp_path / "memo")


def test_a_first_plan_with_an_empty_memo(second: Second) -> None:
    compare(second.plan, second.ran)
    assert set(states(second.plan)) <= set(second.bench.workspace.stages())
    assert {stage["seconds"] for stage in second.plan["stages"]} == {None}
    assert second.plan["total"]["complete"] is False


def test_a_build_elsewhere_leaves_the_same_bytes(built: Workspace, second: Second) -> None:
    """What is read from its memo leaves them too, as the comments at the end show."""
    assert second.bench.workspace.outs() == built.outs()
    assert second.bench.workspace.run("git", "status", "--porcelain") == ""


def test_a_memo_that_cannot_be_written_changes_nothing(
    built: Workspace, copy_of_built: Callable[[str], Workspace], tmp_path: Path
) -> None:
    other = copy_of_built("no memo")
    (tmp_path / "file").touch()
    printed = other.dvc("repro", "--force", "--single-item", "encode@base", ONGGI_MEMO=str(tmp_path / "file" / "memo"))
    assert printed.count("warning: ") == 1 and "the memo is not used" in printed
    assert other.outs() == built.outs()


def test_nothing_changed(bench: Bench) -> None:
    stages = bench.workspace.stages()
    plan = bench.plan()
    assert plan | {"up_to_date": sorted(plan["up_to_date"])} == {
        "stages": [],
        "up_to_date": sorted(stages),
        "total": {"rows": {}, "seconds": 0.0, "complete": True},
    }
    assert bench.onggi("plan") == (0, f"nothing to do: {len(stages)} stages up to date\n", "")


def test_a_document_edited_and_one_more(bench: Bench) -> None:
    before = bench.workspace.outs()
    raw = bench.folder / "data" / "raw"
    with min(raw.rglob("*.md")).open("a", encoding="utf-8") as file:
        file.write(f"\n{LINE}\n")
    (raw / "항아리.md").write_text(ADDED, "utf-8")
    plan = bench.plan()
    assert states(plan)["chunk"] == "runs"
    ran = bench.build()
    compare(plan, ran)
    assert ran.keys() == {*bench.workspace.stages()} - {"tokenizer@kiwi"}
    after = bench.workspace.outs()
    remade = {"data/documents.parquet", "data/chunks.parquet", "models/base", "models/tuned"}
    assert remade <= {path for path in after if after[path] != before[path]}
    texts = "".join(tables.column(bench.folder / "data" / "documents.parquet", Document, "text"))
    assert LINE in texts and "빈 항아리 나눔" in texts
    assert bench.build() == {}


def test_other_chunks(bench: Bench) -> None:
    """As far as two runs; an edited document reruns what is behind."""
    before = bench.workspace.outs()
    bench.workspace.edit_params(chunk={"max_tokens": 60})
    targets = ("search@bm25", "search@dense-base")
    plan = bench.plan(*targets)
    first = next(stage for stage in plan["stages"] if stage["stage"] == "chunk")
    assert first["why"] == [{"kind": "parameter", "name": "chunk.max_tokens", "was": 200, "now": 60}]
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
    ran = bench.build(*targets)
    compare(plan, ran)
    assert ran.keys() == {  # ingest, gold, tokenizer and bootstrap read documents, not chunks
        "chunk", "encode@kiwi", "encode@base", "index@bm25", "index@dense-base", *targets
    }  # fmt: skip
    after = bench.workspace.outs()
    same = {path for path in after if after[path] == before[path]}
    assert {"data/documents.parquet", "data/questions/gold.parquet", "models/base"} <= same
    assert not same & {"data/chunks.parquet", "data/index/bm25", "data/index/dense-base", "data/runs/bm25.parquet"}


COMMENTED = {
    "chunk": ["chunk"],
    "bootstrap": ["bootstrap@base"],
    "encode": ["encode@base", "encode@kiwi", "encode@tuned"],
    "mine": ["mine"],
    "finetune": ["finetune"],
    "search": ["search@bm25", "search@dense-base", "search@dense-tuned"],
}
"""Stages that ask models, and what of dvc.yaml they are."""


def test_a_comment_in_every_module_of_models_asks_none(bench: Bench) -> None:
    """What is held was computed elsewhere, in other blocks: it leaves the same bytes."""
    before = bench.workspace.outs()
    for module in COMMENTED:
        with (bench.folder / "stages" / f"{module}.py").open("a", encoding="utf-8") as file:
            file.write("# 항아리\n")
    plan = bench.plan()
    assert states(plan) == {stage: "runs" for named in COMMENTED.values() for stage in named}
    for rows in (rows for stage in plan["stages"] for rows in stage["rows"].values()):
        assert rows["compute"] == 0 < rows["held"] and rows["exact"]
    (why,) = bench.json("why", "chunk")["stages"]
    assert why["why"][0]["modules"] == ["stages.chunk"]
    assert why["why"][0]["lines"] == {"added": 1, "removed": 0, "changed": 0, "first": {}}
    ran = bench.build()
    compare(plan, ran)
    assert not [work for entry in ran.values() for work in entry.works.values() if work.computed]
    assert {"training", "embeddings", "morphemes", "scores"} <= {kind for entry in ran.values() for kind in entry.works}
    assert bench.workspace.outs() == before
