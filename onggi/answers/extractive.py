"""The `extractive` reader: the best quotes of the retrieved chunks, or no answer where nothing supports one."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from onggi.answers.cues import NO_TERMS, cue_of
from onggi.answers.reader import AnswerParams, Task
from onggi.answers.statements import Statement, Terms, quotes
from onggi.core import tables
from onggi.core.schema import Answer, Chunk
from onggi.korean.kiwi import morphemes_of
from onggi.models.embedder import Embedder, Vectors

ABOVE_WEIGHT = 0.6
"""What a word of the question counts that stands in the heading or the table's head, not in the quote itself."""
KIND_WEIGHT = 0.5
"""What it counts that a quote has the amount, date or place that the question asks for."""
COSINE_WEIGHT = 2.5
"""What the cosine of a quote with the question counts."""
RANK_WEIGHT = 0.05
"""What each rank of a quote's chunk takes from it."""
TASKS_TOGETHER = 256
SEPARATOR = " … "


@dataclass(frozen=True, slots=True)
class Scored:
    """A quote of a chunk for a question.

    ``score`` chooses among quotes; ``support``, from 0 to 1, is how far the quote is about what is asked: the mean of
    its cosine with the question and of the share of the question's weight that its chunk covers.
    """

    chunk: Chunk
    quote: Statement
    score: float
    support: float


class ExtractiveReader:
    """Answers questions with quotes; words weigh what they are worth in all chunks.

    Parameters
    ----------
    texts : Iterable[str]
        The texts of all chunks, for the inverse document frequencies.
    params : AnswerParams
        How much is read and quoted, and what counts as support.
    embedder : Embedder
        Compares quotes, below their headings, with questions.
    """

    def __init__(self, texts: Iterable[str], params: AnswerParams, embedder: Embedder) -> None:
        self.params, self.embedder = params, embedder
        frequencies: Counter[str] = Counter()
        count = 0
        for terms in morphemes_of(texts):
            frequencies.update(set(terms))
            count += 1
        self._count, self._frequencies = count, frequencies

    def idf(self, term: str) -> float:
        """Return the weight of a term, as BM25 counts it: highest for one that no chunk has."""
        frequency = self._frequencies[term]
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def weight(self, terms: Terms) -> float:
        """Return the weight of terms together."""
        return math.fsum(map(self.idf, terms))

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield one answer a task, in their order, from the first chunks of each."""
        for block in tables.batches(tasks, TASKS_TOGETHER):
            texts = [task.question.text for task in block]
            read = self._read(block)
            for task, terms, asked in zip(block, morphemes_of(texts), self.embedder.queries(texts), strict=True):
                yield self._answer(task, self._scored(task, frozenset(terms) - NO_TERMS, asked, read))

    def _read(self, tasks: Sequence[Task]) -> Mapping[str, list[tuple[Statement, Vectors]]]:
        """Return the quotes of all chunks that tasks are answered from, each with its vector, by the chunks' ids."""
        chunks = {chunk.chunk_id: chunk for task in tasks for chunk in task.contexts[: self.params.contexts]}
        found = {chunk_id: quotes(chunk, self.params.quote_chars) for chunk_id, chunk in chunks.items()}
        vectors = iter(
            self.embedder.passages(
                [f"{chunks[key].heading}\n{quote.text}" for key, of in found.items() for quote in of]
            )
        )
        return {chunk_id: [(quote, next(vectors)) for quote in of] for chunk_id, of in found.items()}

    def _scored(
        self, task: Task, terms: Terms, asked: Vectors, read: Mapping[str, list[tuple[Statement, Vectors]]]
    ) -> list[Scored]:
        """Return all quotes of a task's chunks, best first; of equal ones the first."""
        cue, total = cue_of(task.question.text), self.weight(terms)
        scored = []

        def share(held: Terms) -> float:
            return self.weight(terms & held) / total if total else 0.0

        for rank, chunk in enumerate(task.contexts[: self.params.contexts]):
            quoted = read[chunk.chunk_id]
            covered = share(frozenset[str]().union(*(quote.own | quote.above for quote, _ in quoted)))
            for quote, vector in quoted:
                cosine = float(np.multiply(asked, vector, dtype=np.float64).sum())
                words = share(quote.own) + ABOVE_WEIGHT * share(quote.above - quote.own)
                fits = 0.5 if cue is None else float(cue.search(quote.text) is not None)
                score = words + COSINE_WEIGHT * cosine + KIND_WEIGHT * fits - RANK_WEIGHT * rank
                scored.append(Scored(chunk, quote, score, max(0.0, covered + cosine) / 2))
        return sorted(scored, key=lambda each: -each.score)

    def _answer(self, task: Task, scored: Sequence[Scored]) -> Answer:
        query_id, read = task.question.query_id, [chunk.chunk_id for chunk in task.contexts[: self.params.contexts]]
        support = round(scored[0].support, 6) if scored else 0.0
        if support < self.params.min_support or not support:
            return Answer(query_id, None, None, support, read, reason="unsupported")
        if task.question.options:
            text, chosen = self._option(task, scored)
        else:
            chosen = self._apart(scored)
            text = SEPARATOR.join(each.quote.text for each in chosen)
        cited = list(dict.fromkeys(each.chunk.chunk_id for each in chosen))
        return Answer(query_id, text, cited[0], support, read, chosen[0].chunk.place, cited)

    def _apart(self, scored: Sequence[Scored]) -> list[Scored]:
        """Return the best quotes that share no statement."""
        chosen: list[Scored] = []
        for each in scored:
            if len(chosen) < self.params.quotes and not any(_overlap(each, other) for other in chosen):
                chosen.append(each)
        return chosen

    def _option(self, task: Task, scored: Sequence[Scored]) -> tuple[str, list[Scored]]:
        """Return the option that a quote speaks for most, and the quote: its score and what of the option it says."""
        options = task.question.options
        weighed = [(frozenset(terms), each) for terms in morphemes_of(options) for each in scored]

        def spoken(terms: Terms, each: Scored) -> float:
            return each.score + self.weight(terms & each.quote.own) / (self.weight(terms) or 1.0)

        best = max(range(len(weighed)), key=lambda place: spoken(*weighed[place]))
        return options[best // len(scored)], [weighed[best][1]]


def _overlap(a: Scored, b: Scored) -> bool:
    return a.chunk is b.chunk and a.quote.first <= b.quote.last and b.quote.first <= a.quote.last
