import ast
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from onggi import __version__, settings
from onggi.cli import app
from onggi.core import tables
from onggi.core.params import read
from onggi.core.schema import Chunk, Document
from onggi.work import folders, journal, lockfile
from onggi.work.folders import Folders, Manifest
from onggi.work.store import Store, location

ROOT = Path(__file__).parents[1]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def invoke(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_has_help(name: str) -> None:
    assert COMMANDS[name].help
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name} lacks help"


def test_version() -> None:
    assert invoke("--version") == (0, f"onggi {__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in sorted(COMMANDS))])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom onggi.cli import app\n"
        f"try: app({arguments!r})\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'jinja2', 'pyarrow', 'numpy', 'pandas', 'scipy', 'faiss', 'kiwipiepy'}\n"
        "heavy |= {'ruamel.yaml', 'dvc', 'sqlite3'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_a_page_without_metrics_goes_to_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics").mkdir()
    code, page, _ = invoke("report")
    assert code == 0 and page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert invoke("report", "--out", "a/b.html")[0] == 0
    assert (tmp_path / "a" / "b.html").read_text("utf-8") == page


def test_traceback_shows_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "retrieval.json").write_text("{")
    code, _, error = invoke("report")
    assert code == 1 and error.startswith("error: metrics/retrieval.json: not JSON") and error.count("\n") == 1
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    script = "from onggi.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "report", "--traceback"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert "Traceback" in done.stderr and "TableError" in done.stderr


@pytest.mark.parametrize("more", [[], ["--out", "page.html"]])
def test_a_report_of_a_folder_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    line = "error: nowhere: no such folder; name the one that the build wrote its metrics to, or build first\n"
    assert invoke("report", "--metrics", "nowhere", *more) == (1, "", line)
    assert list(tmp_path.iterdir()) == []


def test_check_names_every_problem_in_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "corpus: {path: 7}\ngold: {path: data/gold, judgments: data/none.jsonl, more: 1}\n"
        "chunk: {strategy: words, max_tokens: 0, overlap_tokens: 0}\nfuzion: {}\n"
    )
    code, _, error = invoke("check", str(path))
    lines = error.splitlines()
    assert code == 1
    assert lines[0] == f"error: {path}: corpus.path: got 7; input should be a valid string"
    assert lines[1] == f"error: {path}: gold.more: unknown key; known here: path, judgments"
    chunk = [line for line in lines if ": chunk" in line]
    assert chunk[0].startswith(f"error: {path}: chunk.strategy: got 'words'")
    assert chunk[1].startswith(f"error: {path}: chunk.max_tokens: got 0")
    missing = [section.key for section in settings.SECTIONS if section.key not in ("corpus", "gold", "chunk")]
    assert [line for line in lines if "is missing" in line] == [
        f"error: {path}: {key}: the section is missing; add it (see the params.yaml of the repository)"
        for key in missing
    ]
    assert lines[-1].startswith(f"error: {path}: fuzion: unknown section; known: corpus, gold")


def test_check_names_a_system_that_asks_a_model_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    asking = "  imagined: {transform: bm25, by: hyde}\n  chosen: {choose: {정의: imagined}, otherwise: bm25, by: llm}\n"
    other = "  typed: {choose: {정의: imagined}, otherwise: bm25, by: encoder, model: bse}\n"
    declared = (ROOT / "params.yaml").read_text("utf-8").replace("\nrewriter:", f"{asking}{other}\nrewriter:")
    path.write_text(declared, "utf-8")
    code, _, error = invoke("check", str(path))
    fix = "name a backend: recorded, openai or transformers"
    asks = "asks a language model (hyde), and rewriter.backend is off"
    assert code == 1 and [line.removeprefix("error: ") for line in error.splitlines()] == [
        "params.yaml: systems.typed: there is no model 'bse'; did you mean base? declared: tuned, kiwi, base",
        f"params.yaml: systems.imagined: {asks}; {fix}",
        f"params.yaml: systems.chosen: {asks.replace('hyde', 'classify')}; {fix}",
    ]
    recorded = declared.replace("backend: off", "backend: recorded").replace("model: bse", "model: base")
    path.write_text(recorded, "utf-8")
    assert invoke("check", str(path))[0] == 0


