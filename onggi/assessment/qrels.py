"""Imported qrels: TREC's ``qid iter docid rel`` or BEIR's ``query-id<TAB>corpus-id<TAB>score``, of documents or chunks.

A chunk is named as onggi names it, ``DOCUMENT#START-END``, which is a span of the document: the qrels serve other
chunks, too. Grades are kept; what is graded 0 or below was judged, and is not relevant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence, Question
from onggi.korean.normalize import nfc
from onggi.truth.beir import HEADER, MOST
from onggi.truth.labels import shortened
from onggi.truth.truths import Truth

NAME = "qrels"
LAYOUTS = "write `qid iter docid rel` (TREC) or `query-id<TAB>corpus-id<TAB>score` (BEIR)"

_GRADE = re.compile(r"-?[0-9]+")
_SPAN = re.compile(r"(.+)#([0-9]{1,15})-([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Qrel:
    """A line: a question, a document or a chunk, and how relevant it is; ``where`` is its file and line."""

    where: str
    query_id: str
    item_id: str
    grade: int


def qrels(path: Path, questions: Sequence[Question], sizes: Mapping[str, int]) -> Truth:
    """Return qrels as a ground truth.

    Parameters
    ----------
    path
        The file.
    questions
        The gold questions, by their ids in order.
    sizes
        The characters of each document, by its id.

    Raises
    ------
    GoldError
        A line is malformed, names an unknown question, document or span, or contradicts another; it is named.
    """
    asked = {question.query_id for question in questions}
    found: dict[str, dict[str, Qrel]] = {}
    for qrel in read_qrels(path):
        if qrel.query_id not in asked:
            raise GoldError(
                qrel.where, f"unknown query {qrel.query_id!r}", "name a question of gold.path, or remove the line"
            )
        known = found.setdefault(qrel.query_id, {}).setdefault(qrel.item_id, qrel)
        if known.grade != qrel.grade:
            what = f"grades {qrel.query_id!r} and {qrel.item_id!r} {qrel.grade}, {known.where} {known.grade}"
            raise GoldError(qrel.where, what, "remove one of the two")
    if not found:
        raise GoldError(
            path, "holds no qrels", "name a file of them in truths.qrels.path, or remove qrels from truths.names"
        )
    known_of = [
        _judged(question, found[question.query_id], sizes) for question in questions if question.query_id in found
    ]
    made = {"lines": sum(map(len, found.values()))}
    return Truth(NAME, known_of, complete=False, made=made)


def read_qrels(path: Path) -> Iterator[Qrel]:
    """Yield the lines of a file of qrels; ids may hold spaces, those of questions may not.

    Raises
    ------
    GoldError
        The file is missing or not UTF-8, or a line is none of qrels.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise GoldError(path, "no such file", "put it there, or change truths.qrels.path") from None
    except UnicodeDecodeError as error:
        raise GoldError(path, f"not UTF-8 (byte {error.start})", "convert it to UTF-8") from None
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r")
        if not line.strip() or line.split("\t") == HEADER:
            continue
        where = f"{path}:{number}"
        fields = _fields(line)
        if fields is None or not _GRADE.fullmatch(fields[2]):
            raise GoldError(where, f"got {shortened(line)!r}", LAYOUTS)
        if len(fields[2]) > 9 or int(fields[2]) > MOST:
            raise GoldError(where, f"the grade is {shortened(fields[2])}", f"grade from 0 (not relevant) to {MOST}")
        yield Qrel(where, fields[0], nfc(fields[1]), int(fields[2]))


def _fields(line: str) -> tuple[str, str, str] | None:
    """Return question, document and grade of a line of either layout."""
    tabbed = line.split("\t")
    if len(tabbed) == 3:
        return tabbed[0].strip(), tabbed[1].strip(), tabbed[2].strip()
    words = line.split(None, 2)
    if len(words) < 3:
        return None
    item, _, grade = words[2].rstrip().rpartition("\t" if len(tabbed) == 4 else " ")
    return (words[0], item.strip(), grade) if item.strip() else None


def _judged(question: Question, found: Mapping[str, Qrel], sizes: Mapping[str, int]) -> Question:
    told = [(_span(qrel, sizes), qrel.grade) for qrel in found.values()]
    right = [replace(span, grade=grade) for span, grade in told if grade > 0]
    return replace(question, evidence=right, rejected=[span for span, grade in told if grade <= 0])


def _span(qrel: Qrel, sizes: Mapping[str, int]) -> Evidence:
    """Return what an id names: a document, or a stretch of one."""
    if qrel.item_id in sizes:
        return Evidence(qrel.item_id)
    match = _SPAN.fullmatch(qrel.item_id)
    if match is None or match[1] not in sizes:
        fix = "name a document of corpus.path, or a chunk as DOCUMENT#START-END"
        raise GoldError(qrel.where, f"unknown document {shortened(qrel.item_id, 80)!r}", fix)
    start, end, size = int(match[2]), int(match[3]), sizes[match[1]]
    if not start < end <= size:
        what = f"{shortened(qrel.item_id, 80)!r} is no stretch of a document of {size:,} characters"
        raise GoldError(qrel.where, what, "name a chunk of this corpus: DOCUMENT#START-END")
    return Evidence(match[1], start, end)
