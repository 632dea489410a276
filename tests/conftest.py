"""Order: the builds by real DVC take longest, so a second worker has the rest to do while they run."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the pipeline first and leave the order otherwise as it is."""
    items.sort(key=lambda item: item.get_closest_marker("pipeline") is None)
