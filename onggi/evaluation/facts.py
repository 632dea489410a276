"""What is known of each question that may decide how well it is answered: its words, its evidence, its document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onggi.core.schema import Document, Question
from onggi.evaluation.texts import quote
from onggi.korean.kiwi import morphemes_of

QUESTION_LENGTHS = (15, 30, 60)
DOCUMENT_LENGTHS = (1_000, 5_000, 20_000)
OVERLAPS = (0.0, 0.25, 0.5, 0.75)
SPANS = (1, 2)

Facts = dict[str, str]
"""By the name of a fact, such as ``format``, what it is of one question."""

NAMES = ("type", "format", "evidence", "document length", "question length", "overlap", "spans", "domain")


@dataclass(frozen=True, slots=True)
class Words:
    """The content morphemes of a question, and of all its evidence."""

    asked: frozenset[str]
    told: frozenset[str]

    @property
    def overlap(self) -> float:
        """The share of the question's that the evidence has; 0 where it has none."""
        return len(self.asked & self.told) / len(self.asked) if self.asked else 0.0


def words(questions: Sequence[Question], documents: Mapping[str, Document]) -> dict[str, Words]:
    """Return the words of each question that has evidence, by its id."""
    texts = {doc_id: document.text for doc_id, document in documents.items()}
    asked = [question for question in questions if question.evidence]
    told = ["\n".join(quote(evidence, texts) for evidence in question.pieces) for question in asked]
    terms = list(map(frozenset, morphemes_of([*(question.text for question in asked), *told])))
    return {question.query_id: Words(terms[place], terms[len(asked) + place]) for place, question in enumerate(asked)}


def facts(question: Question, documents: Mapping[str, Document], its_words: Words, domain: str | None) -> Facts:
    """Return what is known of a question that has evidence.

    Parameters
    ----------
    documents
        Those of its evidence, at least.
    domain
        The key of a document's meta that names its domain; None for the first folder of its path.
    """
    document = documents[question.pieces[0].doc_id]
    folder = document.doc_id.partition("/")[0] if "/" in document.doc_id else ""
    return {
        "type": question.type,
        "format": document.format,
        "evidence": _kind(question, documents),
        "document length": _band(len(document.text), DOCUMENT_LENGTHS),
        "question length": _band(len(question.text), QUESTION_LENGTHS),
        "overlap": _band(round(its_words.overlap, 6), OVERLAPS),
        "spans": _band(len(question.pieces), SPANS),
        "domain": folder if domain is None else document.meta.get(domain, ""),
    }


def _kind(question: Question, documents: Mapping[str, Document]) -> str:
    """Tell whether the evidence is text, rows of a table, a page or a document."""
    kinds = set()
    for e in question.pieces:
        if e.start is None or e.end is None:
            kinds.add("document")
        elif e.page is not None:
            kinds.add("page")
        else:
            rows = any(table.start <= e.start and e.end <= table.end for table in documents[e.doc_id].tables)
            kinds.add("table" if rows else "text")
    return " and ".join(sorted(kinds))


def _band(value: float, ends: Sequence[float]) -> str:
    """Return the band of a number.

    Examples
    --------
    >>> _band(20, (15, 30)), _band(31, (15, 30)), _band(0.0, (0.0, 0.5))
    ('≤ 30', '> 30', '≤ 0')
    """
    return next((f"≤ {end:,g}" for end in ends if value <= end), f"> {ends[-1]:,g}")
