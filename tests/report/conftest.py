import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sample


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with metrics/ and dvc.yaml, which is the current one."""
    sample.write_metrics(tmp_path / "metrics")
    (tmp_path / "dvc.yaml").write_text(sample.DVC_YAML, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
