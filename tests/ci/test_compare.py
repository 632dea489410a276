"""What .ci/compare.py says of a build, in a git repository of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

SCRIPT = Path(__file__).parents[2] / ".ci" / "compare.py"


def stage(deps: dict[str, str], outs: dict[str, str], **more: Any) -> dict[str, Any]:
    files = [[{"path": path, "md5": digest} for path, digest in table.items()] for table in (deps, outs)]
    return {"cmd": "python", "deps": files[0], "outs": files[1], **more}


STAGES = {
    "ingest": stage(
        {"data/raw": "r"}, {"data/documents.parquet": "d"}, params={"params.yaml": {"ingest": {"max_mb": 1}}}
    ),
    "finetune": stage({"data/documents.parquet": "d", "onggi/core": "c"}, {"models/tuned": "t"}),
    "evaluate": stage({"models/tuned": "t"}, {"metrics/retrieval.json": "m"}),
}
RETRIEVAL = {"hybrid": {"R@5": 0.8, "note": None}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, STAGES, RETRIEVAL)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "build"]):
        subprocess.run([*git, *command], check=True)
    return tmp_path


def write(folder: Path, stages: dict[str, Any], retrieval: dict[str, Any]) -> None:
    YAML(typ="safe").dump({"schema": "2.0", "stages": stages}, folder / "dvc.lock")
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics" / "retrieval.json").write_text(json.dumps(retrieval), encoding="utf-8")


def compare(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(SCRIPT), *arguments], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def other(name: str, kind: str, path: str, digest: str) -> dict[str, Any]:
    """Return the stages with another hash in one place."""
    changed = json.loads(json.dumps(STAGES))
    next(item for item in changed[name][kind] if item["path"] == path)["md5"] = digest
    return dict(changed)


def test_an_equal_build_is_identical(folder: Path) -> None:
    assert compare(folder) == (0, "identical: dvc.lock and metrics/ are the committed ones\n")


@pytest.mark.parametrize(("value", "code"), [(0.81, 0), (0.79, 0), (0.811, 1), (0.5, 1), ("0.8", 1)])
def test_training_may_differ_where_the_metrics_agree(folder: Path, value: object, code: int) -> None:
    write(folder, other("finetune", "outs", "models/tuned", "t2"), {"hybrid": {"R@5": value, "note": None}})
    found, said = compare(folder)
    assert found == code
    assert ("models/tuned" in said) == (code == 0)
    assert ("hybrid.R@5: committed 0.8, built " in said) == (code == 1)


def test_a_measure_that_is_gone_fails(folder: Path) -> None:
    write(folder, other("finetune", "outs", "models/tuned", "t2"), {"hybrid": {"note": None}})
    assert compare(folder) == (
        1,
        "error: this build is not the committed one\nmetrics/retrieval.json: hybrid.R@5: committed 0.8, built None\n",
    )


def test_what_comes_before_training_must_be_the_same(folder: Path) -> None:
    write(folder, other("ingest", "outs", "data/documents.parquet", "d2"), RETRIEVAL)
    assert compare(folder) == (
        1,
        "error: this build is not the committed one\ndata/documents.parquet: differs, and is made before training\n",
    )


@pytest.mark.parametrize(("stage", "path"), [("ingest", "data/raw"), ("finetune", "onggi/core")])
def test_a_lock_of_other_inputs_is_told_apart(folder: Path, stage: str, path: str) -> None:
    write(folder, other(stage, "deps", path, "x2"), RETRIEVAL)
    code, said = compare(folder)
    assert code == 1
    assert said.splitlines() == [
        "error: the committed dvc.lock is not of this code, data and params; build and commit",
        f"{path}: is not what the committed build read",
    ]


def test_other_params_and_other_stages_are_another_build(folder: Path) -> None:
    changed = {
        **STAGES,
        "ingest": {**STAGES["ingest"], "params": {"params.yaml": {"ingest": {"max_mb": 2}}}},
        "more": STAGES["evaluate"],
    }
    write(folder, changed, RETRIEVAL)
    code, said = compare(folder)
    assert code == 1 and "ingest: another params" in said and "more: a stage of one build only" in said


def test_on_the_same_type_of_cpu_training_may_not_differ(folder: Path) -> None:
    (folder / ".ci").mkdir()
    assert compare(folder, "--record") == (0, "")
    assert compare(folder) == (0, "identical: dvc.lock and metrics/ are the committed ones\n")
    write(folder, other("finetune", "outs", "models/tuned", "t2"), {"hybrid": {"R@5": 0.8001, "note": None}})
    assert compare(folder) == (
        1,
        "error: this build is not the committed one\nmodels/tuned: differs, though on the same type of CPU\n",
    )
    (folder / ".ci" / "built-on").write_text("another\n", "utf-8")
    code, said = compare(folder)
    assert code == 0 and "trains to other bits than another: models/tuned" in said


def test_two_builds_are_held_against_each_other(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    second = tmp_path_factory.mktemp("두 번째")
    write(second, STAGES, RETRIEVAL)
    assert compare(folder, str(second)) == (0, "identical: dvc.lock and 1 files of metrics/ in both folders\n")
    write(second, other("finetune", "outs", "models/tuned", "t2"), {"hybrid": {"R@5": 0.8001, "note": None}})
    assert compare(folder, str(second)) == (
        1,
        "error: two builds of one commit differ: dvc.lock, metrics/retrieval.json, models/tuned\n",
    )


def test_what_holds_times_is_not_compared(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither the stage that measures language models nor the page that shows what it measured."""
    second = tmp_path_factory.mktemp("times")
    for number, build in enumerate((folder, second)):
        timed = {
            "benchmark_llm@solar": stage({"data/runs": "r"}, {"metrics/llm/solar.json": f"s{number}"}),
            "report": stage({"metrics/llm": f"l{number}"}, {"metrics/report.html": f"h{number}"}),
        }
        write(build, {**STAGES, **timed}, RETRIEVAL)
        (build / "metrics" / "report.html").write_text(str(number), "utf-8")
        (build / "metrics" / "llm").mkdir()
        (build / "metrics" / "llm" / "solar.json").write_text(json.dumps({"seconds": number}), "utf-8")
    assert compare(folder, str(second)) == (0, "identical: dvc.lock and 1 files of metrics/ in both folders\n")
    for build in (folder, second):  # a page that shows no times is compared
        write(build, {**STAGES, "report": stage({"models/tuned": "t"}, {"metrics/report.html": "h"})}, RETRIEVAL)
    code, said = compare(folder, str(second))
    assert (code, said) == (1, "error: two builds of one commit differ: metrics/report.html\n")


def test_what_the_benchmark_times_is_no_part_of_a_build(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    second = tmp_path_factory.mktemp("timed")
    write(second, STAGES, RETRIEVAL)
    (folder / "metrics" / "performance.json").write_text('{"systems": {}}', "utf-8")
    assert compare(folder) == (0, "identical: dvc.lock and metrics/ are the committed ones\n")
    assert compare(folder, str(second)) == (0, "identical: dvc.lock and 1 files of metrics/ in both folders\n")
    (folder / "metrics" / "another.json").write_text("{}", "utf-8")
    assert compare(folder, str(second))[0] == 1
