"""What DVC must show, by real DVC on a slice of the demo corpus."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import Hit
from tests.pipeline.workspace import LIMIT, Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("dvc")]

AFTER_FUSION = ["inputs", "compose@hybrid", "truths", "guard", "evaluate", "answer", "judge", "report"]
HYBRID = {"fuse": ["bm25", "dense-tuned"], "by": "weighted", "weights": [0.1, 0.9]}


def test_the_slice_is_a_whole_build(built: Workspace) -> None:
    assert built.metrics("ingest.json")["documents"] == 10
    retrieval = built.metrics("retrieval.json")
    assert list(retrieval) == ["bm25", "dense-base", "dense-tuned", "hybrid"]
    assert all(0 < value <= 1 for value in retrieval["hybrid"].values())
    assert "<svg" in (built.folder / "metrics" / "report.html").read_text("utf-8")


def test_a_second_repro_runs_nothing_and_changes_no_file(workspace: Workspace) -> None:
    assert workspace.repro() == []
    assert workspace.run("git", "status", "--porcelain") == ""


def test_what_no_stage_reads_reruns_nothing_and_another_folder_reads_it(workspace: Workspace) -> None:
    """A module that no stage imports, byte code, and the corpus below a path with what a shell would read."""
    with (workspace.folder / "onggi" / "cli.py").open("a", encoding="utf-8") as file:
        file.write("\n# touched\n")
    (workspace.folder / "onggi" / "korean" / "__pycache__").mkdir()
    (workspace.folder / "onggi" / "korean" / "__pycache__" / "kiwi.cpython-311.pyc").write_bytes(b"byte code is no dep")
    assert workspace.repro() == []

    touched = workspace.folder / "touched"
    raw, odd = workspace.folder / "data" / "raw", "data/my docs (1) 'a' & $(touch touched); touch touched"
    raw.rename(workspace.folder / odd)
    before = workspace.outs()
    workspace.edit_params(corpus={"path": odd})
    assert workspace.repro() == ["ingest", "report"]  # the report's picture names the folder
    assert {path for path, digest in workspace.outs().items() if digest != before[path]} == {"metrics/report.html"}
    assert not touched.exists()


@dataclass
class Sweep:
    """A plain build with another weight: the workspace, the outs before and the stages that ran."""

    workspace: Workspace
    before: dict[str, str]
    ran: list[str]


@pytest.fixture(scope="module")
def sweep(built: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("sweep") / "plain"
    shutil.copytree(built.folder, folder, symlinks=True)
    workspace = Workspace(folder, built.home)
    workspace.edit_params(systems={"hybrid": HYBRID})
    before = workspace.outs()
    ran = workspace.repro()
    workspace.commit("another weight")
    return Sweep(workspace, before, ran)


def test_a_fusion_sweep_reruns_no_model_and_dvc_prints_what_changed(sweep: Sweep) -> None:
    workspace = sweep.workspace
    assert sorted(sweep.ran) == sorted(AFTER_FUSION)
    changed = {path for path, digest in workspace.outs().items() if digest != sweep.before[path]}
    assert "data/runs/hybrid.parquet" in changed
    assert not {path for path in changed if path.startswith(("models/", "data/index/", "data/runs/dense"))}

    rows = workspace.dvc("metrics", "diff", "HEAD~1", "HEAD").splitlines()
    printed = {row.split()[1] for row in rows if row.split()[:1] == ["metrics/retrieval.json"]}
    old, new = (flat(workspace, revision) for revision in ("HEAD~1", "HEAD"))
    assert printed == {key for key in new if new[key] != old[key]} != set()
    assert all(key.startswith("hybrid.") for key in printed)
    params = workspace.dvc("params", "diff", "HEAD~1", "HEAD")
    assert [line.split() for line in params.splitlines()[1:] if line] == [
        ["params.yaml", "systems.hybrid.weights", "[0.5,", "0.5]", "[0.1,", "0.9]"]
    ]


def flat(workspace: Workspace, revision: str) -> dict[str, float]:
    retrieval = json.loads(workspace.run("git", "show", f"{revision}:metrics/retrieval.json"))
    return {f"{system}.{name}": value for system, values in retrieval.items() for name, value in values.items()}


TABLES = ["truths", "guard", "evaluate", "report"]
"""What asks every system, or reads every run."""


def test_names_more_are_lines_in_params_and_build_what_they_name(workspace: Workspace, tmp_path: Path) -> None:
    """Two systems, three indexes, a tokenizer, and an encoder whose folder, which a shell would read, is a dep."""
    before = workspace.outs()
    mine = tmp_path / "my model's (folder)"
    shutil.copytree(workspace.folder / "models" / "base", mine)
    vote = {"fuse": ["bm25", {"cut": "hybrid", "depth": 5}, "dense-base"], "by": "vote", "weights": [6, 3, 1]}
    reranked = {"rerank": "hybrid", "by": "late_interaction", "model": "base", "depth": 5}
    bigram = {"name": "char_bigram", "user_dictionary": "data/user_dictionary.tsv"}
    workspace.add_params(
        models={"tokenizer": {"bigram": bigram}, "local": {"mine": {"path": str(mine)}}},
        encoders={"bigram": {}, "mine": {"precision": "fp32"}},
        indexes={
            "bm25-bigram": {"encoder": "bigram", "kind": "bm25"},
            "graph": {"encoder": "base", "kind": "hnsw"},
            "lists": {"encoder": "tuned", "kind": "ivf"},
            "dense-mine": {"encoder": "mine", "kind": "flat"},
        },
        systems={"vote": vote, "reranked": reranked},
    )
    of_mine = ["adopt@mine", "encode@mine", "index@dense-mine", "search@dense-mine"]
    of_index = [f"{stage}@{name}" for stage in ("index", "search") for name in ("bm25-bigram", "graph", "lists")]
    of_systems = ["compose@vote", "compose@reranked"]
    added = ["tokenizer@bigram", "encode@bigram", *of_index, *of_mine, *of_systems]
    assert sorted(workspace.repro()) == sorted([*added, "inputs", *TABLES])
    retrieval = workspace.metrics("retrieval.json")
    assert set(retrieval) == {
        "bm25", "dense-base", "dense-tuned", "bm25-bigram", "graph", "lists", "dense-mine", "hybrid", "vote", "reranked"
    }  # fmt: skip
    assert "R@10" in retrieval["vote"] and "R@10" not in retrieval["reranked"]
    assert retrieval["graph"] == retrieval["dense-base"] == retrieval["dense-mine"]
    assert 0 < retrieval["bm25-bigram"]["nDCG@10"] <= 1
    after = workspace.outs()
    assert not {
        path for path in before if path.startswith(("data/runs", "data/index", "models")) if after[path] != before[path]
    }

    shutil.rmtree(mine)
    shutil.copytree(workspace.folder / "models" / "tuned", mine)
    assert sorted(workspace.repro("search@dense-mine")) == sorted(of_mine)
    runs = [workspace.folder / "data" / "runs" / f"dense-{name}.parquet" for name in ("mine", "tuned")]
    mine_hits, tuned_hits = ([(hit.query_id, hit.chunk_id, hit.score) for hit in tables.read(run, Hit)] for run in runs)
    assert mine_hits == tuned_hits


def test_a_document_of_the_guard_reaches_no_model(workspace: Workspace) -> None:
    before = workspace.outs()
    assert workspace.metrics("guard.json")["in_corpus"] == 0
    corpus = workspace.folder / "data" / "guard" / "corpus.jsonl"
    corpus.write_text(corpus.read_text("utf-8").replace("패킹", "고무 고리"), "utf-8")
    assert workspace.repro() == ["guard", "evaluate", "report"]
    after = workspace.outs()
    changed = {path for path in after if after[path] != before[path]}
    assert {"data/guarded", "metrics/guard.json", "metrics/per_query.csv"} <= changed
    assert not {path for path in changed if not path.startswith("metrics/")} - {"data/guarded"}
    assert {"metrics/retrieval.json", "metrics/dev.json", "metrics/training.json"}.isdisjoint(changed)


@pytest.fixture
def experiments(copy_of_built: Callable[[str], Workspace]) -> Iterator[Workspace]:
    """A workspace whose path is ASCII: DVC 3.67 writes the path into a config that it encodes as ASCII."""
    workspace = copy_of_built("work space")
    yield workspace
    workspace.dvc("queue", "stop", "--kill")
    for process in workers(workspace.folder):
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.kill(process, 15)


def workers(folder: Path) -> list[int]:
    """Return the processes whose working folder or command line is in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place, command = os.readlink(process / "cwd"), (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if place.startswith(str(folder)) or str(folder) in command:
            found.append(int(process.name))
    return found


def test_experiments_equal_a_plain_run(experiments: Workspace, sweep: Sweep) -> None:
    plain = sweep.workspace
    as_it_was = experiments.outs()

    experiments.dvc("exp", "run", "--queue", "-S", "systems.hybrid.weights=[0.1,0.9],[0.9,0.1]", "--name", "queued")
    experiments.dvc("queue", "start", "-j", "2")
    wait_for_the_queue(experiments)
    assert experiments.outs() == as_it_was  # queued experiments leave the workspace alone
    assert sorted(experiments.dvc("exp", "list", "--name-only").split()) == ["queued-1", "queued-2"]

    experiments.dvc("exp", "run", "-S", "systems.hybrid.weights=[0.1,0.9]", "--name", "direct")
    assert experiments.outs() == plain.outs()
    assert experiments.metrics("retrieval.json") == plain.metrics("retrieval.json")

    experiments.run("git", "checkout", "--quiet", "--", ".")
    experiments.dvc("exp", "apply", "queued-1")
    assert experiments.outs() == plain.outs()
    assert experiments.metrics("retrieval.json") == plain.metrics("retrieval.json")


def wait_for_the_queue(workspace: Workspace) -> None:
    """Wait for two experiments; ask DVC, which takes seconds, only when git has both or no worker is left."""
    end = time.monotonic() + LIMIT
    while len(workspace.run("git", "for-each-ref", "refs/exps/*/*/queued-*").splitlines()) < 2:
        if not workers(workspace.folder) or time.monotonic() > end:
            break
        time.sleep(0.5)
    while "Success" not in (status := workspace.dvc("queue", "status")) or "Running" in status or "Queued" in status:
        if "Failed" in status or time.monotonic() > end:
            logs = (workspace.folder / ".dvc" / "tmp" / "exps" / "celery").glob("*.out")
            pytest.fail("\n".join([status, *(log.read_text("utf-8")[-3000:] for log in logs)]))
        time.sleep(0.5)
    assert status.count("Success") == 2, status
