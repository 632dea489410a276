"""Ctrl-C in a build, a SIGTERM for its stage, and a second build beside the first."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from onggi.work import journal
from tests.pipeline.crash import HOOK
from tests.pipeline.workspace import LIMIT, Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("crash")]

HELD_AT = 3


def heed_interrupts() -> None:
    """Take SIGINT, which a suite that a script started in the background would hand on as ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def held_build(workspace: Workspace, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start `dvc repro encode@base` with an empty memo; yield when it has computed 3 rows and waits for a signal."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HOOK, "utf-8")
    watched = {
        "PYTHONPATH": str(folder), "ONGGI_MEMO": str(folder / "memo"), "CRASH_CALLS": str(folder / "notes"),
        "CRASH_HELD_AT": str(HELD_AT),
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "--force", "--single-item", "encode@base"],
        cwd=workspace.folder, env={**workspace.environment(), **watched}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0, preexec_fn=heed_interrupts,
    ) as build:  # fmt: skip
        try:
            notes = folder / "notes"
            while not notes.exists() or notes.read_text("utf-8").count("embeddings") <= HELD_AT:
                assert build.poll() is None, build.communicate()[0]
                time.sleep(0.05)
            yield build
        finally:
            if build.poll() is None:
                os.killpg(build.pid, signal.SIGKILL)


def interrupt(build: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C: a terminal sends it to the whole group."""
    os.killpg(build.pid, signal.SIGINT)


def terminate_the_stage(build: "subprocess.Popen[str]") -> None:
    """Type `kill` and the PID of the stage; DVC and its shell are let alone."""
    for child in psutil.Process(build.pid).children(recursive=True):
        if "stages.encode" in child.cmdline():
            child.terminate()


def say_who_is_at_work(workspace: Workspace, build: "subprocess.Popen[str]") -> None:
    """Start a second build beside it, which must end with the PID of the first."""
    second = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "--force", "--single-item", "encode@base"],
        cwd=workspace.folder, env=workspace.environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert build.poll() is None
    assert second.returncode != 0
    assert f"(PID {build.pid}): " in second.stderr and "encode@base" in second.stderr


@pytest.mark.parametrize("end", [interrupt, terminate_the_stage])
def test_an_interrupted_build_says_what_is_kept_and_goes_on(
    copy_of_built: Callable[[str], Workspace], tmp_path: Path, end: Callable[["subprocess.Popen[str]"], None]
) -> None:
    workspace = copy_of_built("interrupted")
    outs = workspace.outs()
    with held_build(workspace, tmp_path / "held") as build:
        if end is interrupt:
            say_who_is_at_work(workspace, build)
        end(build)
        printed, _ = build.communicate(timeout=LIMIT)
    assert build.returncode != 0
    assert "Traceback" not in printed
    said = re.search(
        r"^interrupted: (\d+) embeddings are in the memo; no half-written file is left; run `dvc repro` to go on$",
        printed,
        re.M,
    )
    assert said and int(said[1]) == HELD_AT, printed
    (entry,) = journal.entries(tmp_path / "held" / "memo" / "journal.jsonl")
    assert (entry.stage, entry.status) == ("encode@base", "interrupted")
    folder = workspace.folder / "data" / "encoded"
    assert sorted(path.name for path in folder.iterdir() if path.name != ".gitignore") == ["kiwi", "tuned"]
    workspace.repro()
    assert workspace.outs() == outs
    assert (folder / "base").is_dir()
