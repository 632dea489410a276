"""The stages of dvc.yaml as DVC itself resolves them."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dvc.dependency import ParamsDependency
from dvc.repo import Repo
from ruamel.yaml import YAML

from tests.structure.modules import ROOT


@dataclass(frozen=True)
class Stage:
    """One stage, an item of a foreach by its own name."""

    name: str
    cmd: tuple[str, ...]
    deps: tuple[str, ...]
    params: tuple[str, ...]
    outs: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module that the command runs."""
        return self.cmd[2]


@cache
def stages() -> tuple[Stage, ...]:
    """Return all stages in the order of dvc.yaml, and with them those of benchmarks/dvc.yaml."""
    with Repo(str(ROOT)) as repo:
        return tuple(_stage(stage) for stage in repo.index.stages)


@cache
def declared() -> Mapping[str, Any]:
    """Return dvc.yaml as it is written."""
    loaded: Mapping[str, Any] = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text("utf-8"))
    return loaded


@cache
def params() -> Mapping[str, Any]:
    """Return params.yaml as it is written."""
    loaded: Mapping[str, Any] = YAML(typ="safe").load((ROOT / "params.yaml").read_text("utf-8"))
    return loaded


def _stage(stage: Any) -> Stage:
    settings = [dep for dep in stage.deps if isinstance(dep, ParamsDependency)]
    return Stage(
        stage.addressing.rpartition(":")[2],
        tuple(shlex.split(stage.cmd)),
        tuple(dep.def_path for dep in stage.deps if not isinstance(dep, ParamsDependency)),
        tuple(key for dep in settings for key in dep.params),
        tuple(out.def_path for out in stage.outs),
    )
