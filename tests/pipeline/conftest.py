"""A small build by real DVC, made once for all tests, and a second of its clone, in which all differs that must not
matter; each test works on a copy of a folder, cache included."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from onggi.work.journal import Entry
from onggi.work.store import locked
from tests.pipeline.bench import Bench
from tests.pipeline.crash import TARGETS
from tests.pipeline.otherwise import environment, rewritten
from tests.pipeline.workspace import ROOT, Workspace, slice_of_the_corpus

CODE = (
    "onggi", "stages", "docs/dag.svg", "dvc.yaml", "benchmarks/dvc.yaml", ".dvcignore", ".gitignore", ".dvc/config",
    "data/user_dictionary.tsv", "data/gold/none.jsonl", "data/gold/verdicts.jsonl", "data/guard", "prompts",
    "metrics/llm/.gitkeep",
)  # fmt: skip
TINY: dict[str, dict[str, Any]] = {
    "embed": {"runtime": "torch", "query_prefix": "", "passage_prefix": ""},
    "finetune": {
        "num_train_epochs": 2.0,
        "train_group_size": 2,
        "per_device_train_batch_size": 8,
        "passage_max_len": 64,
    },
    "split": {"synthesis_from": "train"},
    "teacher": {"backend": "extractive", "path": "data/gold/questions.jsonl"},
    "synthesize": {"per_chunk": 1, "round_trip_k": 10},
    "mine": {"candidates": {"bm25": 10, "dense-base": 10}, "negatives": 2},
    "systems": {"hybrid": {"fuse": ["bm25", "dense-tuned"], "by": "weighted", "weights": [0.5, 0.5]}},
    "evaluate": {"permutations": 100},
}
BOOTSTRAP = {"vocab_size": 1000, "dimensions": 64, "layers": 1, "heads": 2, "max_length": 128}


def build(workspace: Workspace) -> None:
    """Build the slice and commit it: first the targets of the crash tests, whose calls are counted there."""
    folder = workspace.folder
    folder.mkdir(parents=True)
    workspace.home.mkdir()
    for name in CODE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "params.yaml", folder / "params.yaml")
    slice_of_the_corpus(folder)
    workspace.edit_params(**TINY)
    yaml = YAML()
    params = yaml.load((folder / "params.yaml").read_text("utf-8"))
    params["models"]["bootstrap"]["base"].update(BOOTSTRAP)
    yaml.dump(params, folder / "params.yaml")
    workspace.run("git", "init", "--quiet", "--initial-branch", "main")
    ran = [*workspace.repro(*TARGETS), *workspace.repro()]
    assert sorted(ran) == sorted(workspace.stages())
    workspace.commit("build")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The slice, built and committed by the worker that comes first; tests leave it as it is."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with locked(base / "built.lock"):
        folder = base / "파이프라인"  # a folder's name may hold Hangul and spaces
        workspace, done = Workspace(folder / "작업 폴더", folder / "home"), folder / "done"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a worker left that failed
            build(workspace)
            done.touch()
    return workspace


@pytest.fixture
def copy_of_built(built: Workspace, tmp_path: Path) -> Callable[[str], Workspace]:
    """Make copies of the built workspace."""

    def copy(name: str) -> Workspace:
        shutil.copytree(built.folder, tmp_path / name, symlinks=True)
        return Workspace(tmp_path / name, built.home)

    return copy


@pytest.fixture
def workspace(copy_of_built: Callable[[str], Workspace]) -> Workspace:
    """A copy of the built workspace to change."""
    return copy_of_built("작업 사본")


@dataclass
class Second:
    """A clone that was planned for with an empty memo, and then built."""

    bench: Bench
    plan: dict[str, Any]
    ran: dict[str, Entry]


@pytest.fixture(scope="session")
def second(built: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Second:
    """A clone, built from nothing with an empty memo where all differs that must not matter."""
    folder = tmp_path_factory.mktemp("계획")
    subprocess.run(["git", "clone", "--quiet", str(built.folder), str(folder / "복제본")], check=True)
    rewritten(folder / "복제본" / "data" / "raw")
    bench = Bench(Workspace(folder / "복제본", built.home), folder / "memo")
    differing = environment(folder)
    plan = bench.plan(**differing)
    return Second(bench, plan, bench.build(**differing))
