"""Builds that were killed end as if they had not been, and ask no model twice (see `tests.pipeline.crash`).

Six kills before training by default; ``CRASH_KILLS=60`` asks for at least so many over all stages.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.crash import MOST_IN_FLIGHT, STAGES, Harness
from tests.pipeline.workspace import Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("crash")]

KILLS = int(os.environ.get("CRASH_KILLS", "0"))
BEFORE_TRAINING = ("chunk", "encode@kiwi", "encode@base", "encode@base", "mine", "mine", "search@dense-base")


def test_a_killed_build_loses_only_the_calls_in_flight(
    copy_of_built: Callable[[str], Workspace], tmp_path: Path
) -> None:
    workspace = copy_of_built("killed")
    outs = workspace.outs()
    harness = Harness(workspace, tmp_path / "watched", () if KILLS else ("mine", "search@dense-base"))
    calls = harness.undisturbed()
    assert workspace.outs() == outs
    assert calls > 500
    chance, kills = random.Random(1), 0
    while kills < max(KILLS, 4):
        found = harness.round(chance, STAGES if KILLS else BEFORE_TRAINING)
        kills += len(found.killed)
        print(
            f"{kills} kills: {found.calls} calls instead of {calls}, {found.in_flight} were in flight; {found.killed}"
        )
        assert workspace.outs() == outs
        assert calls <= found.calls <= calls + found.in_flight
        assert found.in_flight <= MOST_IN_FLIGHT * len(found.killed)
        assert harness.litter() == []
