"""What every system scored on every question: a table that is committed, so that two commits can be compared by it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onggi.core.errors import TableError
from onggi.evaluation.measured import Measured
from onggi.truth.truths import GOLD

NAME = "per_query.csv"
LABELS = ("truth", "query_id", "about", "type", "question")
NOT_MEASURED = ""


def header(measured: Sequence[Measured]) -> list[str]:
    """Return the labels of a question, then ``SYSTEM MEASURE`` for all that was measured, by whatever truth."""
    return [*LABELS, *(f"{system} {name}" for system, name in _columns(measured))]


def rows(measured: Sequence[Measured]) -> Iterator[list[str | float]]:
    """Yield a line per truth and question, the latter by their ids; values have 6 places, what has none is empty."""
    columns = _columns(measured)
    for each in measured:
        questions = {question.query_id: question for question in each.questions}
        scores = [each.scores.get(system, {}).get(name, {}) for system, name in columns]
        for query_id, about in each.clusters.items():
            question = questions[query_id]
            labels = [each.truth, query_id, about, question.type, question.text]
            yield [*labels, *(round(of[query_id], 6) if query_id in of else NOT_MEASURED for of in scores)]


def _columns(measured: Sequence[Measured]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((s, name) for each in measured for s, scores in each.scores.items() for name in scores))


@dataclass(frozen=True, slots=True)
class PerQuery:
    """What the table says by one truth.

    Parameters
    ----------
    about
        By the id of a question, the document that stands for what it asks about.
    questions
        Its text, by its id.
    columns
        By system and measure, the value of each question by its id; without those that have none.
    """

    about: dict[str, str]
    questions: dict[str, str]
    columns: dict[tuple[str, str], dict[str, float]]

    def values(self, system: str, measure: str, query_ids: Sequence[str]) -> NDArray[np.float64]:
        """Return what a system scored on some questions, shape (queries,)."""
        return np.array([self.columns[system, measure][query_id] for query_id in query_ids])


def read(content: bytes, where: str) -> dict[str, PerQuery]:
    """Return the table by truth; one of a commit that knew no other than the labels is all ``gold``.

    Raises
    ------
    TableError
        It is no such table.
    """
    found: dict[str, PerQuery] = {}
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8")), strict=True)
        names = {name: _split(name) for name in lines.fieldnames or () if name not in LABELS}
        for line in lines:
            table = found.setdefault(line.get("truth", GOLD), PerQuery({}, {}, {}))
            query_id = line["query_id"]
            table.about[query_id], table.questions[query_id] = line["about"], line["question"]
            for name, column in names.items():
                if line[name] != NOT_MEASURED:
                    table.columns.setdefault(column, {})[query_id] = float(line[name])
    except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise TableError(where, f"is no table of values by question ({error})", "build it by `dvc repro`") from None
    return found


def _split(name: str) -> tuple[str, str]:
    system, measure = name.rsplit(" ", 1)
    return system, measure
