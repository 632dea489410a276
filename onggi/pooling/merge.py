"""Verdicts of a filled-in sheet, checked against questions and documents; and how much the labels lacked."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence, Question
from onggi.pooling.sheet import Row
from onggi.truth.gold import anchored, locate
from onggi.truth.judgments import Judgment, judged, quotes

AGAIN = "run `dvc repro` and `onggi gold pool` again"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of what was counted, with the interval that holds the share with 95 % (Wilson 1927)."""

    right: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """The interval.

        Examples
        --------
        >>> tuple(round(end, 3) for end in Rate(10, 40).interval)
        (0.142, 0.402)
        """
        if not self.of:
            return 0.0, 1.0
        z = 1.959964
        share, within = self.right / self.of, z * z / self.of
        middle = (share + within / 2) / (1 + within)
        half = math.sqrt(share * (1 - share) * within + within * within / 4) / (1 + within)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        """Return it as text."""
        low, high = self.interval
        return f"{self.right} of {self.of} ({self.right / max(self.of, 1):.1%}; 95 % interval {low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a sheet adds, and what the labels lacked until then.

    Parameters
    ----------
    new
        The judgments that were not there before, in the order of the sheet.
    repeated, still_open
        How many rows said what was there before, and how many nothing.
    spans, questions
        Of all spans that are known now to answer a question of the sheet, those that nobody had marked; and of these
        questions, those that have one.
    """

    new: Sequence[Judgment]
    repeated: int
    still_open: int
    spans: Rate
    questions: Rate


def merged(
    rows: Sequence[Row], questions: Mapping[str, Question], texts: Mapping[str, str], known: Sequence[Judgment]
) -> Merged:
    """Check the rows of a sheet, and add them to what was judged before.

    What a sheet says again does not count as known before, so that merging it twice reports the same.

    Parameters
    ----------
    questions
        By id, all that were asked.
    texts
        By id, the documents that rows and judgments name, as far as they exist.
    known
        The judgments until now.

    Raises
    ------
    GoldError
        A row does not fit the questions or the documents, or contradicts another or a judgment.
    """
    given = [judgment(row, questions, texts) for row in rows if row.verdict]
    every = [*known, *given]
    spans = [span for (span, *_) in anchored(quotes(every), texts.items())]
    pieces = {query_id: question.pieces for query_id, question in questions.items()}
    judged(pieces, every, spans)
    said = [(each.query_id, span, each.verdict) for each, span in zip(every, spans, strict=True)]
    before, told = dict.fromkeys(said[: len(known)]), dict.fromkeys(said[len(known) :])
    new = {key: each for key, each in reversed([*zip(said, every, strict=True)]) if key in told and key not in before}
    had = {
        each.query_id: _apart(pieces[each.query_id] + _answering(before.keys() - told, each.query_id)) for each in given
    }
    lacked = {query_id: _apart(_answering(told, query_id), marked) for query_id, marked in had.items()}
    count = sum(map(len, lacked.values()))
    return Merged(
        [new[key] for key in told if key in new],
        len(given) - len(new),
        len(rows) - len(given),
        Rate(count, count + sum(map(len, had.values()))),
        Rate(sum(map(bool, lacked.values())), len(lacked)),
    )


def judgment(row: Row, questions: Mapping[str, Question], texts: Mapping[str, str]) -> Judgment:
    """Return what a row says, anchored by a quote that stands once in its document.

    Parameters
    ----------
    questions
        By id, all that were asked.
    texts
        By id, the documents that rows name, as far as they exist.

    Raises
    ------
    GoldError
        The question or the document is unknown, or the text of the row does not stand where the row says.
    """
    if row.query_id not in questions:
        raise GoldError(row.where, f"unknown question {row.query_id!r}", f"correct its id, or {AGAIN}")
    if row.doc_id not in texts:
        raise GoldError(row.where, f"unknown document {row.doc_id!r}", f"correct its id, or {AGAIN}")
    text = texts[row.doc_id]
    stands = 0 <= row.start < row.end <= len(text) and text[row.start : row.end].split() == row.text.split()
    if not stands:
        what = f"the text does not stand at {row.start} to {row.end} of {row.doc_id}"
        raise GoldError(row.where, what, f"leave start, end and text as they were; if the document changed, {AGAIN}")
    if not row.text.strip():
        raise GoldError(row.where, "the span is blank", "remove the row")
    start, end = _once(text, row.start, row.end)
    found = Judgment(row.where, row.query_id, row.doc_id, text[start:end].strip(), row.verdict)
    found.parts(len(questions[row.query_id].pieces))
    return found


def _once(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span until its text stands once in the document."""
    while (start > 0 or end < len(text)) and len(locate(text[start:end].strip(), text)) > 1:
        start, end = max(0, start - 1), min(len(text), end + 1)
    return start, end


def _answering(said: Iterable[tuple[str, Evidence, str]], query_id: str) -> list[Evidence]:
    return [span for about, span, verdict in said if about == query_id and verdict != "0"]


def _apart(spans: Iterable[Evidence], known: Sequence[Evidence] = ()) -> list[Evidence]:
    """Return the spans that overlap neither with known ones nor with one before: what chunks repeat counts once."""
    kept: list[Evidence] = []
    for span in sorted(spans, key=lambda span: (span.doc_id, span.start or 0, span.end or 0)):
        if not any(_overlap(span, other) for other in (*known, *kept)):
            kept.append(span)
    return kept


def _overlap(a: Evidence, b: Evidence) -> bool:
    if a.doc_id != b.doc_id:
        return False
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return True
    return a.start < b.end and b.start < a.end
