"""Random language models, made once."""

from pathlib import Path

import pytest

from tests.llm.tiny import save


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen2 of two layers; not to be changed."""
    return save(tmp_path_factory.mktemp("llm") / "qwen2", "qwen2")
