"""The plan: each stage that DVC would look at, run in a scratch folder as far as that is known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from onggi.plan.changes import Change, changes, overlap
from onggi.plan.project import Project, Stage
from onggi.plan.scratch import Scratch, scratch

State = Literal["up to date", "restored", "runs", "may run"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind: to compute, and held by the memo. Not ``exact``: at least so many, as far as a plan comes.

    ``figures`` say what computing them takes at most: of replies ``prompt_tokens``, ``completion_tokens`` and ``usd``.
    """

    compute: int
    held: int
    exact: bool = True
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What DVC will do about one stage.

    Parameters
    ----------
    state
        ``runs``: its command; ``may run``: if an input comes out different; ``restored``: its outs come from DVC's
        cache.
    rows
        By kind, of a stage whose inputs are known.
    known_after
        The nearest stages before it whose rows must be computed before anybody knows what this one will do.
    """

    stage: str
    state: State
    why: tuple[Change, ...] = ()
    rows: Mapping[str, Rows] = field(default_factory=dict)
    known_after: tuple[str, ...] = ()


class Simulation:
    """A plan in the making, and the scratch folder with the outs that are known."""

    def __init__(self, project: Project, scratch: Scratch) -> None:
        self.project, self.scratch = project, scratch
        self.remade: set[Path] = set()
        self.unknown: dict[Path, tuple[str, ...]] = {}
        """Outs that nobody knows yet, each with the stages after which it is known."""

    def step(self, stage: Stage) -> Step:
        """Find out what DVC will do about the next stage.

        Raises
        ------
        PlanError
            The stage would fail.
        """
        self._lay_out(stage)
        why = tuple(changes(self.project, stage, self.remade, self.unknown))
        if not why or stage.is_frozen or not stage.commands:
            for out in stage.outputs:
                self.scratch.link(out.path)
            return Step(stage.name, "up to date")
        if any(change.kind == "upstream" for change in why):
            return self._behind(stage, why)
        held = self.project.restorable(stage, as_locked=all(change.kind == "output" for change in why))
        self.remade.update(out.path for out in stage.outputs)
        if held is not None:
            for path, content in held.items():
                self.scratch.place(path, content)
            return Step(stage.name, "restored", why)
        return self._tried(stage, why)

    def _lay_out(self, stage: Stage) -> None:
        """Show a stage its inputs as they will be."""
        for one in stage.inputs:
            if not one.path.is_relative_to(self.project.root):
                self.scratch.link(one.path)
            if any(overlap(one.path, out) for out in self.remade):
                one.stand_in(self.scratch.at(one.path))
            if any(out != one.path and out.is_relative_to(one.path) for out in self.remade):
                self.scratch.unfold(one.path)

    def _behind(self, stage: Stage, why: tuple[Change, ...]) -> Step:
        """A stage that reads what nobody knows yet."""
        known_after = tuple(
            dict.fromkeys(
                name
                for out, names in self.unknown.items()
                if any(overlap(one.path, out) for one in stage.inputs)
                for name in names
            )
        )
        self.unknown |= {out.path: known_after for out in stage.outputs}
        certain = any(change.kind != "upstream" for change in why)
        return Step(stage.name, "runs" if certain else "may run", why, known_after=known_after)

    def _tried(self, stage: Stage, why: tuple[Change, ...]) -> Step:
        """A stage of which all inputs are known: run it."""
        trial = self.scratch.run(stage)
        if not trial.whole:
            for out in stage.outputs:
                self.remade.discard(out.path)
                self.unknown[out.path] = (stage.name,)
                self.scratch.forget(out.path)
        rows = {
            # A stage asks at once for all rows of a kind that only is counted; before those it may have more to ask.
            kind: Rows(work.computed, work.held, trial.whole or kind == trial.ended_at, work.figures)
            for kind, work in trial.works.items()
            if work.held or work.computed
        }
        return Step(stage.name, "runs", why, rows)


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
            show(stage.name)
            steps.append(simulation.step(stage))
        yield steps, simulation
