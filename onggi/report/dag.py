"""dvc.yaml as a graph of boxes: every stage, the variants of a repeated one, and what flows between them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from onggi.core.errors import ParamsError
from onggi.report.declared import DeclaredStage, read_stages

Node = TypeVar("Node", bound=Hashable)

_CODE = ("onggi", "stages", "docs", "dvc.yaml", "params.yaml")
"""Code, settings and pictures of them: what a stage is made of, not what flows into it."""


@dataclass(frozen=True)
class Box:
    """A box of the picture: a stage, variants of one, or an input that no stage makes (``is_input``).

    ``name`` is the box's own; ``stage`` may be that of several.
    """

    name: str
    stage: str
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

    @property
    def stages(self) -> dict[str, str]:
        """The description of each stage by its name, variants taken together."""
        return {box.stage: box.description for box in self.boxes if not box.is_input}


def read_dag(path: Path) -> Dag | None:
    """Return the graph of a dvc.yaml and the params.yaml beside it, None where there is no such file.

    The variants of a repeated stage share a box, unless that would close a circle (``encode@tuned`` needs what was
    made from ``encode@base``): then those that come after another variant have a box of their own.

    Raises
    ------
    ParamsError
        A file is not what DVC takes (see `read_stages`), or the stages depend on each other in a circle.
    """
    return build_dag(read_stages(path), str(path)) if path.exists() else None


def build_dag(stages: Sequence[DeclaredStage], where: str) -> Dag:
    """Put stages into boxes and connect the boxes (see `read_dag`)."""
    links = {(a, b) for a in stages for b in stages if a is not b and _feeds(a.outs, b.deps)}
    if circle := _on_a_circle(links):
        named = ", ".join(sorted(stage.name for stage in circle))
        raise ParamsError(where, f"stages depend on each other in a circle: {named}", "mend deps and outs")
    box_of = _boxed(stages, links)
    members: dict[Hashable, list[DeclaredStage]] = {}
    for stage in stages:
        members.setdefault(box_of[stage], []).append(stage)
    groups = [inside[0].group for inside in members.values()]
    boxes = {key: _box(inside, groups.count(inside[0].group) == 1) for key, inside in members.items()}
    arrows = {(boxes[a].name, boxes[b].name) for a, b in _between(links, box_of)}
    made = tuple(out for stage in stages for out in stage.outs)
    outside = dict.fromkeys(dep for s in stages for dep in s.deps if not _feeds(made, (dep,)) and not _is_code(dep))
    inputs = [Box(dep, dep, outs=(dep,), is_input=True) for dep in outside]
    arrows |= {(dep, box.name) for dep in outside for box in boxes.values() if dep in box.deps}
    return Dag((*boxes.values(), *inputs), tuple(sorted(arrows)))


def reduced(arrows: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Leave out each arrow that a longer path says already."""
    arrows = list(arrows)
    before = _ancestors(arrows)
    after: dict[str, set[str]] = {}
    for a, b in arrows:
        after.setdefault(a, set()).add(b)
    return tuple((a, b) for a, b in arrows if after[a].isdisjoint(before[b]))


def _boxed(
    stages: Sequence[DeclaredStage], links: set[tuple[DeclaredStage, DeclaredStage]]
) -> dict[DeclaredStage, Hashable]:
    """Return the box of each stage: one for a group; where boxes are on a circle one a generation, then one a stage."""
    generation = _generations(stages, links)
    apart = dict.fromkeys((stage.group for stage in stages), 0)
    while True:
        box_of: dict[DeclaredStage, Hashable] = {
            stage: ((stage.group,), (stage.group, generation[stage]), stage)[apart[stage.group]] for stage in stages
        }
        circle = _on_a_circle(_between(links, box_of))
        if not circle:
            return box_of
        for group in {stage.group for stage in stages if box_of[stage] in circle}:
            apart[group] = min(2, apart[group] + 1)


def _generations(
    stages: Sequence[DeclaredStage], links: Iterable[tuple[DeclaredStage, DeclaredStage]]
) -> dict[DeclaredStage, int]:
    """Return how many variants of its own group each stage comes after, one after the other."""
    before = _ancestors(links)

    @cache
    def generation(stage: DeclaredStage) -> int:
        own = [other for other in before.get(stage, ()) if other.group == stage.group]
        return 1 + max(map(generation, own)) if own else 0

    return {stage: generation(stage) for stage in stages}


def _ancestors(links: Iterable[tuple[Node, Node]]) -> dict[Node, set[Node]]:
    """Return all that each node comes after, in a graph without circles."""
    parents: dict[Node, set[Node]] = {}
    for a, b in links:
        parents.setdefault(b, set()).add(a)

    @cache
    def ancestors(node: Node) -> frozenset[Node]:
        near = parents.get(node, set())
        return frozenset(near).union(*map(ancestors, near))

    return {node: set(ancestors(node)) for node in parents}


def _between(
    links: Iterable[tuple[DeclaredStage, DeclaredStage]], box_of: Mapping[DeclaredStage, Hashable]
) -> set[tuple[Hashable, Hashable]]:
    return {(box_of[a], box_of[b]) for a, b in links if box_of[a] != box_of[b]}


def _on_a_circle(links: Iterable[tuple[Node, Node]]) -> set[Node]:
    """Return what is left when sources and sinks are taken away until there are none."""
    left = set(links)
    while True:
        kept = {a for a, _ in left} & {b for _, b in left}
        inner = {(a, b) for a, b in left if a in kept and b in kept}
        if inner == left:
            return kept
        left = inner


def _box(stages: Sequence[DeclaredStage], is_only: bool) -> Box:
    group = stages[0].group
    variants = tuple(stage.variant for stage in stages if stage.variant)
    return Box(
        group if is_only else f"{group}@{','.join(variants)}",
        group,
        variants,
        stages[0].description,
        tuple(dict.fromkeys(dep for stage in stages for dep in stage.deps)),
        tuple(dict.fromkeys(out for stage in stages for out in stage.outs)),
    )


def _is_code(path: str) -> bool:
    return path.split("/")[0] in _CODE


def _feeds(outs: Iterable[str], deps: Iterable[str]) -> bool:
    return any(out == dep or dep.startswith(f"{out}/") or out.startswith(f"{dep}/") for out in outs for dep in deps)
