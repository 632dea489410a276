"""Answers as a table that others take: the columns they ask for, under the names they want."""

from collections.abc import Iterable, Iterator, Sequence

from onggi.answers.reader import Column
from onggi.core.schema import Answer, Question


def rows(answers: Iterable[Answer], questions: Iterable[Question], columns: Sequence[Column]) -> Iterator[list[object]]:
    """Yield the values of each answer, in the order of the answers; an empty string where there is none.

    ``choice`` counts the options of a multiple-choice question from 1.
    """
    asked = {question.query_id: question for question in questions}
    for answer in answers:
        question = asked[answer.query_id]
        values: dict[Column, object] = {
            "query_id": answer.query_id, "question": question.text, "answer": answer.text, "choice": None,
            "chunk_id": answer.chunk_id, "place": answer.place, "score": answer.score, "reason": answer.reason,
        }  # fmt: skip
        if answer.text in question.options:
            values["choice"] = question.options.index(answer.text) + 1
        yield ["" if values[column] is None else values[column] for column in columns]
