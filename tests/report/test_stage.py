import os
import subprocess
import sys
from pathlib import Path

from onggi.report import load_folder, read_dag, read_decided, render

ROOT = Path(__file__).parents[2]


def test_the_stage_writes_the_page(project: Path) -> None:
    options = ["--metrics", "metrics", "--dag", "dvc.yaml", "--out", "metrics/report.html"]
    command = [sys.executable, "-m", "stages.report", *options]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, env=env, capture_output=True)
    page = (project / "metrics" / "report.html").read_text("utf-8")
    decided = read_decided(project / "params.yaml")
    assert page == render(load_folder(project / "metrics"), read_dag(project / "dvc.yaml"), decided=decided)
    subprocess.run(command, check=True, env=env, capture_output=True)
    assert (project / "metrics" / "report.html").read_text("utf-8") == page  # the page is no input of itself
