"""Hard negatives: passages that two retrievers and a reranker take for an answer, and that are none.

Candidates are pooled from BM25 and the base encoder, scored by a reranker and filtered against the positive's score
(positive-aware mining, NV-Retriever, https://arxiv.org/abs/2407.15831); the hardest that remain are kept.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from onggi.core.errors import LeakError
from onggi.core.params import Params
from onggi.core.schema import Candidate, Chunk, Question
from onggi.index.passages import passage
from onggi.korean.normalize import jaccard, shingles, squash
from onggi.models.reranker import Reranker
from onggi.truth.duplicates import near_duplicates
from onggi.truth.relevance import ChunkIndex

Rule = Literal["kept", "not_hardest", "above_ratio", "near_duplicate", "same_document", "held_out"]
RULES: tuple[Rule, ...] = ("kept", "not_hardest", "above_ratio", "near_duplicate", "same_document", "held_out")
"""Why a candidate is a negative or is none.

They are tried from the hardest candidate down, in this order: ``held_out`` (training may not see the chunk) and
``same_document`` (all of its document is evidence), which no teacher scores; ``above_ratio`` (it scores so near the
positive that it may answer too), ``not_hardest`` (enough are kept already), ``near_duplicate`` (of a positive). The
first that applies is recorded; so a ``not_hardest`` candidate was never compared with the positives.
"""


class QuestionsParams(Params):
    """What the encoder is trained on."""

    key: ClassVar[str] = "questions"

    source: Literal["gold", "synthetic", "both"] = Field(description="gold (of train documents), synthetic or both")


class MineParams(Params):
    """How hard negatives are found."""

    key: ClassVar[str] = "mine"

    bm25_top: int = Field(ge=0, le=1000, description="candidates from BM25")
    dense_top: int = Field(ge=0, le=1000, description="candidates from the base encoder")
    max_ratio: float = Field(gt=0, le=1, description="drop what scores above this share of the positive's score")
    near_duplicate: float = Field(gt=0, le=1, description="drop what shares this much of its 5-grams with a positive")
    negatives: int = Field(ge=1, le=100, description="negatives a question, the hardest first")


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates of every question from the two retrievers: chunk rows, (questions, k), best first, -1 for none."""

    bm25: NDArray[np.int64]
    dense: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The chunks in the order of their table: ids, documents, passages, and whether training may see each of them."""

    chunk_ids: Sequence[str]
    doc_ids: Sequence[str]
    passages: Sequence[str]
    trainable: Sequence[bool]

    @classmethod
    def of(cls, chunks: Sequence[Chunk], trainable: Container[str]) -> Self:
        """Return the chunks as a corpus in which training may see the documents ``trainable``."""
        return cls(
            [chunk.chunk_id for chunk in chunks],
            [chunk.doc_id for chunk in chunks],
            [passage(chunk) for chunk in chunks],
            [chunk.doc_id in trainable for chunk in chunks],
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its positives and negatives as chunk rows, their teacher scores, and the audit."""

    question: Question
    positives: list[tuple[int, float]]
    negatives: list[tuple[int, float]]
    audit: list[Candidate]


def training_questions(questions: Iterable[Question], held_out: Sequence[Question], similar: float) -> list[Question]:
    """Return the questions of the train split that are no near-duplicate of a held-out one, ordered by id.

    Parameters
    ----------
    questions
        Gold and synthetic questions.
    held_out
        Gold questions of dev and test.
    similar
        Jaccard of character 5-grams from which two questions count as the same.
    """
    train = [question for question in questions if question.split == "train" and question.evidence]
    texts = {f"held:{question.query_id}": question.text for question in held_out}
    texts |= {f"train:{question.query_id}": question.text for question in train}
    # "held:" sorts before "train:", so a pair of both kinds has the held-out question first.
    leaks = {b for a, b in near_duplicates(texts, similar) if a.startswith("held:") and b.startswith("train:")}
    kept = [question for question in train if f"train:{question.query_id}" not in leaks]
    return sorted(kept, key=lambda question: question.query_id)


def mine(
    questions: Sequence[Question],
    positives: Mapping[str, Sequence[int]],
    pool: Pool,
    corpus: Corpus,
    reranker: Reranker,
    params: MineParams,
) -> Iterator[Example]:
    """Yield one example a question, in the order of the questions.

    Parameters
    ----------
    questions
        Questions to train on.
    positives
        For each query id the chunk rows that answer it.
    pool
        Candidates, one row a question.
    corpus
        The chunks.
    reranker
        The teacher.
    params
        Filters and counts.
    """
    drafts = [
        _draft(question, positives[question.query_id], (pool.bm25[place], pool.dense[place]), corpus)
        for place, question in enumerate(questions)
    ]
    scores = reranker.score(
        (draft.question.text, corpus.passages[row]) for draft in drafts for row in (*draft.positives, *draft.scored)
    )
    grams = lru_cache(maxsize=1 << 16)(lambda row: shingles(corpus.passages[row]))
    for draft in drafts:
        found = {row: next(scores) for row in (*draft.positives, *draft.scored)}
        yield _example(draft, found, corpus, params, grams)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question before its candidates are scored: chunk rows, the candidates' ranks, and what rules drop unscored."""

    question: Question
    positives: list[int]
    scored: list[int]
    bm25_ranks: dict[int, int]
    dense_ranks: dict[int, int]
    rules: dict[int, Rule]


