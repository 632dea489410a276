"""Builds that were killed end as if they had not been, and ask no model twice (see `tests.pipeline.crash`).

Up to six kills before training by default; ``CRASH_KILLS=60`` asks for at least so many over all stages.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from onggi.work.journal import Entry, entries
from tests.pipeline.crash import MOST_IN_FLIGHT, STAGES, TARGETS, Harness
from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("crash")]

KILLS = int(os.environ.get("CRASH_KILLS", "0"))
BEFORE_TRAINING = ("chunk", "encode@kiwi", "encode@base", "encode@base", "mine", "mine")


def undisturbed(built: Workspace) -> list[Entry]:
    """Return what `built` wrote into the journal: up to the targets of the rounds, or all."""
    own = [entry for entry in entries(built.home / "memo" / "journal.jsonl") if entry.folder == str(built.folder)]
    last = max(place for place, entry in enumerate(own) if entry.stage in TARGETS)
    return own if KILLS else own[: last + 1]


def test_a_killed_build_loses_only_the_calls_in_flight(
    built: Workspace, copy_of_built: Callable[[str], Workspace], tmp_path: Path
) -> None:
    workspace = copy_of_built("killed")
    expected, outs = undisturbed(built), workspace.outs()
    built_outs = {out["path"] for entry in expected for out in workspace.lock()[entry.stage]["outs"]}
    harness = Harness(workspace, tmp_path / "watched", expected, () if KILLS else TARGETS)
    assert harness.calls > 500
    chance, kills = random.Random(1), 0
    while kills < max(KILLS, 4):
        found = harness.round(chance, STAGES if KILLS else BEFORE_TRAINING)
        kills += len(found.killed)
        print(
            f"{kills} kills: {found.calls} calls instead of {harness.calls}, {found.in_flight} were in flight; "
            f"{found.killed}"
        )
        left = workspace.outs()  # a lock that a kill cut off is put back without what this round does not build
        assert left.items() <= outs.items() and left.keys() >= built_outs
        assert harness.calls <= found.calls <= harness.calls + found.in_flight
        assert found.in_flight <= MOST_IN_FLIGHT * len(found.killed)
        assert harness.litter() == []
