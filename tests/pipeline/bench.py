"""A workspace in which plans are compared with the builds that follow them."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onggi.work.journal import Entry, entries
from tests.pipeline.workspace import Workspace

CALL = "from onggi.cli import main; main()"


@dataclass
class Bench:
    """A workspace with a memo of its own."""

    workspace: Workspace
    memo: Path

    @property
    def folder(self) -> Path:
        """Return the folder of the workspace."""
        return self.workspace.folder

    def own(self) -> dict[str, str]:
        """Return what its commands have in their environment."""
        return {"ONGGI_MEMO": str(self.memo), "HF_HUB_OFFLINE": "1"}

    def onggi(self, name: str, *arguments: str, **extra: str) -> tuple[int, str, str]:
        """Run a command in the workspace; return exit code, stdout and stderr."""
        environment = {**self.workspace.environment(), **extra, **self.own()}
        done = subprocess.run(
            [sys.executable, "-c", CALL, name, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, done.stderr

    def json(self, name: str, *arguments: str, **extra: str) -> dict[str, Any]:
        """Return what a command prints as JSON."""
        code, printed, errors = self.onggi(name, *arguments, "--json", **extra)
        assert (code, errors) == (0, ""), errors
        found: dict[str, Any] = json.loads(printed)
        return found

    def plan(self, *targets: str, **extra: str) -> dict[str, Any]:
        """Plan, and see that nothing is changed by it."""
        before = self.content()
        found = self.json("plan", *targets, **extra)
        assert self.content() == before
        return found

    def content(self) -> dict[str, bytes | str]:
        """Return every file of the workspace and of the memo; what DVC keeps in its tmp aside."""
        found: dict[str, bytes | str] = {}
        for folder in (self.folder, self.memo):
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder.parent).as_posix()
                if "/.dvc/tmp/" not in name and not name.endswith(".lock") and path.is_file():
                    found[name] = path.read_bytes()
        return found

    def build(self, *targets: str, **extra: str) -> dict[str, Entry]:
        """Build; return the journal's entry of each stage that ran."""
        known = len(list(entries(self.memo / "journal.jsonl")))
        ran = self.workspace.repro(*targets, **{**extra, **self.own()})
        new = {entry.stage: entry for entry in list(entries(self.memo / "journal.jsonl"))[known:]}
        assert list(new) == ran
        return new


def compare(plan: dict[str, Any], ran: dict[str, Entry]) -> None:
    """See that a build did what the plan said: so many rows, or at least so many."""
    planned = {stage["stage"]: stage for stage in plan["stages"]}
    certain = {name for name, stage in planned.items() if stage["state"] == "runs"}
    possible = certain | {name for name, stage in planned.items() if stage["state"] == "may run"}
    assert certain <= ran.keys() <= possible, (sorted(certain ^ ran.keys()), sorted(possible))
    for name, entry in ran.items():
        stage = planned[name]
        behind = stage["known_after"]
        assert not (behind and (stage["rows"] or stage["seconds"] is not None)), name
        assert set(behind) <= ran.keys() - {name}
        ended = name in {other for of in planned.values() for other in of["known_after"]}
        works = {kind: work for kind, work in entry.works.items() if work.held or work.computed}
        assert behind or ended or works.keys() == stage["rows"].keys(), name
        for kind, rows in stage["rows"].items():
            did = (works[kind].computed, works[kind].held)
            where = f"{name}: {kind}: planned {rows}, computed {did[0]}, held {did[1]}"
            if rows["exact"]:
                assert (rows["compute"], rows["held"]) == did, where
            else:
                assert rows["compute"] + rows["held"] <= sum(did), where
