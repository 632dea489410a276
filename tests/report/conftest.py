import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sample


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with metrics/, dvc.yaml and params.yaml, which is the current one."""
    sample.write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
