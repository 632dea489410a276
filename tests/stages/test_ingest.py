import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import Document

ROOT = Path(__file__).parents[2]
OUTS = ("data/documents.parquet", "metrics/ingest.json")
CLEAN = (
    "clean: {{duplicates: keep, alike: 0.9, versions: keep, boilerplate: null, spacing: auto, "
    "mask: [resident_number]}}\n"
)
PARAMS = "corpus:\n  path: {path}\ningest:\n  on_error: {on_error}\n  max_mb: 10\n"
PARAMS += "  max_memory_mb: 1000\n  max_seconds: 60\n" + CLEAN


def ingest(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "stages.ingest", "--documents", OUTS[0], "--metrics", OUTS[1]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "나.md").write_text("# 나루\n\n건너는 곳.\n\n## 요금\n\n없음", encoding="utf-8")
    (tmp_path / "raw" / "가.txt").write_bytes("가온시 공고".encode("cp949"))
    (tmp_path / "params.yaml").write_text(PARAMS.format(path="raw", on_error="fail"), encoding="utf-8")
    return tmp_path


def test_documents_and_counts_are_written(folder: Path) -> None:
    done = ingest(folder)
    progress = "ingest: documents"  # which a busy machine shows
    told = [line for line in done.stderr.splitlines() if not line.startswith(progress)]
    assert (done.returncode, told) == (0, [])
    found = list(tables.read(folder / OUTS[0], Document))
    assert [(item.doc_id, item.title, len(item.sections)) for item in found] == [
        ("가.txt", "가", 1),
        ("나.md", "나루", 2),
    ]
    assert json.loads((folder / OUTS[1]).read_text(encoding="utf-8")) == {
        "documents": 2,
        "characters": len("가온시 공고") + len("나루\n\n건너는 곳.\n\n요금\n\n없음"),
        "sections": 3,
        "formats": {"md": 1, "txt": 1},
        "encodings": {"cp949": 1, "utf-8": 1},
        "removed": {},
        "unread": [],
        "skipped": 0,
        "problems": [],
        "clean": {
            "dropped": [],
            "copies": [],
            "near_duplicates": [],
            "versions": [],
            "boilerplate": [],
            "done": {},
            "sections": {"korean": 3},
        },
    }
    first = [(folder / out).read_bytes() for out in OUTS]
    ingest(folder)
    assert [(folder / out).read_bytes() for out in OUTS] == first


def test_what_is_held_is_neither_read_nor_its_readers_imported(folder: Path) -> None:
    script = (
        "import sys, runpy\nfrom onggi.documents import sandbox\n"
        "sandbox.Sandbox._start = None\n"
        "from stages import ingest\nfrom stages import run\n"
        f"sys.argv = ['ingest', '--documents', '{OUTS[0]}', '--metrics', '{OUTS[1]}']\n"
        "try:\n    run(ingest.main)\nexcept SystemExit as end:\n    assert not end.code\n"
        "loaded = {'onggi.documents.formats', 'onggi.documents.reading', 'lxml', 'pypdfium2'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    ingest(folder)
    first = [(folder / out).read_bytes() for out in OUTS]
    (folder / OUTS[0]).unlink()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert [(folder / out).read_bytes() for out in OUTS] == first


def test_documents_are_cleaned_as_the_settings_say(folder: Path) -> None:
    (folder / "raw" / "다.txt").write_text("신청자 900101-1234568", encoding="utf-8")
    (folder / "raw" / "라.txt").write_text("건너는 곳", encoding="utf-8")
    (folder / "raw" / "마.txt").write_text("건너는\n\n곳", encoding="utf-8")
    settings = (folder / "params.yaml").read_text(encoding="utf-8").replace("duplicates: keep", "duplicates: drop")
    (folder / "params.yaml").write_text(settings, encoding="utf-8")
    assert ingest(folder).returncode == 0
    found = {item.doc_id: item.text for item in tables.read(folder / OUTS[0], Document)}
    assert list(found) == ["가.txt", "나.md", "다.txt", "라.txt"]
    assert found["다.txt"] == "신청자 900101-1******"
    cleaned = json.loads((folder / OUTS[1]).read_text(encoding="utf-8"))["clean"]
    assert cleaned["dropped"] == [{"source": "마.txt", "why": "copy", "kept": "라.txt"}]
    assert cleaned["done"] == {"masked resident_number": {"times": 1, "documents": 1}}


def test_a_bad_document_stops_the_stage_and_leaves_no_outs(folder: Path) -> None:
    (folder / "raw" / "다.hwp").write_bytes(b"x")
    done = ingest(folder)
    assert done.returncode == 1
    assert "\nerror: raw/다.hwp: is no HWP or HWPX document; " in f"\n{done.stderr}"
    # A slow machine prints a line of progress before it.
    assert len([line for line in done.stderr.splitlines() if not line.startswith("ingest: documents")]) == 1
    assert not (folder / OUTS[0]).exists() and not (folder / OUTS[1]).exists()


def test_a_bad_document_is_skipped_where_the_settings_say_so(folder: Path) -> None:
    (folder / "raw" / "다.hwp").write_bytes(b"x")
    (folder / "params.yaml").write_text(PARAMS.format(path="raw", on_error="skip"), encoding="utf-8")
    assert ingest(folder).returncode == 0
    metrics = json.loads((folder / OUTS[1]).read_text(encoding="utf-8"))
    assert (metrics["documents"], metrics["skipped"]) == (2, 1)
    assert [problem["source"] for problem in metrics["problems"]] == ["다.hwp"]


def test_help_loads_no_reader(folder: Path) -> None:
    script = (
        "import sys\nfrom stages import ingest\n"
        "loaded = {'onggi.documents', 'pydantic', 'lxml', 'docx', 'pypdfium2', 'pyarrow'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
