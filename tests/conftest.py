"""Arithmetic, order, Hypothesis and the memo, for the whole suite; a folder that takes no file, and another process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

import stages  # noqa: F401  (the same pinned arithmetic and threads as the build, before any library loads)
from onggi.work import progress

ROOT = Path(__file__).parents[1]
NOBODY = 65534
GROUPS = ("plan", "ingest", "crash", "dvc")
"""Groups of tests that build by real DVC, in their order; the rest follows."""

QUIET = "from onggi.work import progress; progress.SECONDS_BETWEEN_LINES = float('inf')\n"

# A busy machine is no failure, and CI draws the same examples every time.
hypothesis.settings.register_profile(
    "onggi",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # it measures the machine
)
hypothesis.settings.load_profile("onggi")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the builds by real DVC first: they take longest, and a second worker has the rest to do meanwhile."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Return the place of a test's group: one worker builds the workspace, the other ingests until it is there."""
    group = item.get_closest_marker("xdist_group")
    return (*GROUPS, None).index(group.args[0] if group and group.args[0] in GROUPS else None)


@pytest.fixture(scope="session", autouse=True)
def no_progress() -> Iterator[None]:
    """Keep the lines of work that takes seconds, which depends on the machine, off the stderr that tests look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "SECONDS_BETWEEN_LINES", float("inf"))
        yield


@pytest.fixture(scope="session", autouse=True)
def memo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the memo and the journal of whoever runs the tests out of them, in child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONGGI_MEMO", str(tmp_path_factory.mktemp("memo")))
        patch.delenv("ONGGI_PLAN", raising=False)
        yield


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder in which nothing can be made or changed, by root neither; what it holds can be read."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run a script with arguments in another process, in ``tmp_path``; it shows no progress, as here."""

    def run(script: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", QUIET + script, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run
