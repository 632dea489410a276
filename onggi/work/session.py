"""A stage at work: its run goes into the journal, and its models keep their rows in the memo."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from onggi.work import journal

PLAN = "ONGGI_PLAN"
"""Set by `onggi plan` to the journal of the plan: rows are then counted, and neither computed at length nor kept."""

PLAN_ENDS = 75
"""Exit code of a stage whose plan ended before the stage did."""


def session(function: Callable[..., None]) -> Callable[..., None]:
    """Run the function of a stage with a memo and a line in the journal; keep the dvc.lock that it began with."""

    @functools.wraps(function)
    def at_work(*args: Any, **kwargs: Any) -> None:
        from onggi.work import journal, lockfile, memo

        plan = Path(path) if (path := os.environ.get(PLAN)) else None
        stage = os.environ.get("DVC_STAGE") or Path(sys.argv[0]).stem
        if plan is None:
            lockfile.keep()
        try:
            with journal.recording(stage, plan) as entry, _noting(entry), memo.using(memo.open_memo(plan)):
                function(*args, **kwargs)
        except journal.PlanEnds:
            raise typer.Exit(PLAN_ENDS) from None

    return at_work


@contextmanager
def _noting(entry: "journal.Entry") -> Iterator[None]:
    """Add to an interrupt what was computed before it: the memo keeps that when it closes."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        computed = [f"{work.computed:,} {kind}" for kind, work in entry.works.items() if work.computed]
        if computed:
            interrupt.add_note(f"{' and '.join(computed)} are in the memo")
        raise
