import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from onggi.cli import app
from onggi.core import outs, tables
from onggi.core.schema import Document, Section

METRICS: dict[str, Any] = {
    "problems": [{"source": "다.hwp", "problem": "is encrypted; save it without"}],
    "clean": {"dropped": [{"source": "라.md", "why": "copy", "kept": "가.md"}]},
}


@pytest.fixture
def built(tmp_path: Path) -> list[str]:
    made = [
        Document(
            "가.md", "가.md", "가", "md", "장독 " * 30, [Section(["가"], 0, 89)], removed={"boilerplate lines": 2}
        ),
        Document("나.md", "나.md", "나", "md", "장독\ufffd " * 30, [Section([], 0, 119)]),
    ]
    tables.write(tmp_path / "documents.parquet", Document, made)
    outs.write_json(tmp_path / "ingest.json", METRICS)
    return ["--documents", str(tmp_path / "documents.parquet"), "--metrics", str(tmp_path / "ingest.json")]


def test_files_are_shown_the_worst_first(built: list[str]) -> None:
    done = CliRunner().invoke(app, ["ingest", "report", *built])
    assert done.exit_code == 0
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "score file characters sections Hangul left out signs",
        "100 다.hwp is encrypted; save it without",
        "25 나.md 120 0 100% replacement characters (30)",
        "0 가.md 90 1 100% 2 boilerplate lines",
        "0 라.md copy of 가.md",
        "4 files, 2 of them with signs; the 4 worst are shown",
    ]


def test_so_many_are_shown_as_asked(built: list[str]) -> None:
    done = CliRunner().invoke(app, ["ingest", "report", "--top", "1", *built])
    assert len(done.stdout.splitlines()) == 3


def test_json_has_all_of_them(built: list[str]) -> None:
    done = CliRunner().invoke(app, ["ingest", "report", "--json", "--top", "1", *built])
    found = json.loads(done.stdout)
    assert [(item["source"], item["score"], item["why"]) for item in found] == [
        ("다.hwp", 100, "is encrypted; save it without"),
        ("나.md", 25, ""),
        ("가.md", 0, ""),
        ("라.md", 0, "copy of 가.md"),
    ]
    assert found[1]["signs"] == [{"name": "replacement characters", "amount": 30, "points": 25}]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "no such file"), ("{", "not what"), ("{}", "not what"), ("[]", "not what")]
)
def test_missing_and_foreign_metrics_are_named(
    built: list[str], tmp_path: Path, content: str | None, said: str
) -> None:
    (tmp_path / "ingest.json").unlink()
    if content is not None:
        (tmp_path / "ingest.json").write_text(content)
    done = CliRunner().invoke(app, ["ingest", "report", *built])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {tmp_path}/ingest.json: {said}")


def test_a_missing_table_is_named(built: list[str], tmp_path: Path) -> None:
    (tmp_path / "documents.parquet").unlink()
    done = CliRunner().invoke(app, ["ingest", "report", *built])
    assert (done.exit_code, "no such table" in done.stderr) == (1, True)
