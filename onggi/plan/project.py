"""The workspace as DVC sees it: stages in their order, what dvc.lock says of them, what DVC's cache holds.

The only module that touches DVC, whose insides have no annotations and no promises; all others see what is here.
"""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from onggi.core import params
from onggi.core.errors import PlanError
from onggi.work import lockfile

DVC_YAML = "dvc.yaml"

OutContent = Path | dict[str, Path]
"""Where DVC's cache holds a file, or the files of a folder by their path below it."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file or folder that a stage reads: its name in dvc.yaml, and where it lies in the workspace."""

    name: str
    path: Path
    _dep: Any = field(repr=False)

    @property
    def at(self) -> Path:
        """Where the content lies that the stage will read."""
        return Path(self._dep.fs_path)

    def stand_in(self, path: Path) -> None:
        """Look at what lies elsewhere in place of what the workspace holds."""
        self._dep.fs_path = str(path)

    def difference(self) -> tuple[str | None, str] | None:
        """Return the MD5 that dvc.lock recorded, if it did, and that of what the stage will read, if they differ."""
        return (self._dep.hash_info.value, self._dep.get_hash().value) if self._dep.status() else None


@dataclass(frozen=True, slots=True)
class Output:
    """A file or folder that a stage makes: its name in dvc.yaml, and where it lies in the workspace."""

    name: str
    path: Path
    _out: Any = field(repr=False)

    @property
    def wrong(self) -> str | None:
        """What is wrong with it in a few words; None where it is as the stage made it."""
        status = next(iter(self._out.status().values()), None)
        if status is None:
            return None
        if not self._out.exists:
            return "is missing"
        return {"not in cache": "is not in DVC's cache", "new": "is new in dvc.yaml"}.get(status, "was changed by hand")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of dvc.yaml: its name, the folder in which its commands run, and what dvc.lock knows of it.

    ``file`` declares it: dvc.yaml, or another one below the root, of which `dvc repro` runs nothing unless it is told.
    DVC takes the outs of one that ``is_frozen`` as they are; dvc.lock knows nothing of one that ``is_new``.
    """

    name: str
    file: str
    folder: Path
    commands: tuple[str, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    is_frozen: bool
    runs_always: bool
    is_new: bool
    _stage: Any = field(repr=False)

    def other_command(self) -> tuple[object, object] | None:
        """Return the command that dvc.lock recorded and the one of dvc.yaml, if they differ."""
        if not self._stage.changed_stage():
            return None
        locked = self._stage.dvcfile.lockfile_contents["stages"][self._stage.name]
        return locked["cmd"], self._stage.cmd

    def other_settings(self) -> list[tuple[Mapping[str, object], Mapping[str, object]]]:
        """Return the settings that dvc.lock recorded and those there are, of each params file where they differ."""
        return [(dep.hash_info.value or {}, dep.read_params()) for dep in self._stage.params if dep.status()]


class Project:
    """A workspace of DVC's, only read."""

    def __init__(self, repo: Any) -> None:
        from dvc.repo.reproduce import get_active_graph, plan_repro  # type: ignore[import-untyped]

        self._repo = repo
        self.root = Path(repo.root_dir)
        # Depth first, inputs before what reads them; a frozen stage waits for nothing: as `dvc repro` does.
        self._graph = get_active_graph(repo.index.graph)
        self._stages = {stage: self._read(stage) for stage in plan_repro(self._graph)}
        self.order = list(self._stages.values())
        self.maker = {out.path: stage.name for stage in self.order for out in stage.outputs}

    def _read(self, stage: Any) -> Stage:
        file = os.path.relpath(stage.path, self.root)
        name = stage.name if file == DVC_YAML else f"{file}:{stage.name}" if stage.name else file
        settings = {id(dep) for dep in stage.params}
        inputs = [dep for dep in stage.deps if id(dep) not in settings]
        return Stage(
            name=str(name),
            file=file,
            folder=Path(stage.wdir),
            commands=tuple(stage.cmd if isinstance(stage.cmd, list) else (stage.cmd or "").splitlines()),
            inputs=tuple(Input(dep.def_path, _path(stage, dep), dep) for dep in inputs),
            outputs=tuple(Output(out.def_path, _path(stage, out), out) for out in stage.outs),
            is_frozen=bool(stage.frozen),
            runs_always=bool(stage.is_callback or stage.always_changed),
            is_new=not any(of.hash_info for of in (*stage.outs, *stage.deps)),
            _stage=stage,
        )

    def stages(self, targets: Sequence[str]) -> list[Stage]:
        """Return the stages that `dvc repro` of the targets looks at, in its order; without a target those of dvc.yaml.

        Raises
        ------
        PlanError
            There is no such stage.
        """
        from dvc.repo.reproduce import plan_repro

        named = [stage for target in targets for stage in self.named(target)]
        wanted = named or [stage for stage in self.order if stage.file == DVC_YAML]
        return [self._stages[stage] for stage in plan_repro(self._graph, [stage._stage for stage in wanted])]

    def named(self, name: str) -> list[Stage]:
        """Return the stage of a name, or all that a `foreach` made under it (see `stages` for the errors)."""
        found = [stage for stage in self.order if name in (stage.name, stage.name.split("@")[0])]
        if not found:
            names = [stage.name for stage in self.order]
            near = get_close_matches(name, names, 1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise PlanError(name, "no such stage", f"{meant}stages: {', '.join(names)}")
        return found

    def restorable(self, stage: Stage, *, as_locked: bool) -> dict[Path, OutContent] | None:
        """Return the outs that DVC would restore instead of running a stage, by path; None where it would run it.

        Parameters
        ----------
        as_locked
            Nothing but outs changed, so that those of dvc.lock are asked for; else the cache of runs is.
        """
        of = stage._stage
        if not all([of.cmd, of.deps, of.outs]) or of.always_changed:
            return None
        outs = of.outs if as_locked else self._outs_of_another_run(stage)
        contents = {_path(of, out): self._content(out.hash_info) for out in outs}
        found = {path: content for path, content in contents.items() if content is not None}
        return found if outs and len(found) == len(contents) else None

    def _outs_of_another_run(self, stage: Stage) -> list[Any]:
        """Return what DVC's cache of runs has for the inputs and settings as they will be."""
        from dvc.stage.cache import RunCacheNotFoundError  # type: ignore[import-untyped]

        for one in stage.inputs:
            one._dep.meta = one._dep.get_meta()  # it repeats the hash
        for dep in stage._stage.deps:
            dep.hash_info = dep.get_hash()
        try:
            entry = self._repo.stage_cache._load(stage._stage)
        except RunCacheNotFoundError:
            return []
        return list(self._repo.stage_cache._create_stage(entry, wdir=stage._stage.wdir).outs) if entry else []

    def _content(self, info: Any) -> OutContent | None:
        """Return where DVC's cache holds a file, or a folder with all its files; None where it does not."""
        if not info or not self.cached(info.value).exists():
            return None
        if not info.isdir:
            return self.cached(info.value)
        files = {name: self.cached(digest) for name, digest in (self.listing(info.value) or {}).items()}
        return files if all(file.exists() for file in files.values()) else None

    def cached(self, digest: str) -> Path:
        """Return where DVC's cache holds the content with an MD5, if it does."""
        return Path(self._repo.cache.local.oid_to_path(digest))

    def listing(self, digest: str) -> dict[str, str] | None:
        """Return the MD5 of each file of a folder, by its path below it, when the folder's was ``digest``."""
        from dvc_data.hashfile.hash_info import HashInfo
        from dvc_data.hashfile.tree import Tree

        try:
            return _digests(Tree.load(self._repo.cache.local, HashInfo("md5", digest)))
        except FileNotFoundError:
            return None

    def files(self, folder: Path) -> dict[str, str]:
        """Return the MD5 of each file of a folder as it is, by its path below it; what DVC ignores aside."""
        from dvc.fs import localfs  # type: ignore[import-untyped]
        from dvc_data.hashfile.build import build

        _, _, tree = build(
            self._repo.cache.local, str(folder), localfs, "md5", ignore=self._repo.dvcignore, dry_run=True
        )
        return _digests(tree)

    def ignores(self, path: str) -> bool:
        """Tell whether DVC ignores a file, by its path below the root."""
        return bool(self._repo.dvcignore.is_ignored_file(str(self.root / path)))


def dvc_folder_digest(files: Mapping[str, str]) -> str:
    """Return the MD5 that DVC gives a folder of files with these MD5s."""
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.tree import Tree

    tree: Any = Tree()  # type: ignore[no-untyped-call]
    for name, digest in files.items():
        tree.add(tuple(name.split("/")), None, HashInfo("md5", digest))
    tree.digest()
    return str(tree.hash_info.value)


def _digests(tree: Any) -> dict[str, str]:
    return {"/".join(key): info.value for key, _, info in tree}


def _path(stage: Any, of: Any) -> Path:
    """Return where a dep or an out of a stage lies in the workspace."""
    return Path(os.path.normpath(Path(stage.wdir) / of.def_path))


@contextmanager
def opened(folder: Path) -> Iterator[Project]:
    """Open the project that a folder is in.

    Raises
    ------
    PlanError
        It is in none, or DVC cannot read dvc.yaml or dvc.lock.
    ParamsError
        params.yaml is missing or broken.
    """
    from dvc.exceptions import DvcException, NotDvcRepoError  # type: ignore[import-untyped]
    from dvc.repo import Repo  # type: ignore[import-untyped]

    for name in ("dvc", "dvc_data", "dvc_objects"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        root = Path(Repo.find_root(str(folder)))
    except NotDvcRepoError:
        raise PlanError(folder.resolve(), "no project of DVC's", "run in the folder that holds dvc.yaml") from None
    if not (root / "dvc.yaml").exists():
        raise PlanError("dvc.yaml", "no such file", "run in the folder that holds dvc.yaml")
    params.read(root / "params.yaml")
    try:
        with Repo(str(root)) as repo:
            yield Project(repo)
    except DvcException as error:
        if (what := lockfile.problem(root)) is not None:
            raise PlanError(lockfile.NAME, what, lockfile.way_back(root)) from None
        problem = _in_one_line(error)
        raise PlanError(lockfile.NAME if lockfile.NAME in problem else "dvc.yaml", problem, "mend it") from None


def _in_one_line(error: BaseException) -> str:
    """Return what DVC says of an error, causes too, without the marks of its screen."""
    from rich.text import Text

    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 2:
        parts.append(" ".join(Text.from_ansi(str(cause)).plain.split()))
        cause = cause.__cause__
    return ": ".join(dict.fromkeys(part.rstrip(".:") for part in parts if part))
