"""`onggi sweep show`: the experiments on a commit as one table, with what each changed, gained and costs.

DVC keeps an experiment as a commit below ``refs/exps``, with the metrics and the dvc.lock that it left; those are read,
so that a sweep can be looked at on a machine that holds none of its data.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from onggi.report.revision import Revision

MEGABYTE = 1_000_000
HERE = "(here)"
ASKED = ("corpus.path", "gold.path")
"""What decides which questions are asked of which documents."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One experiment, or the workspace that the others started from.

    ``changed`` are its params by dotted key where they differ from the workspace; ``dev`` and ``test`` the measure on
    both, ``interval`` that of test; ``latency_ms`` the P50 of a query where it was measured; ``index_mb`` the size of
    the indexes that the system asks.
    """

    name: str
    changed: dict[str, Any]
    dev: float | None
    test: float | None
    interval: tuple[float, float] | None
    latency_ms: float | None
    index_mb: float | None

    def dominates(self, other: "Trial") -> bool:
        """Tell whether it is nowhere worse than another and somewhere better: on dev, in latency, in size.

        Of other documents or other questions nothing can be said.
        """
        if any(self.changed.get(key) != other.changed.get(key) for key in ASKED):
            return False
        pairs = [
            (mine, theirs)
            for mine, theirs in (
                (self.dev, other.dev),
                (_negative(self.latency_ms), _negative(other.latency_ms)),
                (_negative(self.index_mb), _negative(other.index_mb)),
            )
            if mine is not None and theirs is not None
        ]
        return bool(pairs) and all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def show(
    system: Annotated[str, typer.Option(help="The index or system that is looked at.")] = "hybrid",
    measure: Annotated[str, typer.Option(help="A measure of metrics/retrieval.json.")] = "nDCG@10",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the experiments on HEAD, best on dev first; * marks those that none beats on dev, in latency and in size."""
    from dataclasses import asdict

    from onggi.report.revision import Revision, experiments
    from onggi.work.builds import lines

    here = Revision.find("HEAD", Path())
    trials = [trial(here, HERE, here, system, measure)]
    trials += [trial(Revision(name, sha, Path()), name, here, system, measure) for name, sha in experiments(Path())]
    ranked = sorted(trials, key=lambda each: (each.dev is None, -(each.dev or 0.0), each.name))
    best = {each.name for each in ranked if each.dev is not None and not any(o.dominates(each) for o in ranked)}
    if as_json:
        rows = [asdict(each) | {"pareto": each.name in best} for each in ranked]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    header = ("", "experiment", f"{measure} dev", "test", "95 %", "ms", "index MB", "params")
    typer.echo("\n".join(lines([header, *(_row(each, each.name in best) for each in ranked)])))
    typer.echo(f"\n{len(trials) - 1} experiments on HEAD; choose on dev, report test")
    if any(key in each.changed for each in trials for key in ASKED):
        typer.echo(f"not all were asked the same: compare those alone that agree in {' and '.join(ASKED)}")


def trial(revision: "Revision", name: str, base: "Revision", system: str, measure: str) -> Trial:
    """Return what one experiment left; what a file does not say is None."""
    from onggi.core.params import PARAMS

    params, own = base.params(PARAMS), revision.params(PARAMS)
    changed = {key: own.get(key) for key in sorted(params.keys() | own.keys()) if own.get(key) != params.get(key)}
    dev, test, spread = (_json(revision, f"metrics/{file}.json") for file in ("dev", "retrieval", "intervals"))
    interval = _at(spread, "systems", system, measure, "interval")
    latency = _at(_speed(revision, base), "systems", system, "latency_ms", "p50")
    low_high = (interval[0], interval[1]) if isinstance(interval, list) and len(interval) == 2 else None
    values = _at(dev, system, measure), _at(test, system, measure)
    return Trial(name, changed, *values, low_high, latency, _index_mb(revision, own, system))


def _speed(revision: "Revision", base: "Revision") -> Any:
    """Return what a benchmark told of an experiment; None where it only has the file of the commit it started from."""
    told = _json(revision, "metrics/performance.json")
    return None if revision is not base and told == _json(base, "metrics/performance.json") else told


def _index_mb(revision: "Revision", params: dict[str, Any], system: str) -> float | None:
    """Return the size of the indexes below a system, as the experiment's dvc.lock has it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    content = revision.read(Path("dvc.lock"))
    try:
        stages = (YAML(typ="safe").load(content.decode("utf-8")) or {})["stages"] if content else {}
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError):
        return None
    sizes = {
        name.removeprefix("index@"): sum(out.get("size", 0) for out in stage.get("outs", []))
        for name, stage in stages.items()
        if name.startswith("index@")
    }
    asked = _indexes(params, system, sizes)
    return round(sum(sizes[name] for name in asked) / MEGABYTE, 1) if asked else None


def _indexes(params: dict[str, Any], system: str, known: dict[str, int], above: tuple[str, ...] = ()) -> set[str]:
    """Return the indexes that a system names, directly or through others."""
    if system in known:
        return {system}
    below = [value for key, value in params.items() if key.startswith(f"systems.{system}.")]
    names = {
        name for value in below for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)
    }
    asked: set[str] = set()
    for name in names - set(above):
        asked |= _indexes(params, name, known, (*above, system))
    return asked


def _json(revision: "Revision", path: str) -> Any:
    content = revision.read(Path(path))
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _row(each: Trial, is_best: bool) -> tuple[str, ...]:
    interval = f"{each.interval[0]:.3f}–{each.interval[1]:.3f}" if each.interval else ""
    numbers = [f"{value:.4f}" if value is not None else "" for value in (each.dev, each.test)]
    sizes = [f"{value:.1f}" if value is not None else "" for value in (each.latency_ms, each.index_mb)]
    return ("*" if is_best else "", each.name, *numbers, interval, *sizes, ", ".join(_changes(each.changed)))


def _changes(changed: dict[str, Any]) -> Iterator[str]:
    for key, value in changed.items():
        yield f"{key}={_short(value)}"


def _short(value: Any) -> str:
    return (
        json.dumps(value, ensure_ascii=False)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else str(value)
    )
