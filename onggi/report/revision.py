"""A git commit as a place to read metrics and params from."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from onggi.core.errors import RevisionError
from onggi.report.inputs import Metrics, load

_EXPERIMENT = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38,62})/(.+)")


@dataclass(frozen=True)
class Revision:
    """A commit: ``name`` as the user wrote it, ``sha`` in full, ``folder`` the one paths are relative to."""

    name: str
    sha: str
    folder: Path

    @classmethod
    def find(cls, name: str, folder: Path) -> "Revision":
        """Resolve a branch, a tag, ``HEAD~1``, a hash or the name of a DVC experiment.

        Raises
        ------
        RevisionError
            ``folder`` is in no git repository, there is no such commit, or the name is that of several experiments.
        """
        if _git(folder, "rev-parse", "--git-dir") is None:
            raise RevisionError(
                folder.resolve().name or folder, "not in a git repository", "run in a clone of the project"
            )
        sha = _commit(folder, name) or _experiment(folder, name)
        if sha is None:
            raise RevisionError(
                f"--against {name}",
                "no such commit",
                "name a branch, a tag or a hash that `git log` knows, or an experiment that `dvc exp show` knows",
            )
        return cls(name, sha, folder)

    def read(self, path: Path) -> bytes | None:
        """Return the content of a file at this commit, None where it had none."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return _git(self.folder, "show", f"{self.sha}:./{relative}")

    def metrics(self, folder: Path) -> Metrics:
        """Return the metrics that were committed below ``folder``.

        Raises
        ------
        RevisionError
            There were none.
        TableError
            One of them is not what its name promises.
        """
        metrics = load(lambda name: self.read(folder / name), f"{self.name}:{folder}")
        if not metrics:
            raise RevisionError(
                f"--against {self.name}", f"holds no metrics in {folder}/", "name a commit made after a build"
            )
        return metrics

    def params(self, path: Path) -> dict[str, Any]:
        """Return the params at this commit as dotted keys, empty where there was no such file."""
        content = self.read(path)
        return {} if content is None else flat_params(content, f"{self.name}:{path}")


def flat_params(content: bytes, where: str) -> dict[str, Any]:
    """Return the leaves of a YAML file by their dotted keys.

    Raises
    ------
    RevisionError
        The file is not YAML, so that it cannot be compared.
    """
    try:
        loaded = YAML(typ="safe").load(content.decode("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise RevisionError(where, f"not YAML ({' '.join(str(error).split())})", "mend the file") from None
    return _flat(loaded, "")


def _flat(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        return {key: value} if key else {}
    flat = {}
    for name, below in value.items():
        flat.update(_flat(below, f"{key}.{name}" if key else str(name)))
    return flat


def _commit(folder: Path, name: str) -> str | None:
    sha = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return None if sha is None else sha.decode().strip()


def experiments(folder: Path) -> list[tuple[str, str]]:
    """Return the names and commits of the experiments that HEAD is the baseline of."""
    head = _commit(folder, "HEAD")
    return [(name, sha) for baseline, name, sha in _experiments(folder) if baseline == head]


def _experiments(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the baseline, the name and the commit of every experiment.

    DVC keeps them as ``refs/exps/`` with the hash of the baseline (its first two digits, the others) and the name.
    """
    listed = _git(folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps/") or b""
    for line in listed.decode("utf-8", "replace").splitlines():
        ref, _, sha = line.rpartition(" ")
        if kept := _EXPERIMENT.fullmatch(ref):
            yield kept[1] + kept[2], kept[3], sha


def _experiment(folder: Path, name: str) -> str | None:
    """Return the commit of an experiment; of several with one name, that which HEAD is the baseline of."""
    named = {baseline: sha for baseline, own, sha in _experiments(folder) if own == name}
    here = named.get(_commit(folder, "HEAD") or "")
    if here is None and len(named) > 1:
        several = f"{len(named)} experiments have this name, none of them on HEAD"
        raise RevisionError(f"--against {name}", several, "give its hash (`dvc exp show --all-commits`)")
    return here or next(iter(named.values()), None)


def _git(folder: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise RevisionError("git", "not installed", "install git to compare revisions") from None
    return done.stdout if done.returncode == 0 else None