def test_check_names_a_gate_by_a_guard_that_is_not_declared(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    declared = (ROOT / "params.yaml").read_text("utf-8")
    without = re.sub(r"\n  guard:\n    path: .*", "", declared)
    assert "data/guard" not in without
    path.write_text(without, "utf-8")
    code, _, error = invoke("check", str(path))
    said = "error: params.yaml: gate.truths: got 'guard'; name one of gold, lexical, or declare it in truths.names\n"
    assert (code, error) == (1, said)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("systems.s", {"rerank": "bm25", "by": "late_interaction", "model": "kiwi"}, "kiwi is declared as tokenizer"),
        ("systems.s", {"rerank": "bm25", "by": "cross_encoder", "model": "base"}, "base is declared as encoder"),
        (
            "systems.s",
            {"rerank": "bm25", "by": "cross_encoder", "model": "scorer", "label": 1},
            "scorer is declared as reranker, and classifier is needed; declare one below models",
        ),
        ("systems.s", {"cut": {"diversify": "bm25", "model": "scorer"}}, "scorer is declared as reranker"),
        (
            "indexes.i",
            {"encoder": "base", "kind": "bm25"},
            "base is declared as encoder, and tokenizer is needed; name one (declared: kiwi)",
        ),
        (
            "indexes.i",
            {"encoder": "kiwi", "kind": "flat"},
            "kiwi is declared as tokenizer, and encoder or joined is needed; name one (declared: base, both, tuned)",
        ),
        ("encoders.scorer", {}, "scorer is declared as reranker, and tokenizer, encoder or joined is needed"),
        ("encoders.both", {"query_prefix": "질문: "}, "is run as the encoders that it joins (base, tuned)"),
        ("models.joined.other", {"encoders": ["base", "kiwi"], "weights": [1, 1]}, "kiwi is declared as tokenizer"),
        (
            "models.joined.other",
            {"encoders": ["base", "bse"], "weights": [1, 1]},
            "'bse' is no encoder; declared",
        ),
        ("models.joined.both", {"encoders": ["base", "both"], "weights": [1, 1]}, "joins itself (both → both)"),
        ("finetune.base", "both", "both is declared as joined, and encoder is needed"),
        ("reranker.kind", "cross_encoder", "base is declared as encoder, and reranker is needed"),
        ("answer.encoder", "kiwi", "kiwi is declared as tokenizer, and encoder is needed"),
    ],
)
def test_check_names_a_model_where_another_kind_is_needed(key: str, value: object, said: str, tmp_path: Path) -> None:
    declared = read(ROOT / "params.yaml")
    declared["models"]["hub"]["scorer"] = {"name": "a/b", "revision": "0" * 40, "task": "reranker"}
    declared["models"]["joined"]["both"] = {"encoders": ["base", "tuned"], "weights": [1, 1]}
    declared["encoders"]["both"] = {}
    assert list(settings.unknown_names(declared)) == []
    *path, last = key.split(".")
    section = declared
    for name in path:
        section = section[name]
    section[last] = value
    (problem,) = map(str, settings.unknown_names(declared))
    assert problem.startswith(f"params.yaml: {'reranker.model' if path == ['reranker'] else key}") and said in problem


def test_check_of_no_file_is_one_line(tmp_path: Path) -> None:
    code, _, error = invoke("check", str(tmp_path / "none.yaml"))
    assert code == 1 and error.count("\n") == 1 and "no such file" in error


