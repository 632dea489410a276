"""Plans of stages that ask models, by real DVC and a real memo, against the build that follows."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from onggi.work.journal import entries
from tests.plan.conftest import Small

ROOT = Path(__file__).parents[2]
JAR = '''\
"""What the stages of the project do: upper case for a model."""
import hashlib, os, sys
from pathlib import Path
from onggi.work import journal, memo
from onggi.work.command import run
from onggi.work.session import session

def rows(kind, cost, lines):
    def upper(some):
        return enumerate(line.upper().encode() for line in some)

    return [answer.decode() for answer in memo.active().rows(memo.space(kind, {}, cost), lines, upper)]

def lines(path):
    return Path(path).read_text("utf-8").splitlines()

def write(path, made):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\\n" for line in made), "utf-8")

def chunk(out):
    write(out, rows("splits", "little", lines("raw.txt")))

def fetch(out):
    with memo.active().aside("hub", 1):
        from huggingface_hub import snapshot_download
        host, port = os.environ["JAR_HUB"].split(":")
        import socket
        socket.create_connection((host, int(port))).close()
        write(f"{out}/weights", ["base"])

def forget_to_count(out):
    from huggingface_hub import snapshot_download
    snapshot_download("onggi/none", endpoint="http://" + os.environ["JAR_HUB"])

def train(out):
    """A checkpoint is kept beside the memo and taken for what it was made of."""
    examples = lines("chunks.txt")
    kept = Path(os.environ["ONGGI_MEMO"]) / hashlib.sha256("".join(examples).encode()).hexdigest()
    if kept.exists():
        journal.current().work("training").held += 1
    else:
        with memo.active().aside("training", 1):
            write(kept, ["tuned", *examples])
    write(f"{out}/weights", lines(kept))

def encode(out):
    texts = [f"{Path(out).name} {chunk}" for chunk in lines("chunks.txt")]
    write(f"{out}/rows/all", [*rows("vectors", "much", texts), os.environ.get("JAR_END", "")])

def search(out):
    asked = rows("tokens", "little", lines("queries.txt"))
    rows("vectors", "much", asked)
    write(out, lines(f"encoded/{Path(out).stem}/rows/all")[: len(asked)])

def evaluate(out):
    write(out, [line for run in sorted(Path("runs").iterdir()) for line in lines(run)])

def measure(out):
    write(out, [str(p.stat().st_size) for p in sorted(Path("encoded").rglob("*")) if p.is_file()])

if __name__ == "__main__":
    run(session(globals()[sys.argv.pop(1)]))
'''
STAGES = """\
stages:
  chunk:
    cmd: python jar.py chunk chunks.txt
    deps: [raw.txt]
    outs: [chunks.txt]
  fetch:
    cmd: python jar.py fetch models/base
    params: [hub]
    outs: [models/base]
  train:
    cmd: python jar.py train models/tuned
    deps: [chunks.txt, models/base]
    params: [train]
    outs: [models/tuned]
  encode:
    foreach: [base, tuned]
    do:
      cmd: python jar.py encode encoded/${item}
      deps: [chunks.txt, "models/${item}"]
      params: [encode]
      outs: ["encoded/${item}"]
  search:
    foreach: [base, tuned]
    do:
      cmd: python jar.py search runs/${item}.txt
      deps: [queries.txt, "encoded/${item}"]
      params: ["search.${item}"]
      outs: ["runs/${item}.txt"]
  evaluate:
    cmd: python jar.py evaluate table.txt
    deps: [runs]
    outs: [table.txt]
  measure:
    cmd: python jar.py measure sizes.txt
    deps: [encoded]
    outs: [sizes.txt]
"""
PARAMS = "hub: {name: jar}\ntrain: {epochs: 1}\nencode: {end: 1}\nsearch: {base: 1, tuned: 1}\n"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A port that stages connect to."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        listening.setblocking(False)
        monkeypatch.setenv("JAR_HUB", f"127.0.0.1:{listening.getsockname()[1]}")
        yield listening


def calls(hub: socket.socket) -> int:
    """Return how many connections were opened since the last time."""
    opened = 0
    while True:
        try:
            hub.accept()[0].close()
        except BlockingIOError:
            return opened
        opened += 1


@pytest.fixture
def jar(make: Callable[[str], Small], hub: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Small:
    """The project, not built yet."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    project = make(STAGES)
    for name, text in {"jar.py": JAR, "params.yaml": PARAMS, "raw.txt": "dok\nganjang\ndoenjang\n"}.items():
        project.write(name, text)
    project.write("queries.txt", "what is dok\n")
    return project


def build(jar: Small, plan: dict[str, Any]) -> list[str]:
    """Build, and see that it does what a plan said; return the stages that ran."""
    path = Path(os.environ["ONGGI_MEMO"]) / "journal.jsonl"
    known = len(list(entries(path)))
    jar.build()
    ran = {entry.stage: entry.works for entry in list(entries(path))[known:]}
    planned = {stage["stage"]: stage for stage in plan["stages"]}
    certain = {name for name, stage in planned.items() if stage["state"] == "runs"}
    assert certain <= ran.keys() <= {name for name, stage in planned.items() if stage["state"] != "restored"}
    for name, works in ran.items():
        stage = planned[name]
        assert (stage["rows"] == {}) or not stage["known_after"]
        for kind, rows in stage["rows"].items():
            if rows["exact"]:
                assert (works[kind].computed, works[kind].held) == (rows["compute"], rows["held"]), (name, kind)
            else:
                assert works[kind].computed + works[kind].held >= rows["compute"] + rows["held"], (name, kind)
    return list(ran)


