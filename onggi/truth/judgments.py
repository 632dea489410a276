"""What people said of spans that systems found: judgments beside the gold questions, as `onggi gold merge` keeps them.

A line is ``{"id", "source", "quote", "verdict"}``. Labels are never complete: a span that answers as well as the marked
evidence does is an alternative to it, so that a question is answered by either.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence
from onggi.korean.normalize import nfc
from onggi.truth.labels import Quote, json_lines, shortened

KEYS = ("id", "source", "quote", "verdict")
VERDICT = re.compile("[01]|p[1-9][0-9]?")
VERDICTS = "0 (does not answer), 1 (answers the question alone) or p1, p2 … (says what that piece of its evidence says)"


@dataclass(frozen=True, slots=True)
class Judgment:
    """A verdict on a span (see `VERDICTS`); ``where`` is the file and line it came from."""

    where: str
    query_id: str
    doc_id: str
    quote: str
    verdict: str

    def parts(self, pieces: int) -> range:
        """Return the places, from 0, of the pieces of evidence that the span says too; there are ``pieces`` of them.

        Raises
        ------
        GoldError
            It speaks of a piece that is not there, or of a question that the corpus does not answer.
        """
        if self.verdict == "0":
            return range(0)
        if not pieces:
            what = f"{self.query_id!r} is answered here, and has no evidence"
            raise GoldError(self.where, what, "give the question its answer and evidence in gold.path first")
        if self.verdict == "1":
            return range(pieces)
        number = int(self.verdict[1:])
        if number > pieces:
            what = f"the verdict is {self.verdict}, and the evidence of {self.query_id!r} has pieces up to p{pieces}"
            raise GoldError(self.where, what, f"write {VERDICTS}")
        return range(number - 1, number)

    def as_line(self) -> dict[str, str]:
        """Return it as a line of the file."""
        return dict(zip(KEYS, (self.query_id, self.doc_id, self.quote, self.verdict), strict=True))


def read_judgments(path: Path, query_ids: Container[str]) -> list[Judgment]:
    """Read judgments in their order.

    Parameters
    ----------
    path
        The file.
    query_ids
        The ids of all gold questions.

    Raises
    ------
    GoldError
        The file is missing, or a line is malformed or of another question; the message names file and line.
    """
    if not path.is_file():
        raise GoldError(path, "no such file", "set gold.judgments to a jsonl (data/gold/none.jsonl: none)")
    found = [_judgment(where, line) for where, line in json_lines(path)]
    for judgment in found:
        if judgment.query_id not in query_ids:
            fix = "correct its id, or set gold.judgments to the file of these questions (data/gold/none.jsonl: none)"
            raise GoldError(judgment.where, f"unknown question {judgment.query_id!r}", fix)
    return found


def _judgment(where: str, line: dict[str, Any]) -> Judgment:
    if line.keys() != set(KEYS):
        raise GoldError(where, f"has the keys {', '.join(line) or 'none'}", f"give it {', '.join(KEYS)}")
    for key in KEYS:
        if not isinstance(line[key], str) or not line[key].strip():
            raise GoldError(where, f"{key}: got {line[key]!r}", "must be a string that is not blank")
    if not VERDICT.fullmatch(line["verdict"]):
        raise GoldError(where, f"verdict: got {shortened(line['verdict'])!r}", f"write {VERDICTS}")
    return Judgment(where, line["id"], nfc(line["source"]), nfc(line["quote"]), line["verdict"])


def quotes(judgments: Iterable[Judgment]) -> list[Quote]:
    """Return what was judged as quotes, which `onggi.truth.gold.anchored` looks up in the documents."""
    return [Quote(judgment.where, judgment.doc_id, judgment.quote) for judgment in judgments]


def judged(
    evidence: Mapping[str, list[Evidence]], judgments: Sequence[Judgment], spans: Sequence[Evidence]
) -> tuple[dict[str, list[Evidence]], dict[str, list[Evidence]]]:
    """Return the evidence with what was judged to say the same, and what was judged not to answer, by query id.

    Parameters
    ----------
    evidence
        The labelled evidence of all questions by query id.
    judgments, spans
        What was judged, and where each of it stands.

    Raises
    ------
    GoldError
        A judgment is of a piece of evidence that is not there, or two contradict each other.
    """
    answering = {query_id: list(pieces) for query_id, pieces in evidence.items()}
    rejected: dict[str, list[Evidence]] = {}
    for (query_id, span, verdict), judgment in _agreeing(judgments, spans).items():
        answering[query_id] += [replace(span, part=part) for part in judgment.parts(len(evidence[query_id]))]
        if verdict == "0":
            rejected.setdefault(query_id, []).append(span)
    return answering, rejected


def _agreeing(judgments: Iterable[Judgment], spans: Iterable[Evidence]) -> dict[tuple[str, Evidence, str], Judgment]:
    """Return each judgment once: by question, span and verdict, if none calls wrong what holds another's answer."""
    said = {
        (judgment.query_id, span, judgment.verdict): judgment for judgment, span in zip(judgments, spans, strict=True)
    }
    wrong: dict[str, list[tuple[Evidence, Judgment]]] = {}
    for (query_id, span, verdict), judgment in said.items():
        if verdict == "0":
            wrong.setdefault(query_id, []).append((span, judgment))
    for (query_id, span, verdict), judgment in said.items():
        for whole, other in wrong.get(query_id, ()) if verdict != "0" else ():
            if _holds(whole, span):
                what = f"judges {verdict} what lies in a span that {other.where} judges 0"
                raise GoldError(judgment.where, what, "correct one of the two")
    return said


def _holds(whole: Evidence, span: Evidence) -> bool:
    return (
        whole.doc_id == span.doc_id and (whole.start or 0) <= (span.start or 0) and (span.end or 0) <= (whole.end or 0)
    )
