"""What past builds did on this machine, read from the journal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from onggi.work.journal import Entry
from onggi.work.progress import dollars, duration

Table = list[tuple[str, ...]]
BUILD_HEADER = ("build", "started", "stages", "seconds", "computed", "from the memo", "status", "experiment")
STAGE_HEADER = ("stage", "rows", "computed", "from the memo", "seconds", "rate", "peak", "status")
CALLS_HEADER = ("calls", "failed", "tokens in", "out", "usd", "p50", "p95")
"""Behind the others, where a stage asked a language model."""

BLANK = ("",) * len(CALLS_HEADER)


def by_build(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the stages of each build in the order they ran, the builds in the order they began."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.build, []).append(entry)
    return list(found.values())


def build_table(builds: Sequence[Sequence[Entry]]) -> Table:
    """Return a line for each build."""
    rows: Table = [BUILD_HEADER]
    for stages in builds:
        first = stages[0]
        computed, held = totals(stages)
        rows.append((
            first.build, _local(first.started), f"{len(stages)}", duration(sum(entry.seconds for entry in stages)),
            f"{computed:,}", f"{held:,}", status(stages), first.experiment,
        ))  # fmt: skip
    return rows


def stage_table(stages: Sequence[Entry]) -> Table:
    """Return a line for each stage of a build and each kind of rows it had to do with."""
    rows: Table = [(*STAGE_HEADER, *CALLS_HEADER)]
    for entry in stages:
        out = max(entry.rows_out.values(), default=0)
        last = (duration(entry.seconds), "", f"{entry.peak_mb:,} MB", entry.status)
        rows.append((entry.stage, f"{out:,}" if entry.rows_out else "", "", "", *last, *BLANK))
        for kind, work in sorted(entry.works.items()):
            rate = f"{work.computed / work.seconds:,.0f}/s" if work.computed and work.seconds else ""
            done = (f"{work.computed:,}", f"{work.held:,}", duration(work.seconds), rate)
            rows.append((f"  {kind}", "", *done, "", "", *_calls(work.figures)))
    if not any(any(row[len(STAGE_HEADER) :]) for row in rows[1:]):
        return [row[: len(STAGE_HEADER)] for row in rows]
    return rows


def _calls(figures: Mapping[str, float]) -> tuple[str, ...]:
    """Return what calls to a language model took, as `onggi.llm.ledger.Ledger.figures` names it."""
    if "requests" not in figures:
        return BLANK
    counts = (figures.get(name, 0) for name in ("requests", "failed", "prompt_tokens", "completion_tokens"))
    usd = dollars(figures["usd"]) if "usd" in figures else ""
    seconds = (f"{figures[name]:.3g} s" if name in figures else "" for name in ("p50_s", "p95_s"))
    return (*(f"{count:,.0f}" for count in counts), usd, *seconds)


def as_json(builds: Sequence[Sequence[Entry]]) -> list[dict[str, Any]]:
    """Return builds as JSON values: each with the entries of its stages as the journal has them."""
    import json

    return [
        {
            "build": stages[0].build,
            "started": stages[0].started,
            "status": status(stages),
            "seconds": round(sum(entry.seconds for entry in stages), 3),
            "stages": [json.loads(entry.line()) for entry in stages],
        }
        for stages in builds
    ]


def status(stages: Sequence[Entry]) -> str:
    """Return ``done``, or how the stage ended that did not end well."""
    return next((entry.status for entry in stages if entry.status != "done"), "done")


def totals(stages: Iterable[Entry]) -> tuple[int, int]:
    """Return the rows that were computed and those the memo held."""
    works = [work for entry in stages for work in entry.works.values()]
    return sum(work.computed for work in works), sum(work.held for work in works)


def lines(table: Table) -> list[str]:
    """Return a table as aligned lines: the first column and words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    number = [
        place > 0 and all(not cell or cell.lstrip("$")[:1].isdigit() for cell in column[1:])
        for place, column in enumerate(zip(*table, strict=True))
    ]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, number, strict=True)
        ).rstrip()
        for row in table
    ]


def _local(started: str) -> str:
    return datetime.fromisoformat(started).astimezone().strftime("%m-%d %H:%M:%S") if started else ""
