"""What a change to the demo costs: for each kind of change the stages that ran, the rows computed, and the seconds."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from benchmarks.rebuild import freeze
from benchmarks.timing import Measure, seconds
from onggi.work.journal import Entry, entries

ROOT = Path(__file__).parents[1]
DVC = [sys.executable, "-m", "dvc"]
DOCUMENT = "data/raw/added.md"
TEXT = """# 파령시 빈 항아리 나눔 안내

쓰지 않는 항아리를 시민에게서 받아 필요한 가정에 나누어 준다. 신청은 매달 첫째 주에 장독마을 관리실에서 받는다.
"""


def measure() -> Iterator[Measure]:
    """Yield the seconds of a build from nothing, and of one after each kind of change to it."""
    with TemporaryDirectory() as work:
        clone = Path(work) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        yield _timed(clone, "nothing is there")
        for name, change in CHANGES.items():
            change(clone)
            yield _timed(clone, name)
            _as_it_was(clone)


def _timed(clone: Path, name: str) -> Measure:
    known = len(list(_journal(clone)))
    took = seconds(lambda: _repro(clone))
    ran = list(_journal(clone))[known:]
    computed: dict[str, int] = {}
    for entry in ran:
        for kind, work in entry.works.items():
            computed[kind] = computed.get(kind, 0) + work.computed
    rows = ", ".join(f"{count:,} {kind}" for kind, count in computed.items() if count) or "no row"
    return Measure(f"changes.{name}", took, "s", note=f"{len(ran)} stages; {rows}")


def _as_it_was(clone: Path) -> None:
    """Undo a change; DVC restores the outs of the build before it from its cache."""
    (clone / DOCUMENT).unlink(missing_ok=True)
    subprocess.run(["git", "checkout", "-q", "--", "."], cwd=clone, check=True)
    _repro(clone)


def _repro(clone: Path) -> None:
    environment = {**os.environ, "ONGGI_MEMO": str(clone.parent / "memo")}
    subprocess.run([*DVC, "repro", "-q"], cwd=clone, check=True, stdout=sys.stderr, env=environment)


def _journal(clone: Path) -> Iterator[Entry]:
    return entries(clone.parent / "memo" / "journal.jsonl")


def _set(section: str, **values: object) -> Callable[[Path], None]:
    def change(clone: Path) -> None:
        yaml = YAML()
        params = yaml.load(clone / "params.yaml")
        of = params
        for name in section.split("."):
            of = of[name]
        of.update(values)
        yaml.dump(params, clone / "params.yaml")

    return change


def _add(clone: Path) -> None:
    (clone / DOCUMENT).write_text(TEXT, "utf-8")


def _add_frozen(clone: Path) -> None:
    freeze(clone)
    _add(clone)


def _comment(clone: Path) -> None:
    with (clone / "onggi" / "models" / "encoder.py").open("a", encoding="utf-8") as file:
        file.write("# a comment\n")


def _forget(clone: Path) -> None:
    """Remove all outs and DVC's cache; the memo stays."""
    subprocess.run(["git", "clean", "-qfdX"], cwd=clone, check=True)


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda clone: None,
    "systems.hybrid.weights": _set("systems.hybrid", weights=[0.5, 0.5]),
    "a system added": _set("systems", vote={"fuse": ["bm25", "hybrid"], "by": "vote", "weights": [3, 2, 1]}),
    "an index added": _set("indexes", graph={"encoder": "base", "kind": "hnsw"}),
    "answer.min_support": _set("answer", min_support=0.4),
    "a comment in encoder.py": _comment,
    "indexes.bm25.k1": _set("indexes.bm25", k1=1.2),
    "mine.max_ratio": _set("mine", max_ratio=0.9),
    "chunk.max_tokens": _set("chunk", max_tokens=160),
    "a document added": _add,
    "a document added, bootstrap@base frozen": _add_frozen,
    "outs and DVC's cache lost": _forget,
}
