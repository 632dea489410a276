"""Order and Hypothesis, for the whole suite."""

import os

import hypothesis
import pytest

# A busy machine is no failure, and CI draws the same examples every time.
hypothesis.settings.register_profile("onggi", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("onggi")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the builds by real DVC first: they take longest, and a second worker has the rest to do meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("pipeline") is None)
