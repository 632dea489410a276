"""Hold the build in this folder against the committed one: equal, or equal but for the arithmetic of training.

Everything before training must be the same to the byte on every machine. What training made, and what follows from it,
may differ on another type of CPU than that of the committed build, which `.ci/built-on` names; then every number in
metrics/ must lie within 0.01 of the committed one.

    compare.py             this build against the committed one
    compare.py FOLDER      this build against one in another folder on this machine: the same bytes
    compare.py --record    name this CPU in .ci/built-on; to be committed with a build that was made here
"""

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TRAINING = "finetune"
TIMED, PAGE = "benchmark_llm", "report"
"""A stage whose outs hold times, and the one stage that shows them: two builds never agree about these."""

BENCHMARK = "performance.json"
"""What the pipeline in benchmarks/ times; no build makes it."""

TOLERANCE = 0.01
BUILT_ON = Path(".ci/built-on")
CPU_FIELDS = ("vendor_id", "cpu family", "model", "stepping")

Stages = dict[str, dict[str, Any]]


def main(*arguments: str) -> None:
    """Compare, say what came of it, and exit with 1 where the builds differ."""
    if arguments == ("--record",):
        BUILT_ON.write_text(f"{cpu()}\n", "utf-8")
    elif arguments:
        compare_with(Path(arguments[0]))
    else:
        compare_with_committed()


def compare_with(other: Path) -> None:
    """Compare the stages of dvc.lock and metrics/ with those of another folder, byte for byte."""
    locks = [lock((folder / "dvc.lock").read_text("utf-8")) for folder in (Path(), other)]
    here, there = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.glob("metrics/*.*")
            if path.name != BENCHMARK and (path.name != "report.html" or PAGE in stages)
        }
        for folder, stages in zip((Path(), other), locks, strict=True)
    )
    differing = sorted(str(path) for path in here.keys() | there.keys() if here.get(path) != there.get(path))
    if differing or locks[0] != locks[1]:
        of_lock = [outs(stages) for stages in locks]
        made = [path for path, digest in of_lock[0].items() if of_lock[1].get(path) != digest]
        differing = ["dvc.lock"] * (locks[0] != locks[1]) + differing
        sys.exit(f"error: two builds of one commit differ: {', '.join(dict.fromkeys([*differing, *made]))}")
    print(f"identical: dvc.lock and {len(here)} files of metrics/ in both folders")


def compare_with_committed() -> None:
    """Compare dvc.lock and metrics/ with the committed ones."""
    if git("status", "--porcelain", "--", "dvc.lock", "metrics", f":!metrics/{BENCHMARK}") == "":
        print("identical: dvc.lock and metrics/ are the committed ones")
        return
    committed, built = lock(git("show", "HEAD:dvc.lock")), lock(Path("dvc.lock").read_text("utf-8"))
    if stale := list(dict.fromkeys(inputs_that_differ(committed, built))):
        sys.exit(
            "\n".join(["error: the committed dvc.lock is not of this code, data and params; build and commit", *stale])
        )
    differing = [path for path, digest in outs(built).items() if outs(committed).get(path) != digest]
    trained = after_training(built)
    wrong = [f"{path}: differs, and is made before training" for path in differing if path not in trained]
    committed_on = BUILT_ON.read_text("utf-8").strip() if BUILT_ON.exists() else "an unknown CPU"
    if committed_on == cpu():
        wrong += [f"{path}: differs, though on the same type of CPU" for path in differing if path in trained]
    wrong += list(numbers_that_differ(built))
    if wrong:
        sys.exit("\n".join(["error: this build is not the committed one", *wrong]))
    print(f"this CPU ({cpu()}) trains to other bits than {committed_on}: {', '.join(differing)}")
    print(f"the metrics agree within {TOLERANCE}; everything before training is identical")


def inputs_that_differ(committed: Stages, built: Stages) -> Iterator[str]:
    """Yield commands, params, code and raw data that are not those of the committed build."""
    made = outs(built)
    for name in sorted(committed.keys() | built.keys()):
        if name not in committed or name not in built:
            yield f"{name}: a stage of one build only"
            continue
        old, new = committed[name], built[name]
        yield from (f"{name}: another {part}" for part in ("cmd", "params") if old.get(part) != new.get(part))
        before, now = ({dep["path"]: dep["md5"] for dep in stage.get("deps", ())} for stage in (old, new))
        for path in sorted(before.keys() | now.keys()):
            if path not in made and before.get(path) != now.get(path):
                yield f"{path}: is not what the committed build read"


def numbers_that_differ(built: Stages) -> Iterator[str]:
    """Yield every value in a metrics file that is further than the tolerance from the committed one."""
    for path in sorted(path for path in outs(built) if path.startswith("metrics/") and path.endswith(".json")):
        if path == "metrics/failures.json":
            continue  # texts
        old, new = flat(json.loads(git("show", f"HEAD:{path}"))), flat(json.loads(Path(path).read_text("utf-8")))
        for key in [*old, *(key for key in new if key not in old)]:
            before, now = old.get(key), new.get(key)
            if before != now and not (
                is_number(before) and is_number(now) and round(abs(before - now), 6) <= TOLERANCE
            ):
                yield f"{path}: {key}: committed {before}, built {now}"


def after_training(stages: Stages) -> set[str]:
    """Return the outs of training and of all that follows it."""
    made = {out["path"] for out in stages[TRAINING]["outs"]}
    while True:
        more = {
            out["path"]
            for stage in stages.values()
            if any(dep["path"] in made for dep in stage.get("deps", ()))
            for out in stage["outs"]
        }
        if more <= made:
            return made
        made |= more


def outs(stages: Stages) -> dict[str, str]:
    """Return the hash of every out."""
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}


def lock(text: str) -> Stages:
    """Return the stages of a dvc.lock, but for those whose outs hold times, and for their page where there are such."""
    stages: Stages = YAML(typ="safe").load(text)["stages"]
    timed = {name for name in stages if name.partition("@")[0] == TIMED}
    return {name: stage for name, stage in stages.items() if name not in timed and (name != PAGE or not timed)}


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested values by dotted keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        return {prefix: value}
    return {key: leaf for name, child in items for key, leaf in flat(child, f"{prefix}.{name}".lstrip(".")).items()}


def is_number(value: Any) -> bool:
    """Tell numbers from truth values and texts."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def cpu() -> str:
    """Return the type of this machine's CPU: who made it, its numbers, and a digest of what it can do."""
    try:
        first = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return platform.machine()
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}
    flags = hashlib.sha256(" ".join(sorted(fields.get("flags", "").split())).encode()).hexdigest()[:8]
    return " ".join([*(f"{name} {fields[name]}" for name in CPU_FIELDS if name in fields), f"flags {flags}"])


def git(*arguments: str) -> str:
    """Return what git prints."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