def known_after(plan: dict[str, Any]) -> dict[str, list[str]]:
    return {stage["stage"]: stage["known_after"] for stage in plan["stages"] if stage["known_after"]}


def rows(plan: dict[str, Any], stage: str) -> dict[str, tuple[int, int, bool]]:
    """Return the rows of a stage by kind: to compute, held, and whether that is exact."""
    (found,) = (found for found in plan["stages"] if found["stage"] == stage)
    return {kind: (of["compute"], of["held"], of["exact"]) for kind, of in found["rows"].items()}


def test_a_first_plan(jar: Small, hub: socket.socket) -> None:
    plan = jar.plan()
    assert calls(hub) == 0
    assert rows(plan, "chunk") == {"splits": (3, 0, True)}
    assert rows(plan, "fetch") == {"hub": (1, 0, True)}
    behind = ["train", "encode@base", "encode@tuned", "search@base", "search@tuned", "evaluate", "measure"]
    assert known_after(plan) == {stage: ["fetch"] for stage in behind}
    assert set(build(jar, plan)) == {"chunk", "fetch", *behind}
    assert calls(hub) == 1
    assert jar.states() == {}


@pytest.fixture
def built(jar: Small) -> Small:
    jar.build()
    return jar


def test_rows_are_exact_where_inputs_are_known_and_known_after_a_stage_behind(built: Small) -> None:
    built.change("raw.txt", "doenjang", "doenjang\nsikcho")
    plan = built.plan()
    assert rows(plan, "chunk") == {"splits": (1, 3, True)}
    assert rows(plan, "encode@base") == {"vectors": (1, 3, True)}
    assert rows(plan, "train") == {"training": (1, 0, True)}
    assert known_after(plan) == {
        "encode@tuned": ["train"],
        "search@base": ["encode@base"],
        "search@tuned": ["train"],
        "evaluate": ["encode@base", "train"],
        "measure": ["encode@base", "train"],
    }
    assert plan["total"]["rows"]["vectors"] == {"compute": 1, "held": 3, "exact": False}
    (evaluate,) = (stage["why"] for stage in plan["stages"] if stage["stage"] == "evaluate")
    assert evaluate == [{"kind": "upstream", "name": "runs", "makers": ["search@base", "search@tuned"]}]
    behind = ["encode@base", "encode@tuned", "search@base", "search@tuned", "measure"]
    # The first row of each run is what it was, so the table is too.
    assert set(build(built, plan)) == {"chunk", "train", *behind}
    built.change("raw.txt", "sikcho\n", "")
    assert set(built.states().values()) == {"restored"}


def test_a_checkpoint_that_is_held_makes_what_follows_known(built: Small) -> None:
    built.change("params.yaml", "epochs: 1", "epochs: 2")
    built.change("params.yaml", "tuned: 1", "tuned: 2")
    plan = built.plan()
    assert rows(plan, "train") == {"training": (0, 1, True)}
    assert known_after(plan) == {}
    assert rows(plan, "search@tuned") == {"tokens": (0, 1, True), "vectors": (0, 1, True)}
    (line,) = (line for line in built.onggi("plan")[1].splitlines() if line.startswith("train"))
    assert line.split()[:-2] == ["train", "train.epochs", "1", "→", "2", "training", "held", "1"]
    assert build(built, plan) == ["train", "search@tuned"]


def test_what_a_stage_asks_before_rows_that_are_counted_may_not_be_all(built: Small) -> None:
    built.write("queries.txt", "what is dok\nand ganjang\n")
    plan = built.plan("search@base")
    assert rows(plan, "search@base") == {"tokens": (1, 1, False), "vectors": (1, 1, True)}
    assert "≥ 1 tokens" in built.onggi("plan", "search@base")[1]


def test_a_folder_in_which_several_stages_have_their_outs(built: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read is hashed as DVC will, folders among the outs too."""
    built.write("encoded/old/rows/all", "an out of a stage that is no more\n")
    assert built.states() == {"measure": "runs"}
    built.build()
    monkeypatch.setenv("JAR_END", "the end")
    built.change("params.yaml", "end: 1", "end: 2")
    plan = built.plan()
    assert rows(plan, "encode@base") == {"vectors": (0, 3, True)} and known_after(plan) == {}
    ((encoded,),) = (stage["why"] for stage in plan["stages"] if stage["stage"] == "measure")
    assert encoded["makers"] == ["encode@base", "encode@tuned"]
    assert set(build(built, plan)) == {"encode@base", "encode@tuned", "search@base", "search@tuned", "measure"}
    locked = YAML(typ="safe").load((built.folder / "dvc.lock").read_text("utf-8"))["stages"]["measure"]["deps"]
    assert encoded["now"] == locked[0]["md5"]


@pytest.mark.parametrize("command", ["plan", "why"])
def test_a_plan_asks_no_network_though_a_stage_forgets_to_count(jar: Small, hub: socket.socket, command: str) -> None:
    jar.write("dvc.yaml", "stages:\n  fetch:\n    cmd: python jar.py forget_to_count models\n    outs: [models]\n")
    error = jar.error(command, *["fetch"] * (command == "why"))
    assert error.startswith("stage fetch: ") and error.endswith("; a plan uses no network: `dvc repro` may fetch it")
    assert calls(hub) == 0
