import json
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
    assert page == render(
        load_folder(project / "metrics", timed=False), read_dag(project / "dvc.yaml"), decided=decided
    )
    subprocess.run(command, check=True, env=env, capture_output=True)
    assert (project / "metrics" / "report.html").read_text("utf-8") == page  # the page is no input of itself


def test_the_stage_shows_no_times_though_the_command_does(project: Path) -> None:
    """No build makes metrics/performance.json: a page that read it would differ from build to build."""
    command = [sys.executable, "-m", "stages.report", "--metrics", "metrics", "--dag", "dvc.yaml", "--out", "page.html"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pages = []
    for times in (None, {"systems": {"hybrid": {"latency_ms": {"p50": 3.5, "p95": 9.0}}}}):
        if times is not None:
            (project / "metrics" / "performance.json").write_text(json.dumps(times), "utf-8")
        subprocess.run(command, check=True, env=env, capture_output=True)
        pages.append((project / "page.html").read_text("utf-8"))
    assert pages[0] == pages[1]
    assert "latency" in load_folder(project / "metrics").get("performance")["systems"]["hybrid"].popitem()[0]
    assert render(load_folder(project / "metrics"), None) != render(load_folder(project / "metrics", timed=False), None)
