"""Tables of the language models that were compared: what each measured, and which answers people preferred."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onggi.core.errors import TableError
from onggi.report.tabulate import Cell, Row, Table
from onggi.report.values import text_of

FOLDER, NAME = "llm", "candidates"
WINS = "wins.csv"

_COLUMNS = ("모델", "응답률", "EM", "F1", "정답 포함", "거절: 답 없는 질문", "거절: 답 있는 질문", "P50(초)", "P95(초)",
            "토큰/초", "메모리(MB)")  # fmt: skip
_FIGURES = (
    ("success",), ("agreement", "EM"), ("agreement", "F1"), ("agreement", "contains"), ("refused", "unanswerable"),
    ("refused", "answerable"), ("latency_s", "p50"), ("latency_s", "p95"),
)  # fmt: skip
_WIN_COLUMNS = ("모델", "상대", "이김", "짐", "비김", "승률(비김 제외)")


def objects(metrics: Path) -> dict[str, Mapping[str, Any]]:
    """Return what lies in the folder ``llm`` of the metrics as one object of the report; none where nothing does.

    Raises
    ------
    TableError
        A file is not what its name promises.
    """
    folder = metrics / FOLDER
    models = {path.stem: _object(path) for path in sorted(folder.glob("*.json"))}
    wins = _wins(folder / WINS)
    return {NAME: {"models": models, "wins": wins}} if models or wins else {}


def candidates_tables(found: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the tables of that object: models that were measured and those that were not, and preferences."""
    models = found.get("models", {})
    measured = {name: model for name, model in models.items() if "reason" not in model}
    tables = []
    if measured:
        tables.append(
            Table("언어 모델 비교", _COLUMNS, tuple(_row(*item) for item in measured.items()), _note(measured))
        )
    if failed := {name: model["reason"] for name, model in models.items() if "reason" in model}:
        rows = tuple(Row((Cell(name, is_head=True), Cell(str(reason)))) for name, reason in failed.items())
        tables.append(Table("잴 수 없었던 모델", ("모델", "까닭"), rows))
    if found.get("wins"):
        note = "사람이 이름을 모른 채 두 답을 나란히 보고 고름. 괄호는 95% 구간(Wilson)."
        tables.append(Table("사람이 고른 답", _WIN_COLUMNS, tuple(map(_won, found["wins"])), note))
    return tuple(tables)


def _row(name: str, model: Mapping[str, Any]) -> Row:
    figures = [_figure(model.get(path[0], {}), *path[1:]) for path in _FIGURES]
    speed, memory = model.get("tokens", {}).get("per_second"), model.get("memory_mb", {})
    taken = [f"{key} {memory[key]:,}" for key in ("host", "device") if isinstance(memory.get(key), int)]
    said = f"{name} ({model.get('model') or model.get('backend', '')})"
    cells = [Cell(said, is_head=True), *figures, Cell("–" if speed is None else text_of(speed))]
    return Row((*cells, Cell(", ".join(taken) or "–")))


def _figure(figures: Mapping[str, Any], name: str | None = None) -> Cell:
    """Return a value with its interval."""
    figure = figures if name is None else figures.get(name, {})
    value, low, high = (figure.get(key) for key in ("value", "low", "high"))
    if value is None:
        return Cell("–")
    return Cell(f"{value:.2f}" if low is None or high is None else f"{value:.2f} ({low:.2f}–{high:.2f})")


def _note(models: Mapping[str, Mapping[str, Any]]) -> str:
    sizes = {model.get("sample", {}).get("questions") for model in models.values()}
    asked = f"질문 {', '.join(str(size) for size in sorted(size for size in sizes if size is not None))}개"
    return f"{asked}. 괄호는 95% 구간. 시간은 잴 때마다 다르므로 빌드끼리 비교하지 않음."


def _won(line: Mapping[str, str]) -> Row:
    low, value, high = (line[key] for key in ("low", "win_rate", "high"))
    rate = f"{float(value):.2f} ({float(low):.2f}–{float(high):.2f})" if value else "–"
    counts = (Cell(line[key]) for key in ("wins", "losses", "ties"))
    return Row((Cell(line["model"], is_head=True), Cell(line["other"]), *counts, Cell(rate)))


def _object(path: Path) -> Mapping[str, Any]:
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(path, f"not JSON ({error})", _AGAIN) from None
    if not isinstance(loaded, dict):
        raise TableError(path, f"holds a {type(loaded).__name__}", _AGAIN)
    return loaded


def _wins(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    wanted = {"model", "other", "wins", "losses", "ties", "win_rate", "low", "high"}
    if any(not wanted <= line.keys() for line in lines):
        raise TableError(path, f"lacks one of the columns {sorted(wanted)}", "run `onggi compare-answers merge` again")
    return lines


_AGAIN = "run `dvc repro` to write it again"
