"""A folder in which a plan runs stages: the workspace as links, with outs of its own."""

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from onggi.core.errors import PlanError
from onggi.plan.project import Stage
from onggi.work import journal
from onggi.work.session import PLAN, PLAN_ENDS

NOT_READ = {".git", ".dvc"}


@dataclass(frozen=True, slots=True)
class Trial:
    """How a stage went in planning mode; ``whole`` where its outs were made, else it ended at rows it only counted."""

    whole: bool
    works: Mapping[str, journal.Work]


class Scratch:
    """A copy of the workspace that costs nothing: all but the outs are links.

    Paths are those of the workspace below the scratch folder, so that relative paths that leave the workspace hold.
    """

    def __init__(self, root: Path, folder: Path, outs: Collection[Path]) -> None:
        self.root, self.folder, self.outs = root, folder, outs
        self._journal = folder / "journal.jsonl"
        self.at(root).mkdir(parents=True)
        self._mirror(root)

    def at(self, path: Path) -> Path:
        """Return where something of the workspace lies in here."""
        return self.folder.joinpath("root", *path.parts[1:])

    def _mirror(self, folder: Path) -> None:
        for child in folder.iterdir():
            if child in self.outs or child.name in NOT_READ:
                continue
            if any(out.is_relative_to(child) for out in self.outs):
                self.at(child).mkdir()
                self._mirror(child)
            else:
                self.at(child).symlink_to(child)

    def link(self, path: Path) -> None:
        """Show a file or folder of the workspace, in it or beside it, if it is there."""
        if path.exists() and not self.at(path).exists():
            self.at(path).parent.mkdir(parents=True, exist_ok=True)
            self.at(path).symlink_to(path)

    def place(self, path: Path, content: Path | Mapping[str, Path]) -> None:
        """Show an out as it lies in DVC's cache: a file, or files by their path below a folder."""
        self.forget(path)
        if isinstance(content, Path):
            content = {"": content}
        else:
            self.at(path).mkdir(parents=True)
        for name, file in content.items():
            inside = self.at(path) / name
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.symlink_to(file)

    def forget(self, path: Path) -> None:
        """Remove an out."""
        inside = self.at(path)
        if inside.is_symlink() or inside.is_file():
            inside.unlink()
        elif inside.exists():
            rmtree(inside)

    def run(self, stage: Stage, name: str) -> Trial:
        """Run the command of a stage, by its name, in planning mode.

        Raises
        ------
        PlanError
            It fails; its own words are in the message.
        """
        before = len(list(journal.entries(self._journal)))
        whole = True
        for command in stage.cmd if isinstance(stage.cmd, list) else stage.cmd.splitlines():
            done = subprocess.run(
                command, shell=True, cwd=self.at(Path(stage.wdir)), env=self._environment(name), text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, errors="replace",
            )  # fmt: skip
            if done.returncode not in (0, PLAN_ENDS):
                raise PlanError(f"stage {name}", _problem(done), "`dvc repro` would fail here too")
            if done.returncode == PLAN_ENDS:
                whole = False
                break
        entries = list(journal.entries(self._journal))[before:]
        return Trial(whole, entries[-1].works if entries else {})

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **os.environ, PLAN: str(self._journal), "DVC_ROOT": str(self.root), "DVC_STAGE": name,
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip


def _problem(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    named = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return [f"exit code {done.returncode}", *lines, *named][-1]


@contextmanager
def scratch(root: Path, outs: Collection[Path]) -> Iterator[Scratch]:
    """Make a scratch folder for a workspace, and remove it."""
    with tempfile.TemporaryDirectory(prefix="onggi-plan-") as folder:
        yield Scratch(root, Path(folder), outs)


def content_of(project: Any, info: Any) -> Path | dict[str, Path]:
    """Return where DVC's cache holds what has a hash: a file, or the files of a folder."""
    if not info.isdir:
        found: Path = project.cached(info.value)
        return found
    return {name: project.cached(file.value) for name, file in project.listing(info).items()}
