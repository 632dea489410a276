"""The stage that trains, without a training: what it says of one that was hardly any."""

import contextlib
import shutil
from pathlib import Path

import pytest

from onggi.training import checkpoint
from stages import finetune

PARAMS = Path(__file__).parents[2] / "params.yaml"


@pytest.mark.parametrize(("steps", "told"), [(1, True), (9, True), (10, False)])
def test_a_training_of_few_steps_is_told(
    steps: int, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """468 encyclopedia paragraphs gave the extractive teacher one question, and nobody was told."""
    shutil.copy(PARAMS, tmp_path / "params.yaml")
    monkeypatch.setattr(checkpoint, "finetune", lambda *_: [(1, 0.5, 2.0), (steps, 1.0, 1.0)][-min(steps, 2) :])
    with contextlib.chdir(tmp_path):
        finetune.main(*map(Path, ("models", "train.jsonl", "models/tuned", "loss.csv", "training.json")))
    said = capsys.readouterr().err
    assert ("train.jsonl" in said and f"{steps} training steps" in said) == told
    assert f'"steps": {steps}' in (tmp_path / "training.json").read_text("utf-8")
