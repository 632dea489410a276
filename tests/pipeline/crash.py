"""Kill builds at random moments and see what that costs.

A round builds a workspace from nothing with an empty memo and is killed in one stage after the other, by SIGKILL to DVC
and the stage it runs, and each time `onggi restore-lock` mends the dvc.lock that the kill may have cut off. After the
last kill the build goes on to its end. Its outs must be those of a build that was left
alone, and the models must not have been asked more than that build asked them, but for calls in flight: those whose
rows were not on disk yet when a kill came.
"""

import os
import random
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onggi.work.journal import Entry
from onggi.work.memo import SECONDS_BETWEEN_COMMITS
from tests.pipeline.bench import CALL
from tests.pipeline.workspace import Workspace

TARGETS = ("mine", "search@dense-base")
"""What a round builds, unless it is one over all stages."""

STAGES = (
    "chunk", "encode@kiwi", "encode@base", "synthesize", "candidates@dense-base", "mine", "mine", "finetune",
    "encode@tuned", "search@bm25", "search@dense-tuned", "answer",
)  # fmt: skip
"""Where a round is killed: stages that ask models and write tables, in the order of dvc.yaml."""

SECONDS_PER_CALL = 0.01
MOST_IN_FLIGHT = round(SECONDS_BETWEEN_COMMITS / SECONDS_PER_CALL) + 1
"""Calls between two commits, at most: each takes at least so long, and the first after the time is up commits."""

NO_ROWS = {"training", "bootstrap"}
NO_CALLS = ("kept", "finetune: training", "bootstrap@base: bootstrap")
"""Notes of what is no row of the memo."""

HOOK = """
import os, sys, time
from importlib.machinery import PathFinder

CALLS, SECONDS = os.environ.get("CRASH_CALLS"), float(os.environ.get("CRASH_SECONDS_PER_CALL", "0"))
HELD_AT = int(os.environ.get("CRASH_HELD_AT", "-1"))


def note(line):
    descriptor = os.open(CALLS, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, line.encode() + b"\\n")
    os.close(descriptor)


def watch_calls(journal):
    counted = journal.Job.compute

    def compute(task, rows, *in_bytes):
        for _ in range(rows):
            note(task.work.label)
            while task.work.computed >= HELD_AT >= 0:
                time.sleep(1)
            time.sleep(SECONDS)
        counted(task, rows, *in_bytes)

    journal.Job.compute = compute


def watch_commits(memo):
    kept = memo.Memo.keep

    def keep(self):
        some = any(self._unkept.values())
        kept(self)
        if some:
            note("kept")

    memo.Memo.keep = keep


WATCHED = {"onggi.work.journal": watch_calls, "onggi.work.memo": watch_commits}


class Watch(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in WATCHED:
            return None
        spec = PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            WATCHED[name](module)

        spec.loader.exec_module = exec_module
        return spec


if CALLS:
    sys.meta_path.insert(0, Watch)
"""
"""A sitecustomize that notes every row a model computes and every commit of the memo, slows the calls down, and after
``CRASH_HELD_AT`` rows of a kind waits for a signal."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the stages it was killed in, calls in all, calls that were in flight at the kills."""

    killed: list[str]
    calls: int
    in_flight: int


class Harness:
    """A workspace whose builds are watched.

    Parameters
    ----------
    workspace : Workspace
        A committed workspace; its outs are removed.
    folder : Path
        An empty folder for the watch, its notes and the memos.
    undisturbed : list[Entry]
        What a build from nothing that nobody disturbed wrote into the journal.
    targets : tuple[str, ...]
        What is built; nothing stands for all stages.
    """

    def __init__(
        self, workspace: Workspace, folder: Path, undisturbed: list[Entry], targets: tuple[str, ...] = ()
    ) -> None:
        self.workspace, self.folder, self.targets = workspace, folder, targets
        (folder / "watch").mkdir(parents=True)
        (folder / "watch" / "sitecustomize.py").write_text(HOOK, "utf-8")
        computed = {
            entry.stage: sum(work.computed for kind, work in entry.works.items() if kind not in NO_ROWS)
            for entry in undisturbed
        }
        self.calls = sum(computed.values())
        """Calls that the build from nothing took."""
        self.usual = {entry.stage: entry.seconds + SECONDS_PER_CALL * computed[entry.stage] for entry in undisturbed}

    def round(self, chance: random.Random, stages: tuple[str, ...] = STAGES) -> Round:
        """Build from nothing, killed once in each of ``stages`` as far as it is met."""
        self._forget()
        killed, in_flight = [], 0
        for stage in stages:
            if self._killed_in(stage, chance.uniform(0, self.usual[stage] + 0.5)):
                killed.append(stage)
                in_flight += self._in_flight()
        self.workspace.repro(*self.targets, **self._environment())
        return Round(killed, len(list(self._calls())), in_flight)

    def litter(self) -> list[Path]:
        """Return what half-finished writes have left between the outs."""
        folders = (self.workspace.folder / name for name in ("data", "models", "metrics"))
        ours = (".gitignore", ".gitkeep")
        return [path for folder in folders for path in folder.rglob(".*") if path.name not in ours]

    def _killed_in(self, stage: str, seconds: float) -> bool:
        """Kill a build so long after a stage began; False where the build came to its end before."""
        with subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro", *self.targets],
            cwd=self.workspace.folder,
            env={**self.workspace.environment(), **self._environment()},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
        ) as build:  # fmt: skip
            assert build.stdout is not None
            with selectors.DefaultSelector() as selector:
                os.set_blocking(build.stdout.fileno(), False)
                selector.register(build.stdout, selectors.EVENT_READ)
                printed, end = b"", float("inf")
                while (left := end - time.monotonic()) > 0:
                    selector.select(min(left, 60))
                    new = build.stdout.read()
                    if new == b"":
                        assert build.wait() == 0, printed.decode(errors="replace")[-3000:]
                        return False
                    printed += new or b""
                    if end == float("inf") and f"Running stage '{stage}'".encode() in printed:
                        end = time.monotonic() + seconds
            os.killpg(build.pid, signal.SIGKILL)
        self.workspace.run(sys.executable, "-c", CALL, "restore-lock", **self._environment())
        return True

    def _in_flight(self) -> int:
        """Return how many calls were noted after the last commit: a kill may have lost their rows."""
        lines = self._notes()
        last = max((place for place, line in enumerate(lines) if line == "kept"), default=-1)
        return sum(line not in NO_CALLS for line in lines[last + 1 :])

    def _calls(self) -> Iterator[str]:
        return (line for line in self._notes() if line not in NO_CALLS)

    def _notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def _forget(self) -> None:
        """Go back to the committed workspace without outs, DVC's cache, the memo and the notes."""
        self.workspace.run("git", "checkout", "--quiet", "--", ".")
        self.workspace.run("git", "clean", "-qfdx", "-e", ".dvc/config")
        shutil.rmtree(self.folder / "memo", ignore_errors=True)
        (self.folder / "notes").unlink(missing_ok=True)

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(self.folder / "watch"),
            "ONGGI_MEMO": str(self.folder / "memo"),
            "CRASH_CALLS": str(self.folder / "notes"),
            "CRASH_SECONDS_PER_CALL": str(SECONDS_PER_CALL),
        }
