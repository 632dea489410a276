"""Whether to believe the judge: its verdicts beside those that people gave to the same answers.

A line of the file is one answer: ``{"id", "question", "answer", "reference", "contexts": [{"source", "quote"}],
"faithful", "correct"}``, the last two ``yes``, ``partly`` or ``no``. Contexts are quotes of documents, so the labels
hold whatever the chunks are.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onggi.core.errors import GoldError
from onggi.core.schema import Answer, Evidence, Question
from onggi.evaluation.judge import Case
from onggi.evaluation.language.params import Measure
from onggi.korean.normalize import nfc
from onggi.truth.gold import anchor
from onggi.truth.labels import GoldQuestion, Quote, json_lines

Label = Literal["yes", "partly", "no"]
Text = Annotated[str, Field(pattern=r"\S")]

LABELLED: dict[Measure, Literal["faithful", "correct"]] = {"faithfulness": "faithful", "factual_correctness": "correct"}
"""Which label each measure is compared with."""

NO, YES = 1 / 3, 2 / 3
"""A score of at most a third is a no, of at least two thirds a yes."""


class _Quote(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: Text
    quote: Text


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Text
    question: Text
    answer: Text
    reference: Text
    contexts: list[_Quote] = Field(min_length=1)
    faithful: Label
    correct: Label


@dataclass(frozen=True)
class Labelled:
    """An answer with what people said of it; ``case`` lacks the texts of its contexts until they are found."""

    line: _Line
    question: GoldQuestion

    def label(self, measure: Measure) -> Label:
        """Return the label that a measure is compared with."""
        label: Label = getattr(self.line, LABELLED[measure])
        return label


def read_verdicts(path: Path) -> list[Labelled]:
    """Read labelled answers, in the order of their ids.

    Raises
    ------
    GoldError
        The file is missing, a line is malformed, or an id appears twice; the message names file and line.
    """
    if not path.exists():
        raise GoldError(path, "no such file", "set judge.verdicts to a jsonl file, or to data/gold/none.jsonl")
    found: dict[str, Labelled] = {}
    for where, content in json_lines(path):
        try:
            line = _Line.model_validate(content)
        except ValidationError as error:
            problem = error.errors()[0]
            key = ".".join(map(str, problem["loc"]))
            raise GoldError(where, f"{key}: got {problem['input']!r}", problem["msg"].lower()) from None
        if line.id in found:
            raise GoldError(where, f"the id {line.id!r} appears twice", "rename one")
        quotes = [Quote(where, nfc(quote.source), nfc(quote.quote)) for quote in line.contexts]
        found[line.id] = Labelled(line, GoldQuestion(where, line.id, nfc(line.question), "", [line.reference], quotes))
    return [found[name] for name in sorted(found)]


def cases_of(labelled: Sequence[Labelled], texts: Iterable[tuple[str, str]]) -> list[Case]:
    """Return labelled answers as a judge reads them.

    Parameters
    ----------
    texts
        The ids and texts of all documents.

    Raises
    ------
    GoldError
        A quote is not in its document, or stands there more than once.
    """
    kept: dict[str, str] = {}
    named = {quote.doc_id for each in labelled for quote in each.question.quotes}

    def seen() -> Iterable[tuple[str, str]]:
        for doc_id, text in texts:
            if doc_id in named:
                kept[doc_id] = text
            yield doc_id, text

    spans = anchor([each.question for each in labelled], seen())
    return [_case(each, spans[each.question.query_id], kept) for each in labelled]


def _case(labelled: Labelled, evidence: Sequence[Evidence], texts: dict[str, str]) -> Case:
    line, gold = labelled.line, labelled.question
    contexts = [texts[span.doc_id][span.start : span.end] for span in evidence]
    question = Question(gold.query_id, gold.text, "", gold.answers, list(evidence), "gold", "test")
    return Case(question, Answer(gold.query_id, line.answer, None, 0.0, []), contexts, [])


def label_of(score: float) -> Label:
    """Return the label that a score from 0 to 1 amounts to."""
    return "no" if score <= NO else "yes" if score >= YES else "partly"


def kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float | None:
    """Return Cohen's kappa of two raters: their agreement beyond chance, over what chance leaves.

    (p_o - p_e) / (1 - p_e), where p_o is the share of equal labels and p_e that of two raters who give theirs as often
    and by chance (Cohen 1960, Educational and Psychological Measurement 20). None where chance leaves nothing: nobody
    rated anything, or both gave one label only.

    Examples
    --------
    >>> kappa(["yes"] * 25 + ["no"] * 25, ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15)
    0.4
    """
    rated = len(one)
    equal = sum(a == b for a, b in zip(one, other, strict=True)) * rated
    ours, theirs = Counter(one), Counter(other)
    chance = sum(ours[label] * theirs[label] for label in ours)
    return (equal - chance) / (rated**2 - chance) if rated**2 > chance else None
