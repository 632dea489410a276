"""Mining: the hardest candidates that are no answer.

What indexes find for a question is scored by a reranker, filtered against the positive's score (positive-aware mining,
NV-Retriever, https://arxiv.org/abs/2407.15831) and by rules; the hardest that remain are kept.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import Literal

from onggi.core.schema import Candidate, Question
from onggi.korean.normalize import jaccard, shingles
from onggi.models.reranker import Pair, Reranker
from onggi.negatives.answered import AnswerSearch
from onggi.negatives.candidates import Candidates
from onggi.negatives.corpus import Corpus
from onggi.negatives.params import MineParams

Rule = Literal[
    "kept", "kept_unrelated", "not_hardest", "above_ratio", "unrelated", "per_document", "near_duplicate",
    "holds_answer", "same_document", "held_out", "written_positive",
]  # fmt: skip
RULES: tuple[Rule, ...] = (
    "kept", "kept_unrelated", "not_hardest", "above_ratio", "unrelated", "per_document", "near_duplicate",
    "holds_answer", "same_document", "held_out", "written_positive",
)  # fmt: skip
"""Why a candidate is a negative or is none.

No teacher scores ``held_out`` (training may not see the chunk) and ``same_document`` (all of its document is evidence).
The others are tried from the hardest candidate down, in this order: ``above_ratio`` (it scores so near the positive
that it may answer too), ``unrelated`` (it scores so low that it teaches nothing), ``not_hardest`` (enough are kept
already), ``per_document`` (enough of its document are), ``near_duplicate`` (of a positive), ``holds_answer`` (see
`onggi.negatives.answered`), and what is left is ``kept``. The first that applies is recorded; so a ``not_hardest``
candidate was never compared with the positives. Where all are unrelated the hardest is ``kept_unrelated``: the trainer
takes no question without a negative, and its positive is worth more than an easy negative costs. ``written_positive``
is a passage that a teacher wrote as an answer (see `onggi.negatives.written`).
"""

Scored = list[tuple[str, float]]
"""Chunk ids with their teacher scores."""

TEXTS_HELD = 1 << 11
"""Passages that are kept, as many questions have the same candidates, and their shingles: some 30 kB each."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its positives and its negatives, the hardest first, and the audit by chunk id.

    ``more_positives`` and ``more_negatives`` are texts that a teacher wrote, with their scores.
    """

    question: Question
    positives: Scored
    negatives: Scored
    audit: list[Candidate]
    more_positives: Scored = field(default_factory=list)
    more_negatives: Scored = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Unscored:
    """A question before its candidates are scored; ``rules`` drop candidates whatever they score."""

    question: Question
    positives: Sequence[str]
    candidates: Candidates
    rules: Mapping[str, Rule]

    @property
    def scored(self) -> list[str]:
        """The chunks that the teacher scores: the positives, then the candidates by id."""
        return [*self.positives, *sorted(self.candidates.keys() - self.rules.keys() - set(self.positives))]


def mine(
    questions: Iterable[Question],
    positives: Mapping[str, Sequence[str]],
    candidates: Iterable[Candidates],
    corpus: Corpus,
    reranker: Reranker,
    params: MineParams,
) -> Iterator[Example]:
    """Yield one example a question, in the order of the questions; of many questions few are in memory at a time.

    Parameters
    ----------
    questions
        Questions to train on.
    positives
        For each query id the chunks that answer it, at least one.
    candidates
        For each question what the indexes gave.
    corpus
        The chunks.
    reranker
        The teacher.
    params
        Filters and counts.
    """
    waiting: deque[_Unscored] = deque()
    passage = lru_cache(maxsize=TEXTS_HELD)(corpus.passage)
    grams = lru_cache(maxsize=TEXTS_HELD)(lambda chunk_id: shingles(passage(chunk_id)))

    def pairs() -> Iterator[Pair]:
        for question, of_question in zip(questions, candidates, strict=True):
            draft = _draft(question, positives[question.query_id], of_question, corpus)
            waiting.append(draft)
            yield from ((question.text, passage(chunk_id)) for chunk_id in draft.scored)

    scores = reranker.score(pairs())
    for first in scores:  # of the first positive of a draft, which waits since its pairs were asked for
        draft = waiting.popleft()
        own = chain([first], islice(scores, len(draft.scored) - 1))
        yield _example(draft, dict(zip(draft.scored, own, strict=True)), corpus, params, grams)


def _draft(question: Question, positives: Sequence[str], candidates: Candidates, corpus: Corpus) -> _Unscored:
    others = candidates.keys() - set(positives)
    rules = {chunk_id: rule for chunk_id in others if (rule := _unscored(chunk_id, question, corpus))}
    return _Unscored(question, positives, candidates, rules)


def _unscored(chunk_id: str, question: Question, corpus: Corpus) -> Rule | None:
    """Return the rule that drops a candidate whatever it scores, None where its score decides."""
    if not corpus.may_train(chunk_id):
        return "held_out"
    doc_id = corpus.doc_of(chunk_id)
    if any(evidence.start is None and evidence.doc_id == doc_id for evidence in question.evidence):
        return "same_document"
    return None


def _example(
    draft: _Unscored, scores: Mapping[str, float], corpus: Corpus, params: MineParams, grams: Callable[[str], set[str]]
) -> Example:
    positives = draft.positives
    search = AnswerSearch(draft.question, [corpus.heading(chunk_id) for chunk_id in positives])
    bar = max(min(scores[chunk_id] for chunk_id in positives), 1e-9)
    of_document: Counter[str] = Counter()
    negatives: Scored = []
    rules = dict(draft.rules)

    def rule(chunk_id: str) -> Rule:
        if scores[chunk_id] / bar > params.max_ratio:
            return "above_ratio"
        if scores[chunk_id] < params.min_score and negatives:
            return "unrelated"
        if len(negatives) == params.negatives:
            return "not_hardest"
        if of_document[corpus.doc_of(chunk_id)] == params.per_document:
            return "per_document"
        if any(jaccard(grams(chunk_id), grams(positive)) >= params.near_duplicate for positive in positives):
            return "near_duplicate"
        if search.holds(corpus.text(chunk_id), corpus.passage(chunk_id)):
            return "holds_answer"
        return "kept" if scores[chunk_id] >= params.min_score else "kept_unrelated"

    hardest = sorted(scores.keys() - set(positives), key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    for chunk_id in hardest:
        rules[chunk_id] = rule(chunk_id)
        if rules[chunk_id] in ("kept", "kept_unrelated"):
            negatives.append((chunk_id, scores[chunk_id]))
            of_document[corpus.doc_of(chunk_id)] += 1
    audit = [_audited(chunk_id, draft, scores.get(chunk_id), bar, rules[chunk_id]) for chunk_id in sorted(rules)]
    return Example(draft.question, [(chunk_id, scores[chunk_id]) for chunk_id in positives], negatives, audit)


def _audited(chunk_id: str, draft: _Unscored, score: float | None, bar: float, rule: Rule) -> Candidate:
    ratio = None if score is None else score / bar
    return Candidate(draft.question.query_id, chunk_id, list(draft.candidates[chunk_id]), score, ratio, rule)
