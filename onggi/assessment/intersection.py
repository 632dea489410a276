"""The intersection of two ground truths: what both call relevant, which is the set to trust most."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from onggi.core.schema import Evidence, Question
from onggi.truth.truths import Truth

NAME = "intersection"


def intersection(first: Truth, second: Truth) -> Truth:
    """Return what both truths call relevant of the questions that both know.

    Two spans agree where they share at least half of the shorter, which is then the evidence: a marked sentence
    stays a sentence where a whole chunk was graded. A span agrees with the document that it stands in. The grade is
    the lower of the two, so that evidence is relevant from a grade on where it is to both. Pieces are those of the
    first. What either found wrong is wrong.
    """
    theirs = {question.query_id: question for question in second.questions}
    known = [
        _agreed(question, theirs[question.query_id], first.complete, second.complete)
        for question in first.questions
        if question.query_id in theirs
    ]
    made = {"of": [first.name, second.name]}
    return Truth(NAME, known, complete=first.complete and second.complete, made=made)


def _agreed(ours: Question, theirs: Question, ours_complete: bool, theirs_complete: bool) -> Question:
    found: dict[int, dict[Evidence, None]] = {}
    met: set[Evidence] = set()
    for place, span in enumerate(ours.evidence):
        piece = place if span.part is None else span.part
        grade = ours.evidence[piece].grade
        for other in theirs.evidence:
            if (shared := _shared(span, other)) is not None:
                lower = min(grade, other.grade if other.part is None else theirs.evidence[other.part].grade)
                found.setdefault(piece, {})[replace(shared, grade=lower, part=None)] = None
                met |= {span, other}
    heads = [next(iter(spans)) for spans in found.values()]
    more = [replace(span, part=n) for n, spans in enumerate(found.values()) for span in list(spans)[1:]]
    open_ours = _without(ours.evidence, met) if theirs_complete else []
    open_theirs = _without(theirs.evidence, met) if ours_complete else []
    return replace(
        ours, evidence=heads + more, rejected=_once([*ours.rejected, *theirs.rejected, *open_ours, *open_theirs])
    )


def _shared(one: Evidence, other: Evidence) -> Evidence | None:
    """Return the shorter of two stretches that agree; None where they do not."""
    if one.doc_id != other.doc_id:
        return None
    if one.start is None or one.end is None:
        return other
    if other.start is None or other.end is None:
        return one
    shorter = min(one, other, key=lambda span: (span.end or 0) - (span.start or 0))
    size = (shorter.end or 0) - (shorter.start or 0)
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shorter if 2 * shared >= size > 0 else None


def _without(spans: Iterable[Evidence], met: Iterable[Evidence]) -> list[Evidence]:
    left = set(met)
    return [replace(span, part=None) for span in spans if span not in left]


def _once(spans: Sequence[Evidence]) -> list[Evidence]:
    return list(dict.fromkeys(spans))