def test_check_names_what_dvc_fails_at_in_the_corpus(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    corpus = tmp_path / "data" / "raw"
    corpus.mkdir(parents=True)
    (corpus / "글.md").write_text("글")
    assert invoke("check", str(tmp_path / "params.yaml"))[0] == 0
    (corpus / "없는.md").symlink_to("nowhere")
    line = f"error: {corpus}/없는.md: is a link to nothing; mend or remove the link\n"
    assert invoke("check", str(tmp_path / "params.yaml")) == (1, "", line)


def test_show_prints_a_chunk_and_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    row = Chunk("안내.md#0-2", "안내.md", 0, 2, "장독", 1, "안내 > 독", place="¶ 3")
    tables.write(Path("data/chunks.parquet"), Chunk, [row])
    tables.write(Path("data/documents.parquet"), Document, [Document("안내.md", "안내.md", "안내", "md", "장독")])
    assert invoke("show", "안내.md#0-2") == (0, "안내.md, ¶ 3\n\n안내 > 독\n\n장독\n", "")
    code, _, error = invoke("show", "안내.md#0-2", "--picture", "p.png")
    assert code == 1 and error.startswith("error: 안내.md: has no page to show; pictures are made of PDF files")
    assert not Path("p.png").exists()
    code, out, error = invoke("show", "안내.md#0-3")
    assert (code, out) == (1, "") and error.startswith("error: data/chunks.parquet: there is no chunk '안내.md#0-3'")


def test_check_names_a_lock_that_a_kill_cut_off_and_restore_lock_puts_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "memo"))
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    whole = "schema: '2.0'\nstages:\n  chunk:\n    cmd: python -m stages.chunk\n"
    Path("dvc.lock").write_text(whole)
    lockfile.keep()
    assert invoke("check")[0] == 0
    assert invoke("restore-lock")[:2] == (0, "dvc.lock: whole, left as it is\n")
    Path("dvc.lock").write_bytes(b"")
    assert invoke("check") == (
        1, "", "error: dvc.lock: is empty: a build was killed while DVC wrote it; type `onggi restore-lock`\n"
    )  # fmt: skip
    assert invoke("restore-lock")[:2] == (0, "dvc.lock: put back; go on with `dvc repro`\n")
    assert Path("dvc.lock").read_text() == whole


def test_the_params_of_the_repository_pass() -> None:
    path = ROOT / "params.yaml"
    if not path.exists():
        pytest.skip("there is no params.yaml yet")
    assert invoke("check", str(path))[0] == 0


def is_section(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base).split(".")[-1].partition("[")[0] for base in node.bases}
    has_key = any(isinstance(line, ast.AnnAssign) and ast.unparse(line.target) == "key" for line in node.body)
    return has_key and bool(bases & {"Params", "NamedParams", "RoleParams"})


PART_OF_ANOTHER = {"GuardParams"}
"""What a stage reads alone of a section that holds, and checks, it: evaluate.guard."""


def test_every_section_of_the_package_is_registered_once() -> None:
    declared = {
        node.name
        for path in (ROOT / "onggi").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and is_section(node)
    }
    assert {section.__name__ for section in settings.SECTIONS} == declared - PART_OF_ANOTHER
    keys = [section.key for section in settings.SECTIONS]
    assert len(keys) == len(set(keys))


def test_every_command_of_the_memo_has_help() -> None:
    commands = COMMANDS["memo"].commands
    assert sorted(commands) == ["export", "gc", "import", "stats", "verify"]
    for command in commands.values():
        assert command.help and all(getattr(parameter, "help", None) for parameter in command.params)


