import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onggi.models.absent import absent

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "jar_of_nobody.py").write_text("", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "jar_of_nobody", raising=False)
    return "jar_of_nobody"


def test_a_package_is_hidden_in_the_block_alone(package: str) -> None:
    with absent(package):
        assert importlib.util.find_spec(package) is None
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(package)
    assert importlib.import_module(package).__name__ == package


def test_a_package_comes_back_after_an_error(package: str) -> None:
    with pytest.raises(RuntimeError), absent(package):
        raise RuntimeError
    assert importlib.util.find_spec(package) is not None


def test_what_is_imported_already_stays(package: str) -> None:
    module = importlib.import_module(package)
    with absent(package):
        assert importlib.import_module(package) is module


@pytest.mark.parametrize(
    ("imports", "needless"),
    [
        ("onggi.models.encoder, transformers.models.xlm_roberta.modeling_xlm_roberta", {"scipy", "sklearn", "peft"}),
        ("onggi.training.trainer", {"scipy", "sklearn", "bitsandbytes", "torch._inductor.compile_fx"}),
    ],
)
def test_processes_of_models_import_nothing_needless(imports: str, needless: set[str]) -> None:
    program = f"import sys, {imports}; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert not needless & set(done.stdout.split())
