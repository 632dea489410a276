"""A small project of DVC's whose stages are shell commands, and the commands of the room."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from onggi.cli import app

STAGES = """\
stages:
  cut:
    cmd: head -c 6 raw.txt > cut.txt
    deps: [raw.txt]
    outs: [cut.txt]
  join:
    foreach: [a, b]
    do:
      cmd: (echo ${item}; cat cut.txt more/*) > ${item}.txt
      deps: [cut.txt, more]
      params: [join]
      outs: ["${item}.txt"]
  last:
    cmd: cat a.txt b.txt > last.txt
    deps: [a.txt, b.txt]
    outs: [last.txt]
"""
PARAMS = "join:\n  times: 2\n  words: [독, 항아리]\nother: 1\n"


class Small:
    """The project, which tests are in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")

    def change(self, name: str, was: str, now: str) -> None:
        text = (self.folder / name).read_text("utf-8")
        assert was in text
        self.write(name, text.replace(was, now))

    def build(self) -> list[str]:
        """Build; return the stages that DVC ran or restored."""
        from dvc.repo import Repo

        with Repo(str(self.folder)) as repo:
            return [stage.addressing for stage in repo.reproduce()]

    def commit(self) -> None:
        for command in (["add", "--all"], ["commit", "-qm", "build"]):
            subprocess.run(["git", *command], cwd=self.folder, check=True)

    def onggi(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr of a command."""
        done = CliRunner().invoke(app, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    def plan(self, *targets: str) -> dict[str, Any]:
        code, printed, errors = self.onggi("plan", *targets, "--json")
        assert (code, errors) == (0, ""), errors
        found: dict[str, Any] = json.loads(printed)
        return found

    def states(self, *targets: str) -> dict[str, str]:
        """Return the state of each stage that is not up to date."""
        return {stage["stage"]: stage["state"] for stage in self.plan(*targets)["stages"]}

    def why(self, stage: str) -> list[dict[str, Any]]:
        """Return why one stage is stale."""
        code, printed, errors = self.onggi("why", stage, "--json")
        assert (code, errors) == (0, ""), errors
        (found,) = json.loads(printed)["stages"]
        reasons: list[dict[str, Any]] = found["why"]
        return reasons

    def error(self, *arguments: str) -> str:
        """Return the one line that a command fails with."""
        code, printed, errors = self.onggi(*arguments)
        assert (code, printed) == (1, "") and errors.count("\n") == 1, (code, printed, errors)
        return errors.removeprefix("error: ").strip()


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's: neither git's settings nor DVC's."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DVC_SITE_CACHE_DIR", "ONGGI_MEMO"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Tester")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "tester@example.org")
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")


@pytest.fixture
def make(environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Small]:
    """Make a project with these stages and enter it; it is not built yet."""

    def made(stages: str) -> Small:
        project = Small(tmp_path / "작업 폴더")
        project.write("dvc.yaml", stages)
        project.write("params.yaml", PARAMS)
        project.write("raw.txt", "된장과 고추장\n")
        project.write("more/하나.txt", "간장\n")
        project.write("more/둘.txt", "식초\n")
        project.write(".dvc/config", "[core]\n    analytics = false\n    autostage = false\n")
        subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
        monkeypatch.chdir(project.folder)
        return project

    return made


@pytest.fixture
def small(make: Callable[[str], Small]) -> Small:
    """The project, built and committed."""
    project = make(STAGES)
    assert project.build() == ["cut", "join@a", "join@b", "last"]
    project.commit()
    return project
