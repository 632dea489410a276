"""Ctrl-C in a build, and a second build beside the first."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pipeline.crash import HOOK
from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("crash")]

SECONDS_PER_CALL = "0.05"
"""Dozens of chunks are then embedded in seconds."""


@contextmanager
def slow_build(workspace: Workspace, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start `dvc repro embed@base` with an empty memo; yield when its first rows have been computed."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HOOK, "utf-8")
    slow = {
        "PYTHONPATH": str(folder), "ONGGI_MEMO": str(folder / "memo"), "CRASH_CALLS": str(folder / "notes"),
        "CRASH_SECONDS_PER_CALL": SECONDS_PER_CALL,
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "--force", "--single-item", "embed@base"],
        cwd=workspace.folder, env={**workspace.environment(), **slow}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0,
    ) as build:  # fmt: skip
        try:
            while not (folder / "notes").exists() or (folder / "notes").read_text("utf-8").count("embeddings") < 4:
                assert build.poll() is None, build.communicate()[0]
            yield build
        finally:
            if build.poll() is None:
                build.send_signal(signal.SIGINT)


def test_an_interrupted_build_says_what_is_kept_and_goes_on(
    copy_of_built: Callable[[str], Workspace], tmp_path: Path
) -> None:
    workspace = copy_of_built("interrupted")
    outs = workspace.outs()
    with slow_build(workspace, tmp_path / "slow") as build:
        subprocess.run(["kill", "-INT", "--", f"-{build.pid}"], check=True)  # the group, as a terminal does
        printed, _ = build.communicate(timeout=60)
    assert build.returncode != 0
    assert "Traceback" not in printed
    said = re.search(
        r"^interrupted: (\d+) embeddings are in the memo; no half-written file is left; run `dvc repro` to go on$",
        printed,
        re.M,
    )
    assert said and int(said[1]) >= 3
    folder = workspace.folder / "data" / "index"
    assert sorted(path.name for path in folder.iterdir() if path.name != ".gitignore") == ["bm25", "tuned"]
    workspace.repro()
    assert workspace.outs() == outs
    assert (folder / "base" / "vectors.npy").exists()


def test_a_second_build_says_who_is_at_work(copy_of_built: Callable[[str], Workspace], tmp_path: Path) -> None:
    workspace = copy_of_built("busy")
    with slow_build(workspace, tmp_path / "slow") as build:
        second = subprocess.run(
            [sys.executable, "-m", "dvc", "repro", "--force", "--single-item", "embed@base"],
            cwd=workspace.folder, env=workspace.environment(), capture_output=True, text=True,
        )  # fmt: skip
        assert build.poll() is None
    assert second.returncode != 0
    assert f"(PID {build.pid}): " in second.stderr and "embed@base" in second.stderr
