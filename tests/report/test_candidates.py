"""The tables of compared language models: only where there are some, values with intervals, failures with reasons."""

import json
from pathlib import Path

import pytest

from onggi.core.errors import TableError
from onggi.report import load_folder, render
from onggi.report.candidates import NAME, candidates_tables
from onggi.report.tabulate import Table

FIGURE = {"value": 0.875, "low": 0.5291, "high": 0.9776, "of": 8}
MEASURED = {
    "backend": "openai", "model": "onggi-1", "status": "measured", "sample": {"questions": 8}, "success": FIGURE,
    "agreement": {"EM": FIGURE, "F1": {"value": 0.5, "low": None, "high": None, "of": 5}},
    "latency_s": {"p50": FIGURE}, "tokens": {"per_second": 41.5},
    "memory_mb": {"host": 1200, "device": "runs elsewhere"},
}  # fmt: skip
WINS = "model,other,wins,losses,ties,win_rate,low,high\nsolar,qwen,6,2,1,0.75,0.4093,0.9285\n"


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    (tmp_path / "llm").mkdir()
    (tmp_path / "llm" / ".gitkeep").touch()
    return tmp_path


def text(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_nothing_is_shown_where_nothing_was_compared(metrics: Path) -> None:
    assert NAME not in load_folder(metrics).objects
    assert "언어 모델" not in render(load_folder(metrics), None)


def test_models_stand_side_by_side_and_those_without_figures_below(metrics: Path) -> None:
    (metrics / "llm" / "solar.json").write_text(json.dumps(MEASURED), "utf-8")
    (metrics / "llm" / "gated.json").write_text(json.dumps({"backend": "openai", "reason": "<404>"}), "utf-8")
    (metrics / "llm" / "wins.csv").write_text(WINS, "utf-8")
    found = load_folder(metrics)
    models, failed, wins = candidates_tables(found.get(NAME))
    shared = ["0.88 (0.53–0.98)", "0.88 (0.53–0.98)", "0.50", "–", "–", "–", "0.88 (0.53–0.98)", "–"]
    assert text(models) == [["solar (onggi-1)", *shared, "41.5", "host 1,200"]]
    assert text(failed) == [["gated", "<404>"]]
    assert text(wins) == [["solar", "qwen", "6", "2", "1", "0.75 (0.41–0.93)"]]
    page = render(found, None)
    assert "solar (onggi-1)" in page and "&lt;404&gt;" in page and "<404>" not in page


@pytest.mark.parametrize(("name", "content"), [("a.json", "{"), ("a.json", "[]"), ("wins.csv", "model\nx\n")])
def test_a_file_that_is_something_else_is_named(metrics: Path, name: str, content: str) -> None:
    (metrics / "llm" / name).write_text(content, "utf-8")
    with pytest.raises(TableError, match=name):
        load_folder(metrics)
