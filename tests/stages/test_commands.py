"""Every stage as a command: its help, how fast it comes, and one line for what a user did wrong."""

import contextlib
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML
from typer.testing import CliRunner

from onggi.work.command import guarded
from tests.structure.dag import Stage, stages

ROOT = Path(__file__).parents[2]
STAGES = sorted({stage.name.split("@")[0] for stage in stages()})
HEAVY = ("bm25s", "faiss", "kiwipiepy", "numpy", "pandas", "pyarrow", "ragas", "scipy", "torch", "transformers")


def python(*arguments: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def imported(report: str) -> set[str]:
    """Return the top-level packages in what `-X importtime` prints."""
    lines = [line.rpartition("|")[2].strip() for line in report.splitlines() if line.startswith("import time:")]
    return {line.split(".")[0] for line in lines}


@pytest.mark.parametrize("stage", STAGES)
def test_help_comes_without_what_is_heavy(stage: str) -> None:
    done = python("-X", "importtime", "-m", f"stages.{stage}", "--help")
    assert done.returncode == 0, done.stderr
    plain = "\n".join(line.strip() for line in done.stdout.strip().splitlines())
    usage, text, *_ = plain.split("\n\n")
    assert usage.startswith("Usage: python -m stages.")
    assert text[0].isalpha() and "--traceback" in done.stdout
    loaded = imported(done.stderr)
    assert "typer" in loaded
    assert not loaded & set(HEAVY)


def stage_of(name: str) -> Stage:
    return next(stage for stage in stages() if stage.name == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty workspace: right params, no data."""
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    return tmp_path


def edit(folder: Path, section: str, **values: object) -> None:
    yaml = YAML(typ="safe")
    path = folder / "params.yaml"
    params = yaml.load(path)
    params[section].update(values)
    yaml.dump(params, path)


def fails(folder: Path, name: str) -> str:
    """Run a stage that must fail: exit code 1, nothing on stdout, one line on stderr, no file written."""
    before = sorted(path for path in folder.rglob("*") if path.is_file())
    module, arguments = import_module(stage_of(name).module), list(stage_of(name).cmd[3:])
    app = typer.Typer(add_completion=False)
    app.command()(guarded(module.main))
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, arguments, env={"DVC_STAGE": name})
    assert (done.exit_code, done.stdout) == (1, ""), done.exception
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("error: ")
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == before
    return done.stderr.removeprefix("error: ").removesuffix("\n")


KEYS = [
    (
        "ingest",
        "ingest",
        "on_eror",
        "skip",
        "params.yaml: ingest.on_eror: unknown key; "
        "known here: on_error, max_mb, columns, ocr, max_memory_mb, max_seconds",
    ),
    (
        "ingest",
        "ingest",
        "on_error",
        "stop",
        "params.yaml: ingest.on_error: got 'stop'; input should be 'fail' or 'skip'",
    ),
    (
        "chunk",
        "chunk",
        "max_tokens",
        "many",
        "params.yaml: chunk.max_tokens: got 'many'; input should be a valid integer",
    ),
    ("chunk", "chunk", "max_tokens", 0, "params.yaml: chunk.max_tokens: got 0; input should be greater than"),
    (
        "index@bm25",
        "indexes",
        "bm25",
        {"encoder": "kiwi", "kind": "bm25", "k1": -1.0},
        "params.yaml: indexes.bm25.k1: got -1.0; input should be greater than",
    ),
    (
        "index@dense-base",
        "indexes",
        "dense-base",
        {"encoder": "base", "kind": "tree"},
        "params.yaml: indexes.dense-base: got {'encoder': 'base', 'kind': 'tree'}; an index is {encoder: NAME, kind:",
    ),
    (
        "encode@base",
        "encoders",
        "base",
        {"pooling": "cls"},
        "params.yaml: encoders.base.pooling: unknown key; known here: query_max_length, passage_max_length,",
    ),
    (
        "finetune",
        "finetune",
        "train_group_size",
        1,
        "params.yaml: finetune.train_group_size: got 1; input should be greater than",
    ),
    (
        "inputs",
        "search",
        "depth",
        "100",
        "params.yaml: search.depth: got '100'; input should be a valid integer",
    ),
    (
        "guard",
        "evaluate",
        "guard",
        {"path": 7},
        "params.yaml: evaluate.guard.path: got 7; input should be a valid string",
    ),
    (
        "evaluate",
        "evaluate",
        "permutations",
        1.5,
        "params.yaml: evaluate.permutations: got 1.5; input should be a valid integer",
    ),
    ("answer", "answer", "contexts", True, "params.yaml: answer.contexts: got True; input should be a valid integer"),
]


@pytest.mark.parametrize(("stage", "section", "key", "value", "message"), KEYS, ids=lambda value: str(value)[:24])
def test_a_wrong_setting_is_one_line(
    folder: Path, stage: str, section: str, key: str, value: object, message: str
) -> None:
    edit(folder, section, **{key: value})
    assert fails(folder, stage).startswith(message)


def test_a_wrong_share_names_the_section_and_the_sum(folder: Path) -> None:
    edit(folder, "split", train=0.9, dev=0.9, test=0.9)
    assert fails(folder, "gold").startswith("params.yaml: split")


@pytest.mark.parametrize("stage", ["chunk", "inputs", "evaluate"])
def test_a_missing_section_is_one_line(folder: Path, stage: str) -> None:
    section = next(item.params[0] for item in stages() if item.name == stage)
    yaml = YAML(typ="safe")
    params = yaml.load(folder / "params.yaml")
    del params[section]
    yaml.dump(params, folder / "params.yaml")
    assert (
        fails(folder, stage)
        == f"params.yaml: {section}: the section is missing; add it (see the params.yaml of the repository)"
    )


def test_a_missing_params_file_is_one_line(folder: Path) -> None:
    (folder / "params.yaml").unlink()
    assert fails(folder, "chunk") == "params.yaml: no such file; run from the folder that holds params.yaml"


MISSING = {
    "ingest": "data/raw",
    "chunk": "data/documents.parquet",
    "gold": "data/gold/questions.jsonl",
    "tokenizer@kiwi": "data/user_dictionary.tsv",
    "bootstrap@base": "data/documents.parquet",
    "encode@base": "data/chunks.parquet",
    "index@bm25": "data/encoded/kiwi",
    "search@bm25": "data/questions/gold.parquet",
    "inputs": "data/searched/bm25.json",
    "compose@hybrid": "data/inputs/hybrid.json",
    "synthesize": "data/splits.parquet",
    "finetune": "data/negatives/train.jsonl",
    "truths": "data/questions/gold.parquet",
    "guard": "data/guard",
    "evaluate": "data/chunks.parquet",
    "judge": "data/questions/gold.parquet",
}


@pytest.mark.parametrize("stage", sorted(MISSING))
def test_a_missing_input_is_one_line(folder: Path, stage: str) -> None:
    assert fails(folder, stage).startswith(f"{MISSING[stage]}: ")


def test_a_process_ends_with_1_and_one_line_and_traceback_shows_where(folder: Path) -> None:
    command = stage_of("chunk").cmd[1:]
    done = python(*command, folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: data/documents.parquet: no such table; run `dvc repro` to build it\n"
    done = python(*command, "--traceback", folder=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback") and "onggi.core.errors.TableError: data/documents.parquet" in done.stderr
