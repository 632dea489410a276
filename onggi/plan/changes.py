"""What differs between a stage and what dvc.lock recorded of its last run, by DVC's own comparison."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from onggi.core.errors import PlanError
from onggi.plan.project import Project, Stage

Kind = Literal["never built", "command", "parameter", "input", "upstream", "output", "always"]


@dataclass(frozen=True, slots=True)
class Change:
    """One reason why a stage is stale.

    Parameters
    ----------
    kind
        ``input``: a file or folder that the stage reads. ``upstream``: an input that another stage will make anew,
        so that nobody knows yet whether it will differ. ``output``: an out is not what the stage made.
    name
        The parameter or the path.
    was, now
        Values of a parameter, the commands, or the hashes; what happened to an out.
    maker
        The stage that makes this input, if one does.
    """

    kind: Kind
    name: str = ""
    was: object = None
    now: object = None
    maker: str | None = None

    def short(self) -> str:
        """Return the change in a few words.

        Examples
        --------
        >>> Change("parameter", "fusion.dense_weight", 0.4, 0.5).short()
        'fusion.dense_weight 0.4 → 0.5'
        >>> Change("upstream", "models/base", maker="base_model").short()
        'models/base may change'
        """
        match self.kind:
            case "never built":
                return "never built"
            case "command":
                return "another command"
            case "parameter":
                return f"{self.name} {value(self.was)} → {value(self.now)}"
            case "input":
                return f"{self.name} {'changes' if self.maker else 'changed'}"
            case "upstream":
                return f"{self.name} may change"
            case "output":
                return f"{self.name} {self.now}"
            case "always":
                return "always runs"


ABSENT = object()
"""The value of a parameter that is not there."""


def value(of: object) -> str:
    """Return a parameter's value as params.yaml has it, shortened."""
    import json

    if of is ABSENT:
        return "(none)"
    text = json.dumps(of, ensure_ascii=False) if not isinstance(of, str) or not of.strip() else of
    return text if len(text) <= 40 else f"{text[:39]}…"


def changes(project: Project, stage: Stage, remade: Collection[Path], unknown: Collection[Path]) -> list[Change]:
    """Return why DVC would run a stage; nothing where it would not.

    Parameters
    ----------
    remade
        Outs that the plan holds as they will be.
    unknown
        Outs that will be made anew, and nobody knows how.

    Raises
    ------
    PlanError
        An input is missing that no stage makes.
    """
    found = []
    if _is_new(stage):
        found.append(Change("never built"))
    elif stage.changed_stage():
        found.append(Change("command", was=project.locked(stage)["cmd"], now=stage.cmd))
    if not stage.frozen:
        if stage.is_callback or stage.always_changed:
            found.append(Change("always"))
        for dep in [] if _is_new(stage) else project.settings(stage):
            found += _settings(project, dep)
        for dep in project.inputs(stage):
            found += _input(project, stage, dep, remade, unknown)
    if _is_new(stage):
        return found
    return [*found, *(Change("output", out.def_path, now=state) for out in stage.outs if (state := _state(out)))]


def _is_new(stage: Stage) -> bool:
    return not any(out.hash_info for out in stage.outs) and not any(dep.hash_info for dep in stage.deps)


def _settings(project: Project, dep: Any) -> Iterator[Change]:
    if not dep.status():
        return
    was, now = dict(leaves(dep.hash_info.value or {})), dict(leaves(dep.read_params()))
    for name in (*was, *(name for name in now if name not in was)):
        if was.get(name, ABSENT) != now.get(name, ABSENT):
            yield Change("parameter", name, was.get(name, ABSENT), now.get(name, ABSENT))


def leaves(of: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values of nested settings under their dotted names.

    Examples
    --------
    >>> list(leaves({"bm25": {"k1": 1.5, "tokenizer": {"name": "kiwi"}}, "seed": 0}))
    [('bm25.k1', 1.5), ('bm25.tokenizer.name', 'kiwi'), ('seed', 0)]
    """
    for name, below in of.items():
        if isinstance(below, Mapping) and below:
            yield from leaves(below, f"{above}{name}.")
        else:
            yield f"{above}{name}", below


def _input(
    project: Project, stage: Stage, dep: Any, remade: Collection[Path], unknown: Collection[Path]
) -> Iterator[Change]:
    path = project.path(stage, dep)
    maker = project.maker.get(path)
    named = project.name(maker) if maker is not None else None
    if any(overlap(path, out) for out in unknown):
        yield Change("upstream", dep.def_path, maker=named)
        return
    if not dep.exists:
        raise PlanError(dep.def_path, f"{project.name(stage)} reads it, and it is missing", "add it, or mend dvc.yaml")
    if not _is_new(stage) and dep.status():
        anew = any(overlap(path, out) for out in remade)
        yield Change("input", dep.def_path, dep.hash_info.value, dep.get_hash().value, named if anew else None)


def overlap(one: Path, other: Path) -> bool:
    """Tell whether of two paths one is the other or lies in it."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _state(out: Any) -> str | None:
    """Return what is wrong with an out in a few words, None where it is as the stage made it."""
    status = next(iter(out.status().values()), None)
    if status is None:
        return None
    if not out.exists:
        return "is missing"
    return {"not in cache": "is not in DVC's cache", "new": "is new in dvc.yaml"}.get(status, "was changed by hand")
