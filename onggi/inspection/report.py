"""The report of an ingest as people and as programs read it: a line for each file, the worst first."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Document
from onggi.inspection.signs import Inspected, dropped, inspected, unread

HEADER = ("score", "file", "characters", "sections", "Hangul", "left out", "signs")


def inspect(documents: Path, metrics: Path) -> list[Inspected]:
    """Return what became of each file, sorted by score, the highest first, then by name.

    Raises
    ------
    TableError
        The table of documents or the metrics of the stage ingest are missing, or not what it writes.
    """
    try:
        said = json.loads(metrics.read_text(encoding="utf-8"))
        missing = [unread(entry["source"], entry["problem"]) for entry in said["problems"]]
        gone = [dropped(entry["source"], f"{entry['why']} of {entry['kept']}") for entry in said["clean"]["dropped"]]
    except FileNotFoundError:
        raise TableError(metrics, "no such file", "run `dvc repro ingest` to build it") from None
    except (ValueError, KeyError, TypeError):
        raise TableError(metrics, "not what the stage ingest writes", "run `dvc repro ingest`") from None
    found = [*map(inspected, tables.read(documents, Document)), *missing, *gone]
    return sorted(found, key=lambda item: (-item.score, item.source))


def as_json(found: Sequence[Inspected]) -> list[dict[str, Any]]:
    """Return the report as JSON; the keys are stable, and more may come.

    ``hangul`` is null where there are no letters; ``why`` is empty for a file that is among the documents.
    """
    return [{"score": item.score, **asdict(item)} for item in found]


def rows(found: Sequence[Inspected]) -> Iterator[tuple[str, ...]]:
    """Yield the report as rows of a table, with a header."""
    yield HEADER
    for item in found:
        hangul = "" if item.hangul is None else f"{item.hangul:.0%}"
        left_out = ", ".join(f"{count:,} {reason}" for reason, count in item.removed.items())
        signs = ", ".join(f"{sign.name} ({sign.amount:,})" for sign in item.signs)
        counts = (f"{item.characters:,}", f"{item.sections:,}") if item.characters else ("", "")
        yield f"{item.score:g}", item.source, *counts, hangul, left_out, item.why or signs
