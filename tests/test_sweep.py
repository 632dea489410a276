import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from onggi.cli import app
from onggi.sweep import Trial

PARAMS = """\
indexes:
  bm25: {encoder: kiwi}
  dense: {encoder: base}
systems:
  hybrid: {fuse: [bm25, both], by: weighted, weights: [%s, 0.5]}
  both: {cut: dense}
"""
LOCK = """\
schema: '2.0'
stages:
  index@bm25: {cmd: x, outs: [{path: data/index/bm25, size: 2500000}]}
  index@dense: {cmd: x, outs: [{path: data/index/dense, size: %d}]}
  evaluate: {cmd: x, outs: [{path: metrics/dev.json, size: 9}]}
"""


def git(folder: Path, *arguments: str) -> str:
    named = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    return subprocess.run(
        ["git", "-C", folder, *named, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path, weight: float, dev: float, test: float, size: int) -> str:
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "params.yaml").write_text(PARAMS % weight)
    (folder / "dvc.lock").write_text(LOCK % size)
    interval = {"systems": {"hybrid": {"nDCG@10": {"mean": test, "interval": [test - 0.05, test + 0.05]}}}}
    for name, content in (("dev", {"hybrid": {"nDCG@10": dev}}), ("retrieval", {"hybrid": {"nDCG@10": test}})):
        (folder / "metrics" / f"{name}.json").write_text(json.dumps(content))
    (folder / "metrics" / "intervals.json").write_text(json.dumps(interval))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", f"{weight}")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with two experiments on HEAD and one on another commit."""
    git(tmp_path, "init", "-q", "-b", "main")
    old = commit(tmp_path, 0.9, 0.1, 0.1, 1)
    head = commit(tmp_path, 0.5, 0.70, 0.80, 1_000_000)
    for name, made_on, values in (
        ("prime-jar", head, (0.3, 0.75, 0.78, 1_000_000)),
        ("worst-lid", head, (0.1, 0.60, 0.90, 4_000_000)),
        ("other-day", old, (0.2, 0.99, 0.99, 1)),
    ):
        git(tmp_path, "checkout", "-q", "--detach", head)
        sha = commit(tmp_path, *values)
        git(tmp_path, "update-ref", f"refs/exps/{made_on[:2]}/{made_on[2:]}/{name}", sha)
    git(tmp_path, "checkout", "-q", "main")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def show(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["sweep", "show", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_experiments_on_head_are_listed_best_on_dev_first(project: Path) -> None:
    lines = show().splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["*", "prime-jar"],
        ["(here)", "0.7000"],
        ["worst-lid", "0.6000"],
    ]
    assert "0.7500  0.7800  0.730–0.830" in lines[1] and "3.5" in lines[1]
    assert lines[1].endswith("systems.hybrid.weights=[0.3, 0.5]") and "other-day" not in show()
    assert lines[-1] == "2 experiments on HEAD; choose on dev, report test"


def test_the_same_as_json(project: Path) -> None:
    rows: list[dict[str, Any]] = json.loads(show("--json"))
    assert [(row["name"], row["dev"], row["index_mb"], row["pareto"]) for row in rows] == [
        ("prime-jar", 0.75, 3.5, True), ("(here)", 0.7, 3.5, False), ("worst-lid", 0.6, 6.5, False),
    ]  # fmt: skip
    assert json.loads(show("--json", "--system", "bm25"))[0]["index_mb"] == 2.5
    assert json.loads(show("--json", "--measure", "nothing"))[0]["dev"] is None


def test_latency_is_that_of_the_experiment_and_never_of_the_commit_it_started_from(project: Path) -> None:
    """An experiment without a benchmark of its own still has the file of its commit."""
    performance = project / "metrics" / "performance.json"

    def write(p50: float) -> None:
        performance.write_text(json.dumps({"systems": {"hybrid": {"latency_ms": {"p50": p50}}}}))

    write(4.5)
    git(project, "add", ".")
    git(project, "commit", "-qm", "timed")
    now = git(project, "rev-parse", "HEAD")
    for name, p50 in (("untimed", None), ("timed", 9.5)):
        git(project, "checkout", "-q", "--detach", now)
        (project / "params.yaml").write_text(PARAMS % 0.4)
        if p50:
            write(p50)
        git(project, "commit", "-qam", name)
        git(project, "update-ref", f"refs/exps/{now[:2]}/{now[2:]}/{name}", git(project, "rev-parse", "HEAD"))
    git(project, "checkout", "-q", "main")
    rows: list[dict[str, Any]] = json.loads(show("--json"))
    assert {row["name"]: row["latency_ms"] for row in rows} == {"(here)": 4.5, "untimed": None, "timed": 9.5}


def test_a_commit_without_metrics_shows_what_it_has(project: Path) -> None:
    for name in ("metrics/dev.json", "dvc.lock"):
        (project / name).write_text("{")
    git(project, "commit", "-qam", "broken")
    (row,) = json.loads(show("--json"))
    assert (row["dev"], row["test"], row["index_mb"]) == (None, 0.8, None)


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        ((0.7, 5.0, 1.0), (0.6, 5.0, 1.0), True),
        ((0.7, 5.0, 1.0), (0.7, 5.0, 1.0), False),
        ((0.7, 9.0, 1.0), (0.6, 5.0, 1.0), False),
        ((0.7, None, 1.0), (0.7, 5.0, 2.0), True),
        ((None, None, None), (0.7, 5.0, 2.0), False),
    ],
)
def test_what_beats_another(first: tuple[Any, ...], second: tuple[Any, ...], wins: bool) -> None:
    one, two = (Trial("", {}, dev, None, None, latency, size) for dev, latency, size in (first, second))
    assert one.dominates(two) is wins


def test_what_was_asked_other_questions_is_not_beaten_and_the_table_says_so(project: Path) -> None:
    """A sweep over two corpora once stood in one ranking, the easier corpus above all."""
    easy = Trial("easy", {"gold.path": "a"}, 0.9, 0.9, None, None, 1.0)
    hard, harder = (Trial("hard", {"gold.path": "b"}, dev, dev, None, None, 2.0) for dev in (0.5, 0.4))
    assert not easy.dominates(hard) and hard.dominates(harder)
    assert "asked" not in show()
    (project / "params.yaml").write_text(PARAMS % 0.5 + "gold: {path: elsewhere}\n")
    git(project, "commit", "-qam", "asked")
    sha, head = git(project, "rev-parse", "HEAD"), git(project, "rev-parse", "HEAD~1")
    git(project, "checkout", "-q", "--detach", head)
    git(project, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/other-gold", sha)
    assert show().splitlines()[-1].startswith("not all were asked the same")
