"""What the report is made of: small JSON and CSV files, each of which may be absent."""

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from onggi.core.errors import TableError
from onggi.report import candidates

Line = TypeVar("Line")
ReadFile = Callable[[str], bytes | None]
"""Returns the content of a file by its name below metrics/, or None where there is no such file."""

OBJECTS = (
    "retrieval",
    "dev",
    "significance",
    "intervals",
    "coverage",
    "ingest",
    "chunks",
    "gold",
    "questions",
    "negatives",
    "training",
    "answers",
    "failures",
    "side_by_side",
    "truths",
    "guard",
)
"""The JSON files that hold an object."""

TIMED = ("performance",)
"""Those that hold times: no build makes them, so the page that a build makes does not show them."""

GOLD = "gold"
"""The ground truth that people wrote: what a page says of questions is about it."""

_LABELS = ("truth", "query_id", "about", "type", "question")


@dataclass(frozen=True)
class TypeValue:
    """A line of per_type.csv: one measure of one system on the questions of one type."""

    system: str
    type: str
    queries: int
    measure: str
    value: float


@dataclass(frozen=True)
class RecallPoint:
    """A line of recall_curve.csv, with its 95 % interval where the file has one."""

    system: str
    k: int
    recall: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class LossPoint:
    """A line of loss.csv: the training loss at an optimiser step."""

    step: int
    epoch: float
    loss: float


@dataclass(frozen=True)
class FactValue:
    """A line of breakdown.csv: one measure of one system where a fact of the question is ``value``."""

    fact: str
    value: str
    system: str
    queries: int
    measure: str
    mean: float


@dataclass(frozen=True)
class FusionPoint:
    """A line of fusion_curve.csv: what a fusion scores on a split with this weight of the first of two runs."""

    system: str
    weight: float
    split: str
    measure: str
    value: float


@dataclass(frozen=True)
class Asked:
    """A line of per_query.csv: a question, and what each system scored, by ``SYSTEM MEASURE``.

    What was not measured is absent. ``about`` is the document that stands for what it asks about.
    """

    query_id: str
    type: str
    question: str
    values: Mapping[str, float]
    about: str = ""


@dataclass(frozen=True)
class Metrics:
    """What was found in one metrics folder; what is absent is empty.

    ``objects`` maps the stem of a JSON file to its content; ``asked`` has the questions of gold, ``asked_otherwise``
    those of the other ground truths by their names.
    """

    objects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    per_type: Sequence[TypeValue] = ()
    recall: Sequence[RecallPoint] = ()
    loss: Sequence[LossPoint] = ()
    breakdown: Sequence[FactValue] = ()
    fusion: Sequence[FusionPoint] = ()
    asked: Sequence[Asked] = ()
    asked_otherwise: Mapping[str, Sequence[Asked]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.objects or self.per_type or self.recall or self.loss)

    def get(self, name: str) -> Mapping[str, Any]:
        """Return the content of a JSON file, empty where it is absent."""
        return self.objects.get(name, {})


def load_folder(folder: Path, *, timed: bool = True) -> Metrics:
    """Read the metrics that lie in ``folder``; those that hold times only where ``timed`` says so.

    Raises
    ------
    TableError
        There is no such folder, or a file is not what its name promises; the message names the file and the line.
    """
    if not folder.is_dir():
        raise TableError(folder, "no such folder", "name the one that the build wrote its metrics to, or build first")

    def read(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TableError(folder / name, f"cannot be read ({error.strerror})", "make it a readable file") from None

    found = load(read, str(folder), timed=timed)
    return dataclasses.replace(found, objects={**found.objects, **candidates.objects(folder)})


def load(read: ReadFile, where: str, *, timed: bool = True) -> Metrics:
    """Read the metrics through ``read``; ``where`` names their folder in errors (see `load_folder`)."""
    names = OBJECTS + (TIMED if timed else ())
    objects = {name: loaded for name in names if (loaded := _json(read, where, name)) is not None}
    for name in ("retrieval", "dev", "significance"):
        for key, inner in objects.get(name, {}).items():
            if not isinstance(inner, dict):
                raise TableError(f"{where}/{name}.json", f"{key} holds {inner!r}", "expected an object of measures")
    listed = objects.get("failures", {}).get("failures", [])
    if not isinstance(listed, list) or any(not isinstance(failure, dict) for failure in listed):
        raise TableError(f"{where}/failures.json", "holds something other than failures", "expected a list of objects")
    asked = _asked(read, where)
    return Metrics(
        objects,
        _rows(read, where, "per_type", TypeValue),
        _rows(read, where, "recall_curve", RecallPoint),
        _rows(read, where, "loss", LossPoint),
        _rows(read, where, "breakdown", FactValue),
        _rows(read, where, "fusion_curve", FusionPoint),
        asked.pop(GOLD, []),
        asked,
    )


def _text(read: ReadFile, where: str, name: str) -> str | None:
    content = read(name)
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TableError(f"{where}/{name}", f"not UTF-8 ({error.reason})", _AGAIN) from None


def _json(read: ReadFile, where: str, stem: str) -> Any:
    name = f"{stem}.json"
    text = _text(read, where, name)
    if text is None:
        return None
    try:
        loaded = json.loads(text)
    except json.JSONDecodeError as error:
        raise TableError(f"{where}/{name}", f"not JSON ({error})", _AGAIN) from None
    if stem == "failures" and isinstance(loaded, list):  # of a commit from before systems were named there
        return {"failures": loaded}
    if not isinstance(loaded, dict):
        raise TableError(f"{where}/{name}", f"holds a {type(loaded).__name__}", "expected a dict")
    return loaded


def _rows(read: ReadFile, where: str, stem: str, line_type: type[Line]) -> list[Line]:
    name = f"{stem}.csv"
    text = _text(read, where, name)
    if not text:
        return []
    fields = dataclasses.fields(line_type)  # type: ignore[arg-type]
    reader = csv.DictReader(io.StringIO(text))
    present = [f for f in fields if f.name in (reader.fieldnames or [])]
    missing = [f.name for f in fields if f not in present and f.default is dataclasses.MISSING]
    if missing:
        raise TableError(f"{where}/{name}", f"lacks the columns {missing}", _AGAIN)
    rows = []
    for line in reader:
        try:
            rows.append(line_type(**{f.name: _value(f, line[f.name]) for f in present}))
        except (TypeError, ValueError) as error:
            raise TableError(f"{where}/{name}:{reader.line_num}", str(error), _AGAIN) from None
    return rows


def _value(column: "dataclasses.Field[Any]", text: str) -> Any:
    if column.type == float | None:
        return float(text) if text else None
    return column.type(text)  # type: ignore[operator]


def _asked(read: ReadFile, where: str) -> dict[str, list[Asked]]:
    """Return the questions by ground truth; a table from before there were several is all gold."""
    name = "per_query.csv"
    reader = csv.DictReader(io.StringIO(_text(read, where, name) or ""))
    rows: dict[str, list[Asked]] = {}
    for line in reader:
        try:
            values = {key: float(value) for key, value in line.items() if key not in _LABELS and value != ""}
            asked = Asked(line["query_id"], line["type"], line["question"], values, line.get("about", ""))
            rows.setdefault(line.get("truth") or GOLD, []).append(asked)
        except (KeyError, TypeError, ValueError) as error:
            raise TableError(f"{where}/{name}:{reader.line_num}", f"no line of values ({error})", _AGAIN) from None
    return rows


_AGAIN = "run `dvc repro` to write it again"
