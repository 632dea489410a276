"""Why a stage is stale, to the row."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from onggi.plan.changes import Change
from onggi.plan.past import COMMITS, Past
from onggi.plan.project import Project
from onggi.plan.rows import Difference, rows_of
from onggi.plan.screen import change_as_json
from onggi.plan.simulate import Simulation, Step

SHOWN = 3
"""Names of each kind of difference that are shown."""

NOT_KNOWN = f"what it was is in neither DVC's cache nor the last {COMMITS} commits that touched it"


def explain(stage: str, steps: Sequence[Step], simulation: Simulation) -> dict[str, Any]:
    """Return as JSON why a stage is stale; keys are stable, and more may come.

    ``stage``, ``state``, ``known_after`` as in a plan, and ``why``: changes as in a plan (see `onggi.plan.screen`),
    each with what is known beside: ``rows`` (of the class ``table``), ``files`` or ``lines`` that were added, removed
    and changed (counts, and the first of each under ``first``), the ``modules`` among the files, ``not_known`` where
    nobody has what was recorded, and ``because``: the first causes of the stages that make the input anew.
    """
    by_name = {step.stage: step for step in steps}
    step = by_name[stage]
    inputs = {one.name: one for of in simulation.project.order if of.name == stage for one in of.inputs}
    past = Past(simulation.project)
    why = []
    for change in step.why:
        said = change_as_json(change)
        if change.kind == "input" and isinstance(change.was, str):
            said |= _inside(simulation.project, past, change, inputs[change.name].at)
        elif change.kind == "input":
            said["not_known"] = "dvc.lock does not have it"
        if change.makers:
            said["because"] = [
                {"stage": cause, **change_as_json(first)} for cause, first in causes(change.makers, by_name)
            ]
        why.append(said)
    return {"stage": stage, "state": step.state, "known_after": list(step.known_after), "why": why}


def causes(stages: Sequence[str], by_name: Mapping[str, Step]) -> list[tuple[str, Change]]:
    """Return the changes that the staleness of stages goes back to, each with the first stage it made stale."""
    found: list[tuple[str, Change]] = []
    waiting, seen = list(stages), set()
    while waiting:
        name = waiting.pop(0)
        if name in by_name and name not in seen:
            seen.add(name)
            waiting += [maker for change in by_name[name].why for maker in change.makers]
            known = [change for _, change in found]
            found += [(name, change) for change in by_name[name].why if not change.makers and change not in known]
    return found


def _inside(project: Project, past: Past, change: Change, now: Path) -> dict[str, Any]:
    """Return what differs within an input: the files of a folder, the rows of a table, the lines of a text."""
    if now.is_dir():
        was = past.listing(change.name, str(change.was))
        if was is None:
            return {"not_known": NOT_KNOWN}
        files = Difference.of(dict(was), dict(project.files(now)))
        return {"files": _counted(files), **_modules([f"{change.name}/{name}" for name in _names(files)])}
    content = past.file(change.name, str(change.was))
    if content is None:
        return {"not_known": NOT_KNOWN, **_modules([change.name])}
    if change.name.endswith(".parquet"):
        return _rows(content, now)
    try:
        lines = content.decode().splitlines(), now.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return {}
    added, removed = Counter(lines[1]) - Counter(lines[0]), Counter(lines[0]) - Counter(lines[1])
    counts = {"added": added.total(), "removed": removed.total(), "changed": 0, "first": {}}
    return {"lines": counts, **_modules([change.name])}


def _rows(content: bytes, now: Path) -> dict[str, Any]:
    with NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content)
        file.flush()
        was, found = rows_of(Path(file.name)), rows_of(now)
    if was is None or found is None or was[0] != found[0]:
        return {"not_known": "its rows have other columns than before"}
    return {"table": found[0], "rows": _counted(Difference.of(was[1], found[1]))}


def _counted(difference: Difference) -> dict[str, Any]:
    names = {"added": difference.added, "removed": difference.removed, "changed": difference.changed}
    counts: dict[str, Any] = {what: len(of) for what, of in names.items()}
    return {**counts, "first": {what: of[:SHOWN] for what, of in names.items() if of}}


def _names(difference: Difference) -> list[str]:
    return sorted([*difference.added, *difference.removed, *difference.changed])


def _modules(paths: Sequence[str]) -> dict[str, Any]:
    """Name the modules among files of a project."""
    found = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths if _is_code(path)]
    return {"modules": found} if found else {}


def _is_code(path: str) -> bool:
    return path.endswith(".py")


def as_text(reasons: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what `explain` found, for people."""
    for reason in reasons:
        after = f"; known after {', '.join(reason['known_after'])}" if reason["known_after"] else ""
        yield f"{reason['stage']}: {STATES[reason['state']]}{after}"
        for change in reason["why"]:
            yield f"  {_headline(change)}"
            yield from (f"    {line}" for line in _details(change))


STATES = {
    "up to date": "up to date",
    "runs": "stale, will run",
    "may run": "may run, if an input comes out different",
    "restored": "stale, will be restored from DVC's cache",
}


def _headline(change: Mapping[str, Any]) -> str:
    name = change.get("name", "")
    match change["kind"]:
        case "never built":
            return "dvc.lock does not have it: never built"
        case "command":
            return f"the command was `{change['was']}`, is `{change['now']}`"
        case "parameter":
            return f"{name}: was {_shown(change['was'])}, is {_shown(change['now'])}"
        case "input":
            return f"{name} {'will change' if change.get('makers') else 'changed'}"
        case "upstream":
            return f"{name} will be made anew, how is not known yet"
        case "output":
            return f"{name} {change['now']}"
    return "it always runs"


def _shown(value: object) -> str:
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)


def _details(change: Mapping[str, Any]) -> Iterator[str]:
    for what in ("rows", "files", "lines"):
        if what in change:
            yield _difference(change[what], what)
    if "modules" in change:
        shown = ", ".join(change["modules"][:SHOWN])
        more = len(change["modules"]) - SHOWN
        yield f"code: {shown}{f' and {more} more' if more > 0 else ''}"
    if "not_known" in change:
        yield change["not_known"]
    for cause in change.get("because", ()):
        makers = ", ".join(change["makers"][:SHOWN])
        of = "" if cause["stage"] in change["makers"] else f" after {cause['stage']}"
        yield f"made anew by {makers}{of}: {_headline(cause)}"


def _difference(of: Mapping[str, Any], what: str) -> str:
    parts = []
    for how in ("added", "removed", "changed"):
        if count := of[how]:
            first = of["first"].get(how, [])
            named = f" ({', '.join(first)}{', …' if count > len(first) else ''})" if first else ""
            parts.append(f"{count:,} {how}{named}")
    return f"{what}: {', '.join(parts) or 'the same, in another form'}"
