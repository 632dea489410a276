"""dvc.yaml says all that a stage reads: the modules it imports, the settings it loads, the files it is given."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath

import click
import pytest
import typer
from ruamel.yaml import YAML

from onggi import settings
from onggi.core.params import NamedParams, Params
from tests.structure.dag import Stage, declared, params, stages
from tests.structure.modules import ROOT, closure, file_of, modules, tree

ORDER = [
    *("ingest", "chunk", "gold", "tokenizer", "bootstrap", "fetch", "adopt", "join", "encode", "index", "synthesize"),
    *("candidates", "mine", "finetune", "search", "inputs", "compose", "truths", "guard", "evaluate", "answer"),
    *("judge", "benchmark_llm", "report"),
]
BESIDE = ("benchmark",)
"""Stages of benchmarks/dvc.yaml, which `dvc repro` does not run: what they measure is never the same twice."""

LOADS = ("load", "parse", "load_entry")
each = pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.name)


def within(path: str, deps: tuple[str, ...]) -> bool:
    return any(PurePosixPath(path).is_relative_to(dep) for dep in deps)


def code(stage: Stage) -> list[str]:
    return [dep for dep in stage.deps if dep.split("/")[0] in ("onggi", "stages")]


def command(stage: Stage) -> tuple[click.Command, tuple[str, ...]]:
    """Return the command line of a stage and its options."""
    app = typer.Typer(add_completion=False)
    app.command()(import_module(stage.module).main)
    return typer.main.get_command(app), stage.cmd[3:]


def test_the_stages_and_their_order() -> None:
    assert list(declared()["stages"]) == ORDER
    files = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}
    assert files == {*ORDER, *BESIDE}
    assert [stage.name for stage in stages() if stage.name.split("@")[0] not in ORDER] == list(BESIDE)


@each
def test_a_stage_runs_the_module_of_its_name(stage: Stage) -> None:
    assert stage.cmd[:3] == ("python", "-m", f"stages.{stage.name.split('@')[0]}")


@each
def test_the_modules_a_stage_imports_are_declared(stage: Stage) -> None:
    needed = {file_of(module) for module in closure(stage.module) - {"onggi"}}
    missing = sorted(path for path in needed if not within(path, stage.deps))
    assert not missing, f"dvc.yaml, {stage.name}: add to deps (it imports them): {', '.join(missing)}"
    unused = sorted(dep for dep in code(stage) if not any(within(path, (dep,)) for path in needed))
    assert not unused, f"dvc.yaml, {stage.name}: remove from deps (it imports none of it): {', '.join(unused)}"


@each
def test_the_settings_a_stage_loads_are_declared(stage: Stage) -> None:
    loaded = {name_of(section, whole, stage) for section, whole in sections_loaded(stage.module, "main")}
    listed = set(stage.params) - (PICTURED if stage.name == "report" else set())
    assert not loaded - listed, f"dvc.yaml, {stage.name}: add to params (it loads them): {sorted(loaded - listed)}"
    assert not listed - loaded, f"dvc.yaml, {stage.name}: remove from params (never loaded): {sorted(listed - loaded)}"


PICTURED = {
    *("corpus.path", "gold.path", "models", "encoders", "indexes", "systems", "synthesize.index", "mine.candidates"),
    *("reranker.model", "finetune.base", "answer.system", "answer.encoder", "reader.path"),
    *("rewriter.path", "gate.systems", "gate.truths", "gate.measures", "gate.targets"),
}
"""What the page is made of beside metrics: the picture of stages, weights, margins and targets; it loads no section."""

ENTRIES = {"mine": "mine.candidates"}
"""Sections of which a stage that repeats reads its own entry of one key: candidates@bm25 reads mine.candidates.bm25."""


ENCODERS = {"finetune": "tuned", **{name: params()[name]["encoder"] for name in ("answer", "judge")}}
"""The encoder whose settings a stage reads: of the last two params name it."""


def name_of(section: type[Params], whole: bool, stage: Stage) -> str:
    """Return what a stage has to declare: a section, or the entry of it that has the stage's own name."""
    _, repeated, name = stage.name.partition("@")
    if stage.name in ENCODERS and section.key == "encoders":
        return f"encoders.{ENCODERS[stage.name]}"
    if repeated and section.key in ENTRIES:
        return f"{ENTRIES[section.key]}.{name}"
    return section.key if whole else f"{section.key}.{name}"


