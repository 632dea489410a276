"""What differs between a stage and what dvc.lock recorded of its last run, by DVC's own comparison."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from onggi.core.errors import PlanError
from onggi.plan.project import Input, Project, Stage

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
    makers
        The stages that make this input anew: several where it is a folder in which each has an out.
    """

    kind: Kind
    name: str = ""
    was: object = None
    now: object = None
    makers: tuple[str, ...] = ()

    def short(self) -> str:
        """Return the change in a few words.

        Examples
        --------
        >>> Change("parameter", "indexes.bm25.k1", 1.5, 1.2).short()
        'indexes.bm25.k1 1.5 → 1.2'
        >>> Change("upstream", "models/base", makers=("fetch",)).short()
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
                return f"{self.name} {'changes' if self.makers else 'changed'}"
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
    if stage.is_new:
        found = [Change("never built")]
    else:
        found = [Change("command", was=was, now=now) for was, now in filter(None, [stage.other_command()])]
    if not stage.is_frozen:
        found += [Change("always")] if stage.runs_always else []
        found += [] if stage.is_new else _settings(stage)
        for one in stage.inputs:
            found += _input(project, stage, one, remade, unknown)
    if stage.is_new:
        return found
    return [*found, *(Change("output", out.name, now=wrong) for out in stage.outputs if (wrong := out.wrong))]


def _settings(stage: Stage) -> Iterator[Change]:
    for recorded, read in stage.other_settings():
        was, now = dict(leaves(recorded)), dict(leaves(read))
        names = dict.fromkeys((*was, *now))
        # An entry that is empty on one side and has keys on the other: those keys tell it.
        filled = {name[:end] for name in names for end, character in enumerate(name) if character == "."}
        for name in (name for name in names if name not in filled):
            if was.get(name, ABSENT) != now.get(name, ABSENT):
                yield Change("parameter", name, was.get(name, ABSENT), now.get(name, ABSENT))


def leaves(of: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values of nested settings under their dotted names.

    Examples
    --------
    >>> list(leaves({"models": {"tokenizer": {"kiwi": {"name": "kiwi"}}}, "seed": 0}))
    [('models.tokenizer.kiwi.name', 'kiwi'), ('seed', 0)]
    """
    for name, below in of.items():
        if isinstance(below, Mapping) and below:
            yield from leaves(below, f"{above}{name}.")
        else:
            yield f"{above}{name}", below


def _input(
    project: Project, stage: Stage, one: Input, remade: Collection[Path], unknown: Collection[Path]
) -> Iterator[Change]:
    def makers(outs: Collection[Path]) -> tuple[str, ...]:
        named = (name for out, name in project.maker.items() if out in outs and overlap(one.path, out))
        return tuple(dict.fromkeys(named))

    if made := makers(unknown):
        yield Change("upstream", one.name, makers=made)
    elif not one.at.exists():
        raise PlanError(one.name, f"{stage.name} reads it, and it is missing", "add it, or mend dvc.yaml")
    elif not stage.is_new and (difference := one.difference()):
        yield Change("input", one.name, *difference, makers(remade))


def overlap(one: Path, other: Path) -> bool:
    """Tell whether of two paths one is the other or lies in it."""
    return one.is_relative_to(other) or other.is_relative_to(one)
