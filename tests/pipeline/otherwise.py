"""All that may differ between two builds that leave the same bytes."""

import shutil
from pathlib import Path

OTHERWISE = """
import os, sys
from importlib.machinery import PathFinder

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
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
"""A sitecustomize: one core, folders that list their files backwards, models that work in other blocks and batches."""


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which all differs that must not matter; ``folder`` takes what it needs."""
    (folder / "otherwise").mkdir()
    (folder / "otherwise" / "sitecustomize.py").write_text(OTHERWISE, "utf-8")
    return {
        "PYTHONPATH": str(folder / "otherwise"), "PYTHONHASHSEED": "7", "TZ": "Asia/Seoul", "LC_ALL": "C",
        "OMP_NUM_THREADS": "1", "ONGGI_WORKERS": "3", "USER": "someone", "LOGNAME": "someone",
        "HOME": str(folder / "another home"),
    }  # fmt: skip


def rewritten(folder: Path) -> None:
    """Write the files of a folder again, the last first: a file system may list them in the order they were made."""
    files = [(path, path.read_bytes()) for path in sorted(folder.rglob("*"), reverse=True) if path.is_file()]
    shutil.rmtree(folder)
    for path, content in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
