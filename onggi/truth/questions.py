"""Gold questions as the other stages read them: with evidence and a split, and counted."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from onggi.core.schema import Evidence, Question, Split, SplitRow
from onggi.truth.labels import SPLITS, GoldQuestion


def prescribed(labelled: Iterable[GoldQuestion]) -> dict[str, Split]:
    """Return the splits of documents that follow from those their questions came with.

    A document with questions in several splits is in the last of them: what a test question needs is not trained on.
    """
    named = {(question.split, quote.doc_id) for question in labelled for quote in question.quotes}
    return {doc_id: split for split in SPLITS for own, doc_id in named if own == split}


def as_questions(
    labelled: Iterable[GoldQuestion],
    evidence: Mapping[str, list[Evidence]],
    documents: Iterable[SplitRow],
    rejected: Mapping[str, list[Evidence]] = MappingProxyType({}),
) -> list[Question]:
    """Return the questions in their order, each in the split it came with or else in that of its documents.

    ``evidence`` and ``rejected`` are by query id. Where there is no evidence, no document tells what must not be seen:
    the question is in test.
    """
    split_of = {row.doc_id: row.split for row in documents}
    return [
        Question(
            query_id=question.query_id,
            text=question.text,
            type=question.type,
            answers=question.answers,
            evidence=evidence[question.query_id],
            origin="gold",
            split=question.split or (split_of[question.quotes[0].doc_id] if question.quotes else "test"),
            rejected=rejected.get(question.query_id, []),
            options=question.options,
        )
        for question in labelled
    ]


def summary(asked: Sequence[Question], documents: Sequence[SplitRow]) -> dict[str, Any]:
    """Count questions and documents by split, and the groups that documents were split by."""
    questions_in, documents_in = Counter(row.split for row in asked), Counter(row.split for row in documents)
    return {
        "questions": {split: questions_in[split] for split in SPLITS},
        "unanswerable": sum(not row.evidence for row in asked),
        "two_or_more_evidence_spans": sum(len(row.pieces) > 1 for row in asked),
        "judged": _judged(asked, {row.doc_id for row in documents if row.split == "train"}),
        "documents": {split: documents_in[split] for split in SPLITS},
        "groups": len({row.group for row in documents}),
    }


def _judged(asked: Iterable[Question], trained_on: Container[str]) -> dict[str, int]:
    """Count what was judged, and the answering spans of dev and test questions that training may read."""
    second = [(row, {replace(e, part=None) for e in row.evidence if e.part is not None}) for row in asked]
    return {
        "answering": sum(len(spans) for _, spans in second),
        "not_answering": sum(len(row.rejected) for row, _ in second),
        "answering_in_train": sum(
            e.doc_id in trained_on for row, spans in second if row.split != "train" for e in spans
        ),
    }
