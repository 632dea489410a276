"""`onggi gate`: a commit held to what another one measured."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from onggi.evaluation.gate import Change, Compared, Verdict
    from onggi.evaluation.per_query import PerQuery

Tables = Mapping[str, "PerQuery"]
"""What was measured at a commit, by truth."""


def gate(
    against: Annotated[str, typer.Option(help="A branch, a tag, HEAD~1, a hash or an experiment.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")] = False,
    metrics: Annotated[Path, typer.Option(help="Folder the build wrote its metrics to.")] = Path("metrics"),
) -> None:
    """Compare what was measured here with another commit, question by question; exit with 1 where a measure fell.

    What counts, and how much may be lost, is section `gate` of params.yaml.
    """
    from onggi import settings
    from onggi.core.errors import RevisionError, TableError
    from onggi.core.params import PARAMS
    from onggi.evaluation.gate import verdict
    from onggi.evaluation.per_query import NAME, read
    from onggi.report.revision import Revision

    params, evaluate = settings.gate(PARAMS)
    file = metrics / NAME
    if not file.exists():
        raise TableError(file, "no such file", "build it by `dvc repro`")
    there = Revision.find(against, Path()).read(file)
    if there is None:
        raise RevisionError(f"--against {against}", f"holds no {file}", "name a commit made after a build with it")
    before, now = read(there, f"{against}:{file}"), read(file.read_bytes(), str(file))
    found = verdict(before, now, params, evaluate.permutations, evaluate.seed)
    typer.echo("\n".join((as_markdown if markdown else as_text)(found, now, against)))
    if not found.passes:
        raise typer.Exit(1)


def as_text(found: "Verdict", now: Tables, against: str) -> Iterator[str]:
    """Yield the lines of a verdict for a terminal."""
    from onggi.work.builds import lines

    yield from lines([HEADER, *map(_cells, found.changes)])
    for change in found.changes:
        if change.fell:
            yield ""
            yield f"{change.system} {change.measure} by {change.truth} lost most on"
            asked = now[change.truth].questions
            yield from (f"  {lost:+.4f}  {query_id}  {asked[query_id]}" for query_id, lost in change.worst)
    yield ""
    yield _summary(found, against)


def as_markdown(found: "Verdict", now: Tables, against: str) -> Iterator[str]:
    """Yield the lines of a verdict for a pull request."""
    yield f"**{_summary(found, against)}**"
    yield ""
    yield f"| {' | '.join(HEADER)} |"
    yield f"|{'---|' * len(HEADER)}"
    yield from (f"| {' | '.join(_escaped(cell) for cell in _cells(change))} |" for change in found.changes)
    for change in found.changes:
        if change.fell:
            yield ""
            yield f"{_escaped(f'{change.system} {change.measure} by {change.truth}')} lost most on:"
            yield ""
            for query_id, lost in change.worst:
                yield f"- {lost:+.4f} `{query_id}` {_escaped(now[change.truth].questions[query_id])}"


HEADER = ("truth", "system", "measure", "before", "now", "change", "95 %", "may lose", "p", "")


def _cells(change: "Change") -> tuple[str, ...]:
    interval = f"{change.interval[0]:+.4f} … {change.interval[1]:+.4f}" if change.interval else "–"
    before, now, difference = f"{change.before:.4f}", f"{change.now:.4f}", f"{change.now - change.before:+.4f}"
    return (
        change.truth, change.system, change.measure, before, now, difference, interval, f"{change.margin:g}",
        f"{change.p:.4g}", "fell" if change.fell else "",
    )  # fmt: skip


def _summary(found: "Verdict", against: str) -> str:
    over = "; ".join(f"{truth}, {_questions(compared)}" for truth, compared in found.compared.items())
    if found.missing:
        return f"fails against {against}: {'; '.join(found.missing)}"
    if fell := sum(change.fell for change in found.changes):
        return f"fails against {against}: {fell} of {len(found.changes)} measures fell, by {over}"
    return f"passes against {against}: none of {len(found.changes)} measures fell, by {over}"


def _questions(compared: "Compared") -> str:
    sides = (compared.only_before, "there"), (compared.only_now, "here")
    aside = ", ".join(f"{count} only {where}" for count, where in sides if count)
    return f"over {compared.both} questions that both have{f' ({aside})' if aside else ''}"


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>()#+!|~" else sign for sign in " ".join(text.split()))
