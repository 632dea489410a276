"""Passages that a teacher wrote for the questions: positives and negatives beside those of the corpus.

They pass the rules of the audit (`onggi.negatives.mining`), and stand in it under ``written:PLACE``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from onggi.core.schema import Candidate, Question, Source, WrittenText
from onggi.korean.normalize import jaccard, shingles
from onggi.models.reranker import Reranker
from onggi.negatives.answered import AnswerSearch
from onggi.negatives.corpus import Corpus
from onggi.negatives.mining import Example, Rule
from onggi.negatives.params import MineParams

WRITER = "teacher"
"""What the audit names as the source of such a passage."""

Texts = Mapping[str, Sequence[tuple[WrittenText, float]]]
"""The passages written for each query id, with the reranker's scores."""


def scored(questions: Iterable[Question], written: Iterable[WrittenText], reranker: Reranker) -> Texts:
    """Return the passages written for some questions with their scores."""
    asked = {question.query_id: question.text for question in questions}
    rows = [row for row in written if row.query_id in asked]
    scores = reranker.score((asked[row.query_id], row.text) for row in rows)
    found: dict[str, list[tuple[WrittenText, float]]] = {}
    for row, score in zip(rows, scores, strict=True):
        found.setdefault(row.query_id, []).append((row, score))
    return found


def added(examples: Iterable[Example], texts: Texts, corpus: Corpus, params: MineParams) -> Iterator[Example]:
    """Yield the examples with what was written for them.

    A negative must pass the same rules as a mined one; a positive that the reranker finds unrelated is none.
    """
    for example in examples:
        if of := texts.get(example.question.query_id):
            yield _added(example, of, corpus, params)
        else:
            yield example


def _added(example: Example, of: Sequence[tuple[WrittenText, float]], corpus: Corpus, params: MineParams) -> Example:
    query_id = example.question.query_id
    bar = max(min(score for _, score in example.positives), 1e-9)
    grams = [shingles(corpus.passage(chunk_id)) for chunk_id, _ in example.positives]
    search = AnswerSearch(example.question, [corpus.heading(chunk_id) for chunk_id, _ in example.positives])

    def rule(row: WrittenText, score: float) -> Rule:
        if score < params.min_score:
            return "unrelated"
        if row.kind == "positive":
            return "written_positive"
        if score / bar > params.max_ratio:
            return "above_ratio"
        if any(jaccard(shingles(row.text), positive) >= params.near_duplicate for positive in grams):
            return "near_duplicate"
        return "holds_answer" if search.holds(row.text, row.text) else "kept"

    rules = [(row, score, rule(row, score)) for row, score in of]
    audit = [
        Candidate(query_id, f"written:{row.place}", [Source(WRITER, row.place + 1, score)], score, score / bar, name)
        for row, score, name in rules
    ]
    return replace(
        example,
        more_positives=[(row.text, score) for row, score, name in rules if name == "written_positive"],
        more_negatives=[(row.text, score) for row, score, name in rules if name == "kept"],
        audit=sorted([*example.audit, *audit], key=lambda row: row.chunk_id),
    )
