"""The workspace as DVC sees it: stages in their order, what dvc.lock says of them, what DVC's cache holds."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from onggi.core import params
from onggi.core.errors import PlanError

Stage = Any
"""A stage of DVC's, which has no annotations."""


class Project:
    """A workspace of DVC's, only read."""

    def __init__(self, repo: Any) -> None:
        self.repo = repo
        self.root = Path(repo.root_dir)
        # Depth first, inputs before what reads them; a frozen stage waits for nothing: as `dvc repro` does.
        from dvc.repo.reproduce import get_active_graph, plan_repro  # type: ignore[import-untyped]

        self.graph = get_active_graph(repo.index.graph)
        self.order: list[Stage] = plan_repro(self.graph)
        self.maker = {self.path(stage, out): stage for stage in self.order for out in stage.outs}

    def stages(self, targets: Sequence[str]) -> list[Stage]:
        """Return the stages that `dvc repro` of the targets looks at, in its order; those of all without a target.

        Raises
        ------
        PlanError
            There is no such stage.
        """
        from dvc.repo.reproduce import plan_repro

        wanted = [stage for target in targets for stage in self.named(target)]
        return plan_repro(self.graph, wanted) if wanted else self.order

    def named(self, name: str) -> list[Stage]:
        """Return the stage of a name, or all that a `foreach` made under it (see `stages` for the errors)."""
        names = list(map(self.name, self.order))
        found = [stage for stage in self.order if name in (self.name(stage), self.name(stage).split("@")[0])]
        if not found:
            near = get_close_matches(name, names, 1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise PlanError(name, "no such stage", f"{meant}stages: {', '.join(names)}")
        return found

    def name(self, stage: Stage) -> str:
        """Return what DVC calls a stage in the folder of dvc.yaml."""
        path = os.path.relpath(stage.path, self.root)
        return str(stage.name if path == "dvc.yaml" else f"{path}:{stage.name}" if stage.name else path)

    def settings(self, stage: Stage) -> list[Any]:
        """Return what a stage reads of params files."""
        return list(stage.params)

    def inputs(self, stage: Stage) -> list[Any]:
        """Return the files and folders that a stage reads."""
        read = {id(dep) for dep in stage.params}
        return [dep for dep in stage.deps if id(dep) not in read]

    @staticmethod
    def path(stage: Stage, of: Any) -> Path:
        """Return where a dep or an out of a stage lies in the workspace."""
        return Path(os.path.normpath(Path(stage.wdir) / of.def_path))

    def locked(self, stage: Stage) -> Any:
        """Return what dvc.lock holds of a stage."""
        return stage.dvcfile.lockfile_contents.get("stages", {}).get(stage.name, {})

    def restorable(self, stage: Stage, *, as_locked: bool) -> dict[str, Any] | None:
        """Return the outs that DVC would restore instead of running a stage, by path; None where it would run it.

        Parameters
        ----------
        as_locked
            Nothing but outs changed, so that those of dvc.lock are asked for; else the cache of runs is.
        """
        from dvc.stage.cache import RunCacheNotFoundError  # type: ignore[import-untyped]

        if not all([stage.cmd, stage.deps, stage.outs]) or stage.always_changed:
            return None
        if as_locked:
            outs = {out.def_path: out.hash_info for out in stage.outs}
        else:
            for dep in self.inputs(stage):
                dep.meta = dep.get_meta()  # it repeats the hash
            for dep in stage.deps:
                dep.hash_info = dep.get_hash()
            try:
                held = self.repo.stage_cache._load(stage)
            except RunCacheNotFoundError:
                held = None
            if held is None:
                return None
            made = self.repo.stage_cache._create_stage(held, wdir=stage.wdir)
            outs = {out.def_path: out.hash_info for out in made.outs}
        return outs if all(self._is_cached(info) for info in outs.values()) else None

    def _is_cached(self, info: Any) -> bool:
        """Tell whether DVC's cache holds a file, or a folder with all its files."""
        if not info or not self.cached(info.value).exists():
            return False
        return not info.isdir or all(self.cached(file.value).exists() for _, file in self.listing(info).items())

    def cached(self, digest: str) -> Path:
        """Return where DVC's cache holds the content with an MD5, if it does."""
        return Path(self.repo.cache.local.oid_to_path(digest))

    def listing(self, info: Any) -> dict[str, Any]:
        """Return the files of a folder, by their path below it, as DVC's cache lists them.

        Raises
        ------
        FileNotFoundError
            It does not know the folder.
        """
        from dvc_data.hashfile.tree import Tree

        return {"/".join(key): found for key, _, found in Tree.load(self.repo.cache.local, info)}

    def files(self, folder: str) -> dict[str, str]:
        """Return the MD5 of each file of a folder as it is, by its path below it; what DVC ignores aside."""
        from dvc.fs import localfs  # type: ignore[import-untyped]
        from dvc_data.hashfile.build import build

        tree: Any
        _, _, tree = build(self.repo.cache.local, folder, localfs, "md5", ignore=self.repo.dvcignore, dry_run=True)
        return {"/".join(key): found.value for key, _, found in tree}

    def ignores(self, path: str) -> bool:
        """Tell whether DVC ignores a file, by its path below the root."""
        return bool(self.repo.dvcignore.is_ignored_file(str(self.root / path)))


@contextmanager
def opened(folder: Path) -> Iterator[Project]:
    """Open the project that a folder is in.

    Raises
    ------
    PlanError
        It is in none, or DVC cannot read dvc.yaml.
    ParamsError
        params.yaml is missing or broken.
    """
    from dvc.exceptions import DvcException, NotDvcRepoError  # type: ignore[import-untyped]
    from dvc.repo import Repo  # type: ignore[import-untyped]

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    logging.getLogger("dvc_data").setLevel(logging.CRITICAL)
    logging.getLogger("dvc_objects").setLevel(logging.CRITICAL)
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
        problem = said(error)
        raise PlanError("dvc.lock" if "dvc.lock" in problem else "dvc.yaml", problem, "mend it") from None


def said(error: BaseException) -> str:
    """Return what DVC says of an error, causes too, in one line and without the marks of its screen."""
    from rich.text import Text

    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 2:
        parts.append(" ".join(Text.from_ansi(str(cause)).plain.split()))
        cause = cause.__cause__
    return ": ".join(dict.fromkeys(part.rstrip(".:") for part in parts if part))