@pytest.fixture
def memo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the memo and the journal."""
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "memo"))
    return tmp_path / "memo"


def test_a_memo_is_handed_on(memo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said, _ = invoke("memo", "stats")
    assert code == 0 and said.startswith(f"{memo / 'memo-1.sqlite'}: ") and said.endswith(" on disk\nno row yet\n")
    with closing(Store(location())) as store:
        store.add("embeddings", {bytes(16): bytes(4000), b"1" * 16: bytes(4000)})
    assert invoke("memo", "stats")[1].splitlines()[1:] == ["kind        rows    size", "embeddings     2  8.0 kB"]
    exported = tmp_path / "exported.sqlite"
    code, said, _ = invoke("memo", "export", str(exported))
    assert (code, said.split(",")[0]) == (0, f"{exported}: 2 rows")

    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "of a teammate"))
    assert invoke("memo", "import", str(exported)) == (0, "2 rows, 2 of them new\n", "")
    assert invoke("memo", "import", str(exported)) == (0, "2 rows, 0 of them new\n", "")
    assert invoke("memo", "verify") == (0, "2 rows, 0 damaged\n", "")
    with closing(Store(location())) as store:
        store.write("UPDATE rows SET value = ? WHERE key = ?", [(b"other", bytes(16))])
    assert invoke("memo", "verify") == (1, "2 rows, 1 damaged and removed; they are computed again\n", "")
    assert invoke("memo", "gc", "--max-size", "0")[1].startswith("1 rows forgotten; ")


def test_checkpoints_are_handed_on_with_the_rows(memo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, key = tmp_path / "made", "ab" * 16
    made.mkdir()
    (made / "model.safetensors").write_bytes(bytes(3000))
    Folders(folders.location()).keep(Manifest.of(key, "training", made, [[1, 1.0, 0.5]]), made)
    assert "checkpoints     1  3." in invoke("memo", "stats")[1]
    assert json.loads(invoke("memo", "stats", "--json")[1])["checkpoints"]["folders"] == 1
    exported = tmp_path / "exported"
    assert invoke("memo", "export", str(exported))[1].startswith(f"{exported}: 0 rows and 1 checkpoint, ")
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "other"))
    assert invoke("memo", "import", str(exported)) == (
        0,
        "0 rows and 1 checkpoint, 0 and 1 checkpoint of them new\n",
        "",
    )
    assert invoke("memo", "verify") == (0, "0 rows and 1 checkpoint, 0 damaged\n", "")
    held = tmp_path / "other" / "checkpoints" / key
    (held / "files" / "model.safetensors").write_bytes(b"other")
    said = "0 rows and 1 checkpoint, 0 and 1 checkpoint damaged and removed; they are computed again\n"
    assert invoke("memo", "verify") == (1, said, "")
    invoke("memo", "import", str(exported))
    assert invoke("memo", "gc", "--max-size", "0")[1].startswith("0 rows and 1 checkpoint forgotten; ")
    assert not held.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["memo", "import", "nowhere"], "error: nowhere: no such file; name one that `onggi memo export` wrote\n"),
        (
            ["memo", "gc", "--max-size", "much"],
            "error: --max-size: got 'much'; write a number with a unit, such as 500MB, 5GB or 1.5GiB\n",
        ),
        (["builds", "feedc0de"], "error: feedc0de: no such build in the journal; `onggi builds` lists them\n"),
    ],
)
def test_a_mistake_about_the_memo_is_one_line(memo: Path, arguments: list[str], said: str) -> None:
    assert invoke(*arguments) == (1, "", said)


def test_builds_are_listed_and_shown(memo: Path) -> None:
    assert invoke("builds") == (0, "no build yet\n", "")
    for stage in ("chunk", "encode@base"):
        with journal.recording(stage) as entry:
            entry.work("embeddings").computed = 7
    (header, row) = invoke("builds")[1].splitlines()
    build = row.split()[0]
    assert header.split()[:3] == ["build", "started", "stages"]
    assert row.split()[3] == "2"
    stages = invoke("builds", build)[1].splitlines()
    assert [line.split()[0] for line in stages] == ["stage", "chunk", "embeddings", "encode@base", "embeddings"]
    assert invoke("builds", "--stage", "encode")[1].splitlines()[1].startswith("encode@base")
    (found,) = json.loads(invoke("builds", "--json")[1])
    assert (found["build"], [stage["stage"] for stage in found["stages"]]) == (build, ["chunk", "encode@base"])