def sections_loaded(module: str, function: str) -> Iterator[tuple[type[Params], bool]]:
    """Find `XParams.load()` in a function of a stage and in the module's own functions it calls.

    With each section goes whether all of it is loaded, or one entry.
    """
    functions = {node.name: node for node in tree(module).body if isinstance(node, ast.FunctionDef)}
    waiting, seen = [function], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        imported = {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(functions[name])
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(functions[name]):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in functions:
                waiting.append(node.func.id)
            if isinstance(node.func, ast.Attribute) and node.func.attr in LOADS:
                place, attribute = imported.get(ast.unparse(node.func.value), ("onggi", "__version__"))
                found = getattr(import_module(place), attribute, None)
                if isinstance(found, type) and issubclass(found, Params | NamedParams):
                    yield found, node.func.attr != "load_entry"


def test_the_library_loads_no_settings_by_itself() -> None:
    """Else a stage would read what neither it nor dvc.yaml names."""
    names = {section.__name__ for section in settings.SECTIONS}
    loading = [
        f"{file_of(module)}:{node.lineno}"
        for module in modules()
        if module.startswith("onggi.") and module != "onggi.settings"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOADS
        and ast.unparse(node.func.value).split(".")[-1] in names
    ]
    assert loading == []


@each
def test_a_command_names_its_deps_and_outs(stage: Stage) -> None:
    """Every file a command is given is a dep or an out of it, or the folder of some; every out is given to it."""
    _, options = command(stage)
    paths = {option for option in options if "/" in option or option in ("models", "metrics", "dvc.yaml")}
    known = {*stage.deps, *stage.outs}
    folders = {str(PurePosixPath(path).parent) for path in known}
    assert not {path for path in paths if path not in known | folders | NAMED_IN_INPUTS | {"dvc.yaml"}}
    assert not {out for out in stage.outs if out not in paths and str(PurePosixPath(out).parent) not in paths}
    data = {dep for dep in stage.deps if dep not in code(stage)}
    given = {dep for dep in data if dep in paths or str(PurePosixPath(dep).parent) in paths}
    prompts = {dep for dep in data if dep.startswith("prompts/")}  # the library knows where they are
    assert not data - given - prompts - READ_FROM_PARAMS - {"docs/dag.svg"}


NAMED_IN_INPUTS = {"data/runs", "data/index", "data/chunks.parquet", "models", "prompts/ko/rewriter"}
"""What compose reads as data/inputs/SYSTEM.json says, by digest, and candidates through the card of its index."""

READ_FROM_PARAMS = {
    params()["corpus"]["path"],
    params()["gold"]["path"],
    params()["rewriter"]["path"],
    params()["teacher"]["path"],
    params()["gold"]["judgments"],
    params()["reader"]["path"],
    params()["judge"]["path"],
    params()["judge"]["verdicts"],
    params()["truths"]["qrels"]["path"],
    params()["evaluate"]["guard"]["path"],
    *(tokenizer["user_dictionary"] for tokenizer in params()["models"]["tokenizer"].values()),
}
"""Paths of the user's: a stage reads them from params.yaml, so that no shell ever sees them."""


@each
def test_the_command_line_is_one_the_stage_takes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_STAGE", stage.name)
    parser, options = command(stage)
    parser.make_context(stage.name, list(options), resilient_parsing=False).close()
    assert {parameter.param_type_name for parameter in parser.params} == {"option"}


def test_nothing_that_is_made_or_chosen_reads_the_guard() -> None:
    """Neither corpus nor encoder, question, negative, index, run or answer: else it would guard nothing."""
    guard = params()["evaluate"]["guard"]["path"]
    reached, reading = {guard}, set()
    while found := [stage for stage in stages() if stage.name not in reading and touches(stage, reached)]:
        reading |= {stage.name for stage in found}
        reached |= {out for stage in found for out in stage.outs}
    assert {"guard", "evaluate"} <= reading <= {"guard", "evaluate", "report"}
    assert not within(guard, (params()["corpus"]["path"], params()["gold"]["path"], params()["teacher"]["path"]))


def touches(stage: Stage, paths: set[str]) -> bool:
    """Tell whether a stage reads one of some paths, a part of it, or a folder that holds it."""
    return any(within(path, stage.deps) or within(dep, tuple(paths)) for path in paths for dep in stage.deps)


def test_nothing_of_params_gets_into_a_command() -> None:
    """A path or a name could hold what a shell runs; a stage learns its name from the variable DVC_STAGE."""
    for name, stage in declared()["stages"].items():
        assert "$" not in stage.get("do", stage)["cmd"], name


def test_the_lock_holds_no_stage_that_is_gone() -> None:
    """DVC keeps such entries, and reads and writes them again after every stage."""
    locked = YAML(typ="safe").load((ROOT / "dvc.lock").read_text("utf-8"))["stages"]
    assert not locked.keys() - {stage.name for stage in stages()}


def test_no_out_persists() -> None:
    """`persist: true` switches DVC's run-cache off."""
    assert "persist" not in (ROOT / "dvc.yaml").read_text("utf-8")


def test_metrics_plots_and_the_checkpoint_are_declared() -> None:
    outs = [out for stage in declared()["stages"].values() for out in stage.get("metrics", ())]
    written = {path for out in outs for path in out} | {
        out for stage in stages() if stage.name in BESIDE for out in stage.outs
    }
    small = {f"metrics/{path.name}" for path in (ROOT / "metrics").glob("*.json")}
    assert small - written <= {"metrics/failures.json", "metrics/side_by_side.json"}  # texts, not numbers
    assert all(options == {"cache": False} for out in outs for options in out.values())
    assert declared()["artifacts"]["tuned-encoder"]["path"] == "models/tuned"
    plots = {path for plot in declared()["plots"] for shown in plot.values() for path in shown["y"]}
    assert plots <= {path for stage in declared()["stages"].values() for out in stage.get("plots", ()) for path in out}


BESIDE_THE_OUTS = {
    *(f"onggi.work.{name}" for name in ("journal", "progress", "store", "memo", "lockfile")),
    "onggi.documents.sandbox",
    "onggi.llm.local",
    "onggi.llm.retries",
    "onggi.choosing.trial",
    "onggi.performance.asking",
    "onggi.performance.benchmark",
    "onggi.performance.trial",
}
"""They tell when a run was and how long it took, when a row was last used, and when to commit and to draw the next
line; and where the project is whose dvc.lock is kept. None of it enters an out: the memo hands out rows alone, and what
is drawn, recorded and kept lies outside of the outs. The sandbox ends what hangs without using the CPU. A local model
tells the journal how long its replies took; an endpoint may name the moment from which it can be asked again. A trial
of a model tells how long it took to the one out that is there for it, and the benchmark to its own.
"""

UNSTEADY = re.compile(
    r"\b(time\.(time|monotonic|perf_counter)(_ns)?|datetime\.now|datetime\.utcnow|date\.today|Path\.cwd|os\.getcwd|socket\.gethostname|platform\.node|"
    r"uuid\.uuid[14]|random\.random|np\.random\.(rand|randn|randint|seed|shuffle|choice|permutation)|default_rng\(\))"
)


@each
def test_nothing_a_stage_imports_reads_the_clock_the_folder_or_chance(stage: Stage) -> None:
    """Such a value in an out would make it new on every run."""
    found = [
        f"{file_of(module)}:{number}: {line.strip()}"
        for module in sorted(closure(stage.module) - BESIDE_THE_OUTS)
        for number, line in enumerate(modules()[module].read_text("utf-8").splitlines(), 1)
        if UNSTEADY.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_more_is_excused_from_it_than_has_to_be() -> None:
    clocked = {module for module in BESIDE_THE_OUTS if UNSTEADY.search(modules()[module].read_text("utf-8"))}
    assert BESIDE_THE_OUTS == clocked <= modules().keys()


def test_byte_code_is_no_dep() -> None:
    """DVC would take __pycache__ for a part of a folder it depends on."""
    assert "__pycache__/" in (ROOT / ".dvcignore").read_text("utf-8").splitlines()


def test_the_params_file_is_right() -> None:
    assert settings.problems(ROOT / "params.yaml") == []
    assert {section.key.split(".")[0] for section in settings.SECTIONS} == set(params())


def test_every_section_is_read_by_a_stage() -> None:
    """But for rules of `onggi gate`, of which the report reads targets and margins, and candidates: here are none."""
    assert set(params()) == {key.split(".")[0] for stage in stages() for key in stage.params} | {
        "models",
        "benchmark_llm",
    }


def test_what_repeats_repeats_over_what_is_declared() -> None:
    repeated = {name: stage["foreach"] for name, stage in declared()["stages"].items() if "foreach" in stage}
    assert repeated == {
        **{kind: f"${{models.{key}}}" for kind, key in MODELS.items()},
        "encode": "${encoders}",
        "index": "${indexes}",
        "candidates": "${mine.candidates}",
        "search": "${indexes}",
        "compose": "${systems}",
        "benchmark_llm": "${benchmark_llm.models}",
    }


MODELS = {"tokenizer": "tokenizer", "bootstrap": "bootstrap", "fetch": "hub", "adopt": "local", "join": "joined"}
"""The stage that makes each kind of model."""
