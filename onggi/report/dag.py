"""dvc.yaml as a graph of boxes: every stage, the variants of a repeated one, and what flows between them."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onggi.core import params
from onggi.core.errors import ParamsError

_TEMPLATE = re.compile(r"\$\{\s*([^}]+?)\s*\}")
_CODE = ("onggi", "stages")
_SETTINGS = ("dvc.yaml", "params.yaml")
"""Folders of code and settings: what a stage is made of, not what flows into it."""


@dataclass(frozen=True)
class Box:
    """A stage of the picture, or an input that no stage makes (``is_input``)."""

    name: str
    variants: tuple[str, ...] = ()
    description: str = ""
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    is_input: bool = False

    @property
    def data(self) -> tuple[str, ...]:
        """The deps without the code that the stage is made of."""
        return tuple(dep for dep in self.deps if not _is_code(dep))


@dataclass(frozen=True)
class Dag:
    """Boxes in the order of dvc.yaml, inputs last, and arrows between their names."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Stage:
    group: str
    variant: str
    description: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.group}@{self.variant}" if self.variant else self.group


def read_dag(path: Path) -> Dag | None:
    """Return the graph of a dvc.yaml, None where there is no such file.

    The variants of a repeated stage share a box, unless that would close a circle (``embed@tuned`` needs what
    was made from ``embed@base``): then each has its own.

    Raises
    ------
    ParamsError
        The file is not YAML, its stages are not what DVC takes, or they depend on each other in a circle.
    """
    if not path.exists():
        return None
    content = params.read(path)
    stages = content.get("stages")
    if not isinstance(stages, dict) or any(not isinstance(body, dict) for body in stages.values()):
        raise ParamsError(path, "holds no mapping of stages", "write it as `stages: {name: {cmd: …}}`")
    scope = _variables(content.get("vars", []))
    return build_dag([stage for name, body in stages.items() for stage in _expand(str(name), body, scope)], str(path))


def build_dag(stages: list[_Stage], where: str) -> Dag:
    """Put stages into boxes and connect the boxes (see `read_dag`)."""
    links = [(a, b) for a in stages for b in stages if a is not b and _feeds(a.outs, b.deps)]
    apart: set[str] = set()
    while True:
        box_of = {stage: stage.name if stage.group in apart else stage.group for stage in stages}
        arrows = {(box_of[a], box_of[b]) for a, b in links if box_of[a] != box_of[b]}
        circle = _on_a_circle(set(box_of.values()), arrows)
        if not circle:
            break
        repeated = {stage.group for stage in stages if stage.variant and box_of[stage] == stage.group in circle}
        if not repeated:
            raise ParamsError(
                where, f"stages depend on each other in a circle: {', '.join(sorted(circle))}", "mend deps and outs"
            )
        apart |= repeated
    boxes = [_box(name, [s for s in stages if box_of[s] == name]) for name in dict.fromkeys(box_of.values())]
    made = tuple(out for stage in stages for out in stage.outs)
    outside = dict.fromkeys(dep for s in stages for dep in s.deps if not _feeds(made, (dep,)) and not _is_code(dep))
    inputs = [Box(dep, outs=(dep,), is_input=True) for dep in outside]
    arrows |= {(dep, box.name) for dep in outside for box in boxes if dep in box.deps}
    return Dag((*boxes, *inputs), tuple(sorted(arrows)))


def reduced(arrows: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Leave out each arrow that a longer path says already."""
    after: dict[str, set[str]] = {}
    for a, b in arrows:
        after.setdefault(a, set()).add(b)

    def reach(name: str) -> set[str]:
        return after.get(name, set()).union(*(reach(b) for b in after.get(name, ())))

    return tuple((a, b) for a, b in arrows if not any(b in reach(c) for c in after[a] if c != b))


def _box(name: str, stages: list[_Stage]) -> Box:
    alone = len(stages) == 1 and name == stages[0].name
    return Box(
        name,
        () if alone else tuple(stage.variant for stage in stages),
        stages[0].description,
        tuple(dict.fromkeys(dep for stage in stages for dep in stage.deps)),
        tuple(dict.fromkeys(out for stage in stages for out in stage.outs)),
    )


def _is_code(path: str) -> bool:
    return path.split("/")[0] in _CODE or path in _SETTINGS


def _feeds(outs: Iterable[str], deps: Iterable[str]) -> bool:
    return any(_same(out, dep) for out in outs for dep in deps)


def _same(out: str, dep: str) -> bool:
    if out != dep and ("${" in out or "${" in dep):
        # A template that dvc.yaml alone does not resolve stands for any name below a folder, not for any path.
        template, path = (out, dep) if "${" in out else (dep, out)
        pattern = "[^/]+".join(re.escape(part) for part in _TEMPLATE.split(template)[::2])
        return "/" in template and not path.startswith("${") and re.fullmatch(pattern, path) is not None
    return out == dep or dep.startswith(out + "/") or out.startswith(dep + "/")


def _on_a_circle(names: set[str], arrows: set[tuple[str, str]]) -> set[str]:
    """Return what is left when sources and sinks are taken away until there are none."""
    left = set(names)
    while True:
        inner = {(a, b) for a, b in arrows if a in left and b in left}
        kept = {a for a, _ in inner} & {b for _, b in inner}
        if kept == left:
            return left
        left = kept


def _expand(name: str, body: Mapping[str, Any], scope: Mapping[str, Any]) -> Iterator[_Stage]:
    inner = body.get("do", body)
    for variant, values in _variants(body, scope):
        known = {**scope, **values}
        yield _Stage(
            name,
            variant,
            str(body.get("desc") or inner.get("desc") or ""),
            tuple(_paths(inner.get("deps"), known)),
            tuple(path for kind in ("outs", "metrics", "plots") for path in _paths(inner.get(kind), known)),
        )


def _variants(body: Mapping[str, Any], scope: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if "foreach" in body:
        items = _value(body["foreach"], scope)
        if isinstance(items, dict):
            return [(str(key), {"key": key, "item": item}) for key, item in items.items()]
        if isinstance(items, list):
            plain = [not isinstance(item, dict | list) for item in items]
            return [(str(item) if plain[i] else str(i), {"item": item}) for i, item in enumerate(items)]
        return [("…", {})]
    if "matrix" in body:
        axes = {axis: _value(values, scope) for axis, values in body["matrix"].items()}
        if not all(isinstance(values, list) for values in axes.values()):
            return [("…", {})]
        chosen = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
        return [("-".join(str(value) for value in item.values()), {"item": item}) for item in chosen]
    return [("", {})]


def _paths(entries: Any, scope: Mapping[str, Any]) -> Iterator[str]:
    for entry in entries or []:
        path = next(iter(entry)) if isinstance(entry, dict) else entry
        yield _fill(str(path), scope).rstrip("/")


def _fill(text: str, scope: Mapping[str, Any]) -> str:
    return _TEMPLATE.sub(lambda match: str(_look_up(match[1], scope, match[0])), text)


def _value(value: Any, scope: Mapping[str, Any]) -> Any:
    match = _TEMPLATE.fullmatch(value) if isinstance(value, str) else None
    return _look_up(match[1], scope, value) if match else value


def _look_up(dotted: str, scope: Mapping[str, Any], otherwise: Any) -> Any:
    value: Any = scope
    for part in dotted.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return otherwise
        value = value[part]
    return value


def _variables(entries: Any) -> dict[str, Any]:
    return {key: value for entry in entries or [] if isinstance(entry, dict) for key, value in entry.items()}
