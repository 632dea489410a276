"""How long a plan will take, from what this machine's journal says of earlier runs."""

from collections.abc import Iterable
from statistics import median

from onggi.plan.simulate import Step
from onggi.work.journal import Entry

RECENT = 5
"""Runs that an estimate is made of."""


class Rates:
    """What the runs of stages took: seconds a row by kind, and the seconds beside."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.done = [entry for entry in entries if entry.status == "done"]

    def seconds(self, step: Step) -> float | None:
        """Return the seconds a stage will take; None where the journal does not know, or nobody knows its rows yet."""
        if step.state in ("up to date", "restored"):
            return 0.0
        if step.known_after:
            return None
        total = self._beside(step.stage)
        for kind, rows in step.rows.items():
            if rows.compute == 0:
                continue
            row = self._row(step.stage, kind)
            if row is None or total is None:
                return None
            total += rows.compute * row
        return total

    def _row(self, stage: str, kind: str) -> float | None:
        """Return the seconds a row took when the stage last computed some, else when any stage did."""
        runs = [entry for entry in self.done if kind in entry.works and entry.works[kind].computed]
        own = [entry for entry in runs if entry.stage == stage]
        works = [entry.works[kind] for entry in (own or runs)[-RECENT:]]
        return sum(work.seconds for work in works) / sum(work.computed for work in works) if works else None

    def _beside(self, stage: str) -> float | None:
        """Return what the stage, else one of its `foreach`, usually takes beside computing rows."""
        name = stage.split("@")[0]
        runs = [entry for entry in self.done if entry.stage.split("@")[0] == name]
        own = [entry for entry in runs if entry.stage == stage]
        took = [
            max(0.0, entry.seconds - sum(work.seconds for work in entry.works.values()))
            for entry in (own or runs)[-RECENT:]
        ]
        return median(took) if took else None
