"""A folder in which a plan runs stages: the workspace as links, with outs of its own."""

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from onggi.core.errors import PlanError
from onggi.plan.project import Stage
from onggi.work import journal
from onggi.work.session import PLAN, PLAN_ENDS

NOT_READ = {".git", ".dvc"}
FRAME = " │╭╮╰╯─"
"""What a command draws around its complaint about an option."""

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
"""A plan fetches nothing, of what a stage forgets to count neither."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a stage went in planning mode.

    Parameters
    ----------
    whole
        Whether its outs were made; else it ended at rows that were only counted.
    works
        By the kind of rows.
    ended_at
        The kind at which it ended.
    """

    whole: bool
    works: Mapping[str, journal.Work]
    ended_at: str = ""


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

    def unfold(self, path: Path) -> None:
        """Make folders of the links to folders below a folder; DVC looks into no link."""
        for child in list(self.at(path).iterdir()):
            below = path / child.name
            if child.is_symlink() and child.is_dir():
                content = child.resolve()
                child.unlink()
                child.mkdir()
                for file in content.iterdir():
                    (child / file.name).symlink_to(file)
            if child.is_dir():
                self.unfold(below)

    def run(self, stage: Stage) -> Trial:
        """Run the commands of a stage in planning mode.

        Raises
        ------
        PlanError
            It fails; its own words are in the message.
        """
        before = len(list(journal.entries(self._journal)))
        whole = True
        for command in stage.commands:
            done = subprocess.run(
                command, shell=True, cwd=self.at(stage.folder), env=self._environment(stage.name), text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, errors="replace",
            )  # fmt: skip
            if done.returncode not in (0, PLAN_ENDS):
                raise PlanError(f"stage {stage.name}", _problem(done), _fix(done))
            if done.returncode == PLAN_ENDS:
                whole = False
                break
        entries = list(journal.entries(self._journal))[before:]
        return Trial(whole, entries[-1].works, entries[-1].ended_at) if entries else Trial(whole, {})

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **os.environ, PLAN: str(self._journal), "DVC_ROOT": str(self.root), "DVC_STAGE": name,
            "PYTHONDONTWRITEBYTECODE": "1", **OFFLINE,
        }  # fmt: skip


def _problem(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [text for line in done.stderr.splitlines() if (text := line.strip(FRAME))]
    named = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return [f"exit code {done.returncode}", *lines, *named][-1]


def _fix(done: "subprocess.CompletedProcess[str]") -> str:
    if "offline" in done.stderr.lower():
        return "a plan uses no network: `dvc repro` may fetch it"
    return "`dvc repro` would fail here too"


@contextmanager
def scratch(root: Path, outs: Collection[Path]) -> Iterator[Scratch]:
    """Make a scratch folder for a workspace, and remove it."""
    with tempfile.TemporaryDirectory(prefix="onggi-plan-") as folder:
        yield Scratch(root, Path(folder), outs)
