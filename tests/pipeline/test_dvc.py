"""What DVC must show, by real DVC on a slice of the demo corpus."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("pipeline")]

AFTER_FUSION = ["inputs", "compose@hybrid", "evaluate", "answer", "judge", "report"]
HYBRID = {"fuse": ["bm25", "dense-tuned"], "by": "weighted", "weights": [0.1, 0.9]}


def test_the_slice_is_a_whole_build(built: Workspace) -> None:
    assert built.metrics("ingest.json")["documents"] == 10
    retrieval = built.metrics("retrieval.json")
    assert list(retrieval) == ["bm25", "dense-base", "dense-tuned", "hybrid"]
    assert all(0 < value <= 1 for value in retrieval["hybrid"].values())
    assert "<svg" in (built.folder / "metrics" / "report.html").read_text("utf-8")


def test_a_second_repro_runs_nothing_and_changes_no_file(built: Workspace) -> None:
    assert built.repro() == []
    assert built.run("git", "status", "--porcelain") == ""


def test_a_module_that_no_stage_imports_reruns_nothing(workspace: Workspace) -> None:
    with (workspace.folder / "onggi" / "cli.py").open("a", encoding="utf-8") as file:
        file.write("\n# touched\n")
    (workspace.folder / "onggi" / "korean" / "__pycache__").mkdir()
    (workspace.folder / "onggi" / "korean" / "__pycache__" / "kiwi.cpython-311.pyc").write_bytes(b"byte code is no dep")
    assert workspace.repro() == []


def test_a_fusion_sweep_reruns_no_model_and_dvc_prints_what_changed(workspace: Workspace) -> None:
    before = workspace.outs()
    workspace.edit_params(systems={"hybrid": HYBRID})
    assert sorted(workspace.repro()) == sorted(AFTER_FUSION)
    changed = {path for path, digest in workspace.outs().items() if digest != before[path]}
    assert "data/runs/hybrid.parquet" in changed
    assert not {path for path in changed if path.startswith(("models/", "data/index/", "data/runs/dense"))}

    workspace.commit("another weight")
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


def test_other_chunks_leave_the_base_encoder_as_it_is(workspace: Workspace) -> None:
    before = workspace.outs()
    workspace.edit_params(chunk={"max_tokens": 60})
    unmoved = ("ingest", "gold", "tokenizer@kiwi", "bootstrap@base")  # they read documents, not chunks
    assert sorted(workspace.repro()) == sorted(stage for stage in workspace.stages() if stage not in unmoved)
    after = workspace.outs()
    same = {path for path in after if after[path] == before[path]}
    assert {"data/documents.parquet", "data/questions/gold.parquet", "models/base"} <= same
    assert not same & {"data/chunks.parquet", "data/index/bm25", "data/index/dense-base", "models/tuned"}


def test_an_edited_document_reruns_what_follows_it(workspace: Workspace) -> None:
    before = workspace.outs()
    document = min((workspace.folder / "data" / "raw").rglob("*.md"))
    with document.open("a", encoding="utf-8") as file:
        file.write("\n담당자는 매달 마지막 날에 이 안내를 다시 살핀다.\n")
    assert sorted(workspace.repro()) == sorted(stage for stage in workspace.stages() if stage != "tokenizer@kiwi")
    after = workspace.outs()
    assert not {
        path for path in ("data/documents.parquet", "data/chunks.parquet", "models/base") if after[path] == before[path]
    }
    assert workspace.repro() == []


TABLES = ["evaluate", "report"]
"""What reads every run."""


def test_a_system_more_is_lines_in_params_and_builds_that_system(workspace: Workspace) -> None:
    before = workspace.outs()
    vote = {"fuse": ["bm25", {"cut": "hybrid", "depth": 5}, "dense-base"], "by": "vote", "weights": [6, 3, 1]}
    reranked = {"rerank": "hybrid", "by": "late_interaction", "model": "base", "depth": 5}
    workspace.add_params(systems={"vote": vote, "reranked": reranked})
    assert sorted(workspace.repro()) == sorted(["inputs", "compose@vote", "compose@reranked", *TABLES])
    retrieval = workspace.metrics("retrieval.json")
    assert list(retrieval) == ["bm25", "dense-base", "dense-tuned", "hybrid", "vote", "reranked"]
    assert "R@10" in retrieval["vote"] and "R@10" not in retrieval["reranked"]
    after = workspace.outs()
    assert not {
        path for path in before if path.startswith(("data/runs", "data/index", "models")) if after[path] != before[path]
    }


def test_an_index_more_is_lines_in_params_and_builds_that_index(workspace: Workspace) -> None:
    dictionary = {"user_dictionary": "data/user_dictionary.tsv"}
    workspace.add_params(
        models={"tokenizer": {"bigram": {"name": "char_bigram", **dictionary}}},
        encoders={"bigram": {}},
        indexes={
            "bm25-bigram": {"encoder": "bigram", "kind": "bm25"},
            "graph": {"encoder": "base", "kind": "hnsw"},
            "lists": {"encoder": "tuned", "kind": "ivf"},
        },
    )
    of_index = [f"{stage}@{name}" for stage in ("index", "search") for name in ("bm25-bigram", "graph", "lists")]
    assert sorted(workspace.repro()) == sorted(["tokenizer@bigram", "encode@bigram", *of_index, "inputs", *TABLES])
    retrieval = workspace.metrics("retrieval.json")
    assert retrieval["graph"] == retrieval["dense-base"] and 0 < retrieval["bm25-bigram"]["nDCG@10"] <= 1


def test_an_encoder_more_is_lines_in_params_and_its_folder_is_a_dep(workspace: Workspace, tmp_path: Path) -> None:
    mine = workspace.folder.parent / "my model's (folder)"
    shutil.copytree(workspace.folder / "models" / "base", mine)
    workspace.add_params(
        models={"local": {"mine": {"path": str(mine)}}},
        encoders={"mine": {"precision": "fp32"}},
        indexes={"dense-mine": {"encoder": "mine", "kind": "flat"}},
    )
    added = ["adopt@mine", "encode@mine", "index@dense-mine", "search@dense-mine"]
    assert sorted(workspace.repro()) == sorted([*added, "inputs", *TABLES])
    assert workspace.metrics("retrieval.json")["dense-mine"]["nDCG@10"] > 0
    shutil.rmtree(mine)
    shutil.copytree(workspace.folder / "models" / "tuned", mine)
    assert sorted(workspace.repro()) == sorted([*added, "inputs", *TABLES])
    assert workspace.metrics("retrieval.json")["dense-mine"] == workspace.metrics("retrieval.json")["dense-tuned"]


def test_paths_with_what_a_shell_would_read(workspace: Workspace) -> None:
    touched = workspace.folder / "touched"
    raw, odd = workspace.folder / "data" / "raw", "data/my docs (1) 'a' & $(touch touched); touch touched"
    raw.rename(workspace.folder / odd)
    before = workspace.outs()
    workspace.edit_params(corpus={"path": odd})
    assert workspace.repro() == ["ingest", "report"]  # the report's picture names the folder
    assert {path for path, digest in workspace.outs().items() if digest != before[path]} == {"metrics/report.html"}
    assert not touched.exists()


@pytest.fixture
def experiments(copy_of_built: Callable[[str], Workspace]) -> Iterator[Workspace]:
    """A workspace whose path is ASCII: DVC 3.67 writes the path into a config that it encodes as ASCII."""
    workspace = copy_of_built("work space")
    yield workspace
    workspace.dvc("queue", "stop", "--kill")
    left = workers(workspace.folder)
    for process in left:
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


def test_experiments_equal_a_plain_run(experiments: Workspace, copy_of_built: Callable[[str], Workspace]) -> None:
    plain = copy_of_built("plain")
    plain.edit_params(systems={"hybrid": HYBRID})
    plain.repro()
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


def wait_for_the_queue(workspace: Workspace, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = workspace.dvc("queue", "status")
        if "Failed" in status:
            logs = (workspace.folder / ".dvc" / "tmp" / "exps" / "celery").glob("*.out")
            pytest.fail("\n".join([status, *(log.read_text("utf-8")[-3000:] for log in logs)]))
        if status.count("Success") == 2 and "Running" not in status and "Queued" not in status:
            return
        time.sleep(2)
    pytest.fail(f"the queue did not end in {seconds} s: {workspace.dvc('queue', 'status')}")
