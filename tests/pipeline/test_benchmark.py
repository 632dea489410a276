"""The pipeline of its own that holds times, by real DVC: beside the build, and nothing of the build."""

import shutil

import pytest

from tests.pipeline.workspace import ROOT, Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("dvc")]

TIMED = "benchmarks/dvc.yaml"


def test_it_is_run_when_it_is_named_and_no_build_runs_it_or_shows_it(workspace: Workspace) -> None:
    shutil.copytree(ROOT / ".ci", workspace.folder / ".ci")
    workspace.edit_params(benchmark={"queries": 5})
    workspace.commit("five queries")
    lock = (workspace.folder / "dvc.lock").read_bytes()
    assert workspace.repro() == []

    assert workspace.repro(TIMED) == [f"{TIMED}:benchmark"]
    found = workspace.metrics("performance.json")
    assert list(found["systems"]) == ["bm25", "dense-base", "dense-tuned", "hybrid"] and not found["not_measured"]
    assert all(told["errors"] == 0 < told["latency_ms"]["p50"] for told in found["systems"].values())
    assert "systems.hybrid.latency_ms.p50" in workspace.dvc("metrics", "show", "--md")

    status = workspace.run("git", "status", "--porcelain", "--untracked-files=all").splitlines()
    assert status == ["?? benchmarks/dvc.lock", "?? metrics/performance.json"]
    assert (workspace.folder / "dvc.lock").read_bytes() == lock
    assert workspace.run("python", ".ci/compare.py").startswith("identical: dvc.lock and metrics/")

    # A page that is made again is the same, though there are times now; and what they are of has changed.
    page = (workspace.folder / "metrics" / "report.html").read_bytes()
    assert workspace.repro("--force", "--single-item", "report") == ["report"]
    assert (workspace.folder / "metrics" / "report.html").read_bytes() == page
    with (workspace.folder / "onggi" / "performance" / "asking.py").open("a", encoding="utf-8") as file:
        file.write("\n# touched\n")
    assert workspace.repro() == []
    assert "benchmark" not in workspace.run("onggi", "plan", PYTHONPATH=str(workspace.folder))


def test_an_experiment_that_is_told_both_files_carries_times(workspace: Workspace) -> None:
    workspace.edit_params(benchmark={"queries": 3})
    workspace.commit("three queries")
    hybrid = "systems.hybrid.weights=[0.2,0.8]"
    workspace.dvc("exp", "run", "--name", "timed", "--set-param", hybrid, "--set-param",
                  "benchmark.systems=[hybrid]", "dvc.yaml", TIMED)  # fmt: skip
    told = workspace.run("git", "show", "--stat", "--format=", workspace.run(
        "git", "for-each-ref", "--format=%(objectname)", "refs/exps/*/*/timed").strip())  # fmt: skip
    assert "metrics/performance.json" in told and "metrics/retrieval.json" in told
    shown = workspace.run("onggi", "sweep", "show", "--json", PYTHONPATH=str(workspace.folder))
    assert '"name": "timed"' in shown and '"latency_ms": null' in shown  # that of HEAD was not timed
    assert shown.count('"latency_ms": null') == 1
