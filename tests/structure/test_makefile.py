"""The Makefile on machines that lack what it needs, and on one where all is installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.structure.modules import ROOT

TARGETS = ["help", "build", "test", "check", "bench", "clean"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "새 폴더"
    (folder / "bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    for name in ("make", "awk", "touch", "rm"):
        (folder / "bin" / name).symlink_to(shutil.which(name) or name)
    return folder


def python(folder: Path, says: str) -> None:
    """Put a python3 on the path that answers every question with a shell's code."""
    (folder / "bin" / "python3").write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    (folder / "bin" / "python3").chmod(0o755)


def make(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder)}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def test_help_lists_every_target(folder: Path) -> None:
    lines = make(folder).stdout.splitlines()
    assert [re.split(r"\s+", line)[1] for line in lines] == TARGETS


@pytest.mark.parametrize("says", [None, "exit 1"], ids=["no python", "an old python"])
def test_a_machine_without_a_python_is_told_in_a_line(folder: Path, says: str | None) -> None:
    if says:
        python(folder, says)
    done = make(folder, "build")
    assert done.returncode == 2 and done.stdout == ""
    said, makes_own = done.stderr.splitlines()
    assert said.startswith("error: no Python 3.11 or newer on PATH; install one (")
    assert makes_own.startswith("make: ***")
    assert not (folder / ".venv").exists()


def test_a_python_without_ensurepip_is_told_in_a_line(folder: Path) -> None:
    python(folder, 'case "$2" in *ensurepip*) exit 1;; esac')
    said = make(folder, "test").stderr.splitlines()[0]
    assert said == "error: python3 lacks ensurepip; install it (Debian, Ubuntu: apt install python3-venv)"


def test_an_installed_environment_is_used_until_its_inputs_change(folder: Path) -> None:
    scripts = folder / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text('#!/bin/sh\necho "$@" >> calls\n', encoding="utf-8")
    (scripts / "python").chmod(0o755)
    python(folder, "")
    (folder / ".venv" / ".installed").touch()
    make(folder, "bench")
    assert (folder / "calls").read_text("utf-8") == "-m benchmarks\n"

    later = (folder / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(folder / "constraints.txt", (later, later))
    make(folder, "bench")
    calls = (folder / "calls").read_text("utf-8").splitlines()
    assert [call for call in calls if " pip install " in call] == [
        "-m pip install -qq --disable-pip-version-check -c constraints.txt -e .[dev]"
    ]
    assert calls[-1] == "-m benchmarks"
