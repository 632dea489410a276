"""What every system scored on every question: a table that is committed, so that two commits can be compared by it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onggi.core.errors import TableError
from onggi.evaluation.measured import Measured

NAME = "per_query.csv"
LABELS = ("query_id", "about", "type", "question")


def header(measured: Measured) -> list[str]:
    """Return the labels of a question, then ``SYSTEM MEASURE`` for all that was measured."""
    return [*LABELS, *(f"{system} {name}" for system, scores in measured.scores.items() for name in scores)]


def rows(measured: Measured) -> Iterator[list[str | float]]:
    """Yield a line per question, in the order of their ids; values have 6 places."""
    questions = {question.query_id: question for question in measured.questions}
    columns = [values for scores in measured.scores.values() for values in scores.values()]
    for query_id, about in measured.clusters.items():
        question = questions[query_id]
        labels = [query_id, about, question.type, question.text]
        yield [*labels, *(round(values[query_id], 6) for values in columns)]


@dataclass(frozen=True, slots=True)
class PerQuery:
    """The table, read.

    Parameters
    ----------
    about
        By the id of a question, the document that stands for what it asks about.
    questions
        Its text, by its id.
    columns
        By system and measure, the value of each question by its id.
    """

    about: dict[str, str]
    questions: dict[str, str]
    columns: dict[tuple[str, str], dict[str, float]]

    @classmethod
    def read(cls, content: bytes, where: str) -> "PerQuery":
        """Read the table.

        Raises
        ------
        TableError
            It is no such table.
        """
        try:
            lines = csv.DictReader(io.StringIO(content.decode("utf-8")), strict=True)
            names = [name for name in lines.fieldnames or () if name not in LABELS]
            table = cls({}, {}, {(*name.rsplit(" ", 1),): {} for name in names})  # type: ignore[misc]
            for line in lines:
                query_id = line["query_id"]
                table.about[query_id], table.questions[query_id] = line["about"], line["question"]
                for (system, measure), values in table.columns.items():
                    values[query_id] = float(line[f"{system} {measure}"])
        except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
            raise TableError(where, f"is no table of values by question ({error})", "build it by `dvc repro`") from None
        return table

    def values(self, system: str, measure: str, query_ids: Sequence[str]) -> NDArray[np.float64]:
        """Return what a system scored on some questions, shape (queries,)."""
        return np.array([self.columns[system, measure][query_id] for query_id in query_ids])
