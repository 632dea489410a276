"""One small build by real DVC, made once; each test works on a copy of its folder, cache included."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.pipeline.workspace import ROOT, Workspace, slice_of_the_corpus

CODE = (
    "onggi", "stages", "docs/dag.svg", "dvc.yaml", ".dvcignore", ".gitignore", ".dvc/config",
    "data/user_dictionary.tsv",
)  # fmt: skip
TINY: dict[str, dict[str, Any]] = {
    "embed": {"runtime": "torch", "query_prefix": "", "passage_prefix": ""},
    "finetune": {
        "num_train_epochs": 2.0,
        "train_group_size": 2,
        "per_device_train_batch_size": 8,
        "passage_max_len": 64,
    },
    "synthesize": {"per_chunk": 1},
    "mine": {"candidates": {"bm25": 10, "dense-base": 10}, "negatives": 2},
    "systems": {"hybrid": {"fuse": ["bm25", "dense-tuned"], "by": "weighted", "weights": [0.5, 0.5]}},
    "evaluate": {"permutations": 100},
}
BOOTSTRAP = {"vocab_size": 1000, "dimensions": 64, "layers": 1, "heads": 2, "max_length": 128}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The slice, built and committed; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("파이프라인") / "작업 폴더"  # a folder's name may hold Hangul and spaces
    folder.mkdir()
    for name in CODE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "params.yaml", folder / "params.yaml")
    slice_of_the_corpus(folder)
    workspace = Workspace(folder, tmp_path_factory.mktemp("home"))
    workspace.edit_params(**TINY)
    yaml = YAML()
    params = yaml.load((folder / "params.yaml").read_text("utf-8"))
    params["models"]["bootstrap"]["base"].update(BOOTSTRAP)
    yaml.dump(params, folder / "params.yaml")
    workspace.run("git", "init", "--quiet", "--initial-branch", "main")
    assert sorted(workspace.repro()) == sorted(workspace.stages())
    workspace.commit("build")
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
