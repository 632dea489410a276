"""Arithmetic, order, Hypothesis and the memo, for the whole suite."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

import stages  # noqa: F401  (the same pinned arithmetic and threads as the build, before any library loads)

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
    items.sort(key=lambda item: item.get_closest_marker("pipeline") is None)


@pytest.fixture(scope="session", autouse=True)
def memo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the memo and the journal of whoever runs the tests out of them, in child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONGGI_MEMO", str(tmp_path_factory.mktemp("memo")))
        patch.delenv("ONGGI_PLAN", raising=False)
        yield
