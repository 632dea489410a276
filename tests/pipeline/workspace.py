"""A git repository with a built slice of the demo corpus, and what a test asks of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
DOCUMENTS = 10
LIMIT = 900.0
"""Seconds that no command takes unless it hangs."""


@dataclass
class Workspace:
    """A folder that DVC builds in."""

    folder: Path
    home: Path

    def environment(self) -> dict[str, str]:
        """Nothing of the user's: another home, no PYTHONPATH, and `python` is the interpreter of the tests."""
        dropped = ("PYTHON", "GIT_", "DVC_", "ONGGI_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        name, mail = "Tester", "tester@example.org"
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}",
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "ONGGI_MEMO": str(self.home / "memo"),
            "DVC_SITE_CACHE_DIR": str(self.home / "site"),
            "DVC_NO_ANALYTICS": "1",
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": mail,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": mail,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, *command: str, **extra: str) -> str:
        """Run a command here; return what it printed, and fail with it where it fails or hangs."""
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environment(), **extra},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        ) as running:
            try:
                printed, _ = running.communicate(timeout=LIMIT)
            except BaseException:
                os.killpg(running.pid, signal.SIGKILL)  # the stage that DVC runs, too
                raise
        assert running.returncode == 0, f"{' '.join(command)}\n{printed[-6000:]}"
        return printed

    def dvc(self, *arguments: str, **extra: str) -> str:
        """Run DVC with the interpreter of the tests."""
        return self.run(sys.executable, "-m", "dvc", *arguments, **extra)

    def repro(self, *options: str, **extra: str) -> list[str]:
        """Run `dvc repro`; return the stages that ran, in their order."""
        return re.findall(r"^Running stage '([^']+)':$", self.dvc("repro", *options, **extra), re.M)

    def stages(self) -> list[str]:
        """Return every stage that the lock names."""
        return list(self.lock())

    def lock(self) -> dict[str, Any]:
        """Return the stages of dvc.lock."""
        return dict(YAML(typ="safe").load((self.folder / "dvc.lock").read_text("utf-8"))["stages"])

    def outs(self) -> dict[str, str]:
        """Return the hash of every out."""
        return {out["path"]: out["md5"] for stage in self.lock().values() for out in stage["outs"]}

    def metrics(self, name: str) -> Any:
        """Return the content of a metrics file."""
        return json.loads((self.folder / "metrics" / name).read_text("utf-8"))

    def edit_params(self, **sections: dict[str, Any]) -> None:
        """Change settings in params.yaml and keep its comments."""
        yaml = YAML()
        path = self.folder / "params.yaml"
        params = yaml.load(path.read_text("utf-8"))
        for section, values in sections.items():
            assert not values.keys() - params[section].keys(), f"params.yaml lacks a key of {section}: {values}"
            params[section].update(values)
        yaml.dump(params, path)

    def add_params(self, **sections: dict[str, Any]) -> None:
        """Declare more in params.yaml: names of the user's choice."""
        yaml = YAML()
        path = self.folder / "params.yaml"
        params = yaml.load(path.read_text("utf-8"))
        for section, names in sections.items():
            for name, entry in names.items():
                if name in params[section]:  # a kind of model
                    params[section][name] = {**params[section][name], **entry}
                else:
                    params[section][name] = entry
        yaml.dump(params, path)

    def commit(self, message: str) -> None:
        """Commit all that git does not ignore."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "-m", message)


def slice_of_the_corpus(folder: Path) -> None:
    """Copy the documents that most gold questions are about, PDF aside, and those questions."""
    lines = (ROOT / "data" / "gold" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    sources = [{evidence["source"] for evidence in question["evidence"]} for question in questions]
    asked = Counter(source for named in sources if len(named) == 1 for source in named if not source.endswith(".pdf"))
    chosen = {source for source, _ in sorted(asked.items(), key=lambda item: (-item[1], item[0]))[:DOCUMENTS]}
    raw = ROOT / "data" / "raw"
    copied = 0
    for path in sorted(raw.rglob("*")):
        name = path.relative_to(raw)
        if path.is_file() and unicodedata.normalize("NFC", name.as_posix()) in chosen:
            (folder / "data" / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / "data" / "raw" / name)
            copied += 1
    assert copied == DOCUMENTS
    unanswerable = [line for line, named in zip(lines, sources, strict=True) if not named][:2]
    kept = [line for line, named in zip(lines, sources, strict=True) if named and named <= chosen] + unanswerable
    gold = folder / "data" / "gold" / "questions.jsonl"
    gold.parent.mkdir(parents=True, exist_ok=True)
    gold.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    ids = {json.loads(line)["id"] for line in kept}
    judged = (ROOT / "data" / "gold" / "judgments.jsonl").read_text("utf-8").splitlines()
    of_slice = [line for line in judged if (of := json.loads(line))["id"] in ids and of["source"] in chosen]
    (gold.parent / "judgments.jsonl").write_text("".join(f"{line}\n" for line in of_slice), encoding="utf-8")
