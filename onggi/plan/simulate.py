"""The plan: each stage that DVC would look at, run in a scratch folder as far as that is known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from onggi.core import params
from onggi.plan import bounds
from onggi.plan.changes import Change, changes
from onggi.plan.project import Project, Stage
from onggi.plan.scratch import Scratch, Trial, content_of, scratch
from onggi.work.journal import Work

State = Literal["up to date", "restored", "runs", "may run"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind: to compute, and held by the memo; None where nobody knows. Not ``exact``: at most so many."""

    compute: int | None
    held: int | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What DVC will do about one stage.

    ``runs``: its command; ``may run``: if an input comes out different; ``restored``: its outs come from DVC's cache.
    """

    stage: str
    state: State
    why: tuple[Change, ...] = ()
    rows: Mapping[str, Rows] = field(default_factory=dict)


class Simulation:
    """A plan in the making, and the scratch folder with the outs that are known."""

    def __init__(self, project: Project, scratch: Scratch) -> None:
        self.project, self.scratch = project, scratch
        self.remade: set[Path] = set()
        self.unknown: set[Path] = set()
        self._params = params.read(project.root / params.PARAMS)
        self._most_rows: dict[str, int | None] = {}

    def known(self, path: str) -> Path | None:
        """Return where a file lies as it will be; None where nobody knows its content."""
        inside = self.scratch.at(self.project.root / path)
        return inside if inside.exists() else None

    def most_rows(self, path: str) -> int | None:
        """Return the most rows of a file that is not known; None where nobody can say."""
        return self._most_rows.get(path)

    def step(self, stage: Stage) -> Step:
        """Find out what DVC will do about the next stage.

        Raises
        ------
        PlanError
            The stage would fail.
        """
        outs = {out.def_path: self.project.path(stage, out) for out in stage.outs}
        for dep in self.project.inputs(stage):
            path = self.project.path(stage, dep)
            if not path.is_relative_to(self.project.root):
                self.scratch.link(path)
            if any(path.is_relative_to(out) for out in self.remade):
                dep.fs_path = str(self.scratch.at(path))
        why = changes(self.project, stage, self.remade, self.unknown)
        if not why or stage.frozen or not stage.cmd:
            for path in outs.values():
                self.scratch.link(path)
            return Step(self.project.name(stage), "up to date")
        if any(change.kind == "upstream" for change in why):
            return self._bounded(stage, why, outs)
        self.remade |= set(outs.values())
        as_locked = all(change.kind == "output" for change in why)
        held = self.project.restorable(stage, as_locked=as_locked)
        if held is not None:
            for name, path in outs.items():
                self.scratch.place(path, content_of(self.project, held[name]))
            return Step(self.project.name(stage), "restored", tuple(why))
        return self._tried(stage, why, outs)

    def _bounded(self, stage: Stage, why: Sequence[Change], outs: Mapping[str, Path]) -> Step:
        """A stage that reads what nobody knows yet."""
        self._lose(stage, outs)
        rows = {kind: Rows(count, None, False) for kind, count in self._most(stage).items() if count != 0}
        certain = any(change.kind != "upstream" for change in why)
        return Step(self.project.name(stage), "runs" if certain else "may run", tuple(why), rows)

    def _tried(self, stage: Stage, why: Sequence[Change], outs: Mapping[str, Path]) -> Step:
        """A stage of which all inputs are known: run it."""
        trial = self.scratch.run(stage, self.project.name(stage))
        rows = {kind: _counted(work) for kind, work in trial.works.items() if work.held or work.computed}
        if not trial.whole:
            rows = self._rest(stage, trial, rows)
            if {change.name for change in why} <= bounds.unread(_text(stage), self._params):
                self._as_before(outs)
            else:
                self._lose(stage, outs)
        return Step(self.project.name(stage), "runs", tuple(why), rows)

    def _rest(self, stage: Stage, trial: Trial, rows: dict[str, Rows]) -> dict[str, Rows]:
        """Add the rows that come behind those at which a trial ended."""
        most = self._most(stage)
        asked = list(most)
        counted = [kind for kind, work in trial.works.items() if work.computed and kind not in bounds.CHEAP]
        for place, kind in enumerate(asked):
            behind = not set(counted).isdisjoint(asked[:place])
            # A stage may ask for a kind twice: it is counted once what comes before it is.
            again = any(before not in trial.works for before in asked[: place + 1])
            if behind or again or kind in bounds.CHEAP:
                rows[kind] = Rows(most[kind], None, False)
        return {kind: found for kind, found in rows.items() if found.compute != 0 or found.held}

    def _as_before(self, outs: Mapping[str, Path]) -> None:
        """Take the outs of the last build for those to come."""
        self.remade -= set(outs.values())
        for path in outs.values():
            self.scratch.forget(path)
            self.scratch.link(path)

    def _lose(self, stage: Stage, outs: Mapping[str, Path]) -> None:
        self._most_rows |= bounds.most_out(_text(stage), self, self._params)
        self.remade -= set(outs.values())
        self.unknown |= set(outs.values())
        for path in outs.values():
            self.scratch.forget(path)

    def _most(self, stage: Stage) -> bounds.Most:
        return bounds.most(_text(stage), self, self._params)


def _counted(work: Work) -> Rows:
    return Rows(work.computed, work.held, True)


def _text(stage: Stage) -> str:
    return " ".join(stage.cmd) if isinstance(stage.cmd, list) else str(stage.cmd)


@contextmanager
def simulated(
    project: Project, targets: Sequence[str], show: Callable[[str], Any] = lambda stage: None
) -> Iterator[tuple[list[Step], Simulation]]:
    """Plan `dvc repro` of the targets; the scratch folder lasts as long as the block.

    Raises
    ------
    PlanError
        There is no such target, or a stage would fail.
    """
    stages = project.stages(targets)
    with scratch(project.root, project.maker.keys()) as folder:
        simulation = Simulation(project, folder)
        steps = []
        for stage in stages:
            show(project.name(stage))
            steps.append(simulation.step(stage))
        yield steps, simulation
