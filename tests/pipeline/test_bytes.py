"""The same inputs give the same bytes, whatever else differs (promise 2)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("bytes")]

OTHERWISE = """
import os, sys
from importlib.machinery import PathFinder

listdir, scandir = os.listdir, os.scandir


class Reversed:
    def __init__(self, entries):
        self.entries = entries
        self.left = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.left)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.entries.close()


os.listdir = lambda *path: sorted(listdir(*path), reverse=True)
os.scandir = lambda *path: Reversed(scandir(*path))

CONSTANTS = {
    "onggi.models.network": {"TOKENS_PER_BATCH": {"cpu": 700, "cuda": 700}},
    "onggi.models.encoder": {"TEXTS_TOKENIZED": 7},
    "onggi.work.memo": {"ITEMS_PER_BLOCK": 50},
}


class Otherwise(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in CONSTANTS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            for constant, value in CONSTANTS[name].items():
                assert hasattr(module, constant)
                setattr(module, constant, value)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Otherwise)
"""
"""A sitecustomize: folders list their files backwards, and models work in other blocks, batches and threads."""


@pytest.fixture
def otherwise(tmp_path: Path) -> dict[str, str]:
    """An environment in which all differs that must not matter, with an empty memo."""
    (tmp_path / "otherwise").mkdir()
    (tmp_path / "otherwise" / "sitecustomize.py").write_text(OTHERWISE, "utf-8")
    return {
        "PYTHONPATH": str(tmp_path / "otherwise"), "PYTHONHASHSEED": "7", "TZ": "Asia/Seoul", "LC_ALL": "C",
        "OMP_NUM_THREADS": "1", "ONGGI_WORKERS": "3", "USER": "someone", "LOGNAME": "someone",
        "HOME": str(tmp_path / "another home"),
        "ONGGI_MEMO": str(tmp_path / "another memo"),
    }  # fmt: skip


def rewritten(workspace: Workspace) -> None:
    """Write the documents again, the last first: a file system may list them in the order they were made."""
    raw = workspace.folder / "data" / "raw"
    files = [(path, path.read_bytes()) for path in sorted(raw.rglob("*"), reverse=True) if path.is_file()]
    shutil.rmtree(raw)
    for path, content in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_a_build_elsewhere_leaves_the_same_bytes(
    built: Workspace, copy_of_built: Callable[[str], Workspace], otherwise: dict[str, str]
) -> None:
    other = copy_of_built("elsewhere")
    rewritten(other)
    core = str(min(os.sched_getaffinity(0)))
    other.run("taskset", "-c", core, "python", "-m", "dvc", "repro", "--force", **otherwise)
    assert other.outs() == built.outs()
    assert other.run("git", "status", "--porcelain") == ""

    held = dict.fromkeys(("PYTHONHASHSEED", "TZ"), "0") | {"ONGGI_MEMO": otherwise["ONGGI_MEMO"]}
    ran = other.repro("--force", "mine", "search@dense-base", **held)
    assert "mine" in ran and "encode@base" in ran
    assert other.outs() == built.outs()


def test_a_memo_that_cannot_be_written_changes_nothing(
    built: Workspace, copy_of_built: Callable[[str], Workspace], tmp_path: Path
) -> None:
    other = copy_of_built("no memo")
    (tmp_path / "file").touch()
    printed = other.dvc("repro", "--force", "--single-item", "encode@base", ONGGI_MEMO=str(tmp_path / "file" / "memo"))
    assert printed.count("warning: ") == 1 and "the memo is not used" in printed
    assert other.outs() == built.outs()