def _draft(
    question: Question, right: Sequence[int], found: tuple[NDArray[np.int64], NDArray[np.int64]], corpus: Corpus
) -> _Draft:
    bm25_ranks, dense_ranks = map(_ranks, found)
    candidates = sorted((bm25_ranks.keys() | dense_ranks.keys()) - set(right))
    rules = {row: rule for row in candidates if (rule := _unscored(row, question, corpus))}
    scored = [row for row in candidates if row not in rules]
    return _Draft(question, list(right), scored, bm25_ranks, dense_ranks, rules)


def _example(
    draft: _Draft, scores: Mapping[int, float], corpus: Corpus, params: MineParams, grams: Callable[[int], set[str]]
) -> Example:
    right, rules = draft.positives, dict(draft.rules)
    bar = max(min(scores[row] for row in right), 1e-9)
    kept: list[tuple[int, float]] = []
    for row in sorted(draft.scored, key=lambda row: (-scores[row], corpus.chunk_ids[row])):
        if scores[row] / bar > params.max_ratio:
            rules[row] = "above_ratio"
        elif len(kept) == params.negatives:
            rules[row] = "not_hardest"
        elif any(jaccard(grams(row), grams(positive)) >= params.near_duplicate for positive in right):
            rules[row] = "near_duplicate"
        else:
            rules[row] = "kept"
            kept.append((row, scores[row]))
    audit = [
        Candidate(
            draft.question.query_id,
            corpus.chunk_ids[row],
            draft.bm25_ranks.get(row),
            draft.dense_ranks.get(row),
            scores.get(row),
            scores[row] / bar if row in scores else None,
            rule,
        )
        for row, rule in rules.items()
    ]
    audit.sort(key=lambda candidate: candidate.chunk_id)
    return Example(draft.question, [(row, scores[row]) for row in right], kept, audit)


def _unscored(row: int, question: Question, corpus: Corpus) -> Rule | None:
    """Return the rule that drops a candidate whatever it scores, None where its score decides."""
    if not corpus.trainable[row]:
        return "held_out"
    if any(evidence.start is None and evidence.doc_id == corpus.doc_ids[row] for evidence in question.evidence):
        return "same_document"
    return None


def _ranks(rows: NDArray[np.int64]) -> dict[int, int]:
    return {int(row): rank for rank, row in enumerate(rows, 1) if row >= 0}


def check_leaks(examples: Iterable[Example], corpus: Corpus, held_out: Iterable[Question]) -> None:
    """Refuse examples that show training anything held out.

    Raises
    ------
    LeakError
        A positive or a negative is a chunk that training may not see, or a question is a held-out one.
    """
    forbidden = {squash(question.text) for question in held_out}
    for example in examples:
        where = f"mine: {example.question.query_id}"
        for row, _ in (*example.positives, *example.negatives):
            if not corpus.trainable[row]:
                raise LeakError(where, f"{corpus.chunk_ids[row]} is held out of training", "report this as a bug")
        if squash(example.question.text) in forbidden:
            raise LeakError(where, "is a question of the dev or test split", "remove it from the training questions")


def as_flag_embedding(example: Example, corpus: Corpus) -> dict[str, object]:
    """Return an example as a line of FlagEmbedding's training file."""
    return {
        "query": example.question.text,
        "pos": [corpus.passages[row] for row, _ in example.positives],
        "neg": [corpus.passages[row] for row, _ in example.negatives],
        "pos_scores": [round(score, 6) for _, score in example.positives],
        "neg_scores": [round(score, 6) for _, score in example.negatives],
    }


def positives(
    questions: Iterable[Question], index: ChunkIndex, corpus: Corpus, reranker: Reranker
) -> dict[str, list[int]]:
    """Return the chunk rows that answer each question and that training may see; questions without one are left out.

    Where the evidence is a whole document, its best chunk by the reranker is the positive.
    """
    row_of = {chunk_id: row for row, chunk_id in enumerate(corpus.chunk_ids)}
    asked = list(questions)
    wholes = [
        (question, [row_of[chunk_id] for _, _, chunk_id in index.spans.get(evidence.doc_id, [])])
        for question in asked
        for evidence in question.evidence
        if evidence.start is None
    ]
    found: dict[str, set[int]] = {question.query_id: set() for question in asked}
    for question in asked:
        for evidence in question.evidence:
            if evidence.start is not None and evidence.end is not None:
                answering = index.answering(evidence.doc_id, evidence.start, evidence.end)
                found[question.query_id] |= {row_of[chunk] for chunk in answering}
    several = [(question, rows) for question, rows in wholes if len(rows) > 1]
    scores = reranker.score((question.text, corpus.passages[row]) for question, rows in several for row in rows)
    for question, rows in wholes:
        best = int(np.argmax([next(scores) for _ in rows])) if len(rows) > 1 else 0
        found[question.query_id].update(rows[best : best + 1])
    kept = {query_id: sorted(row for row in rows if corpus.trainable[row]) for query_id, rows in found.items()}
    return {query_id: rows for query_id, rows in kept.items() if rows}
