"""The `extractive` answer finder: a short span of a retrieved chunk, or no answer where nothing supports one."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from onggi.answers.cues import NO_TERMS, cue_of
from onggi.core.params import Params
from onggi.core.schema import Answer, Chunk, Question
from onggi.korean.kiwi import CONTENT_TAGS, morphemes_of
from onggi.korean.units import Unit, headings, is_header, tidy, units

Terms = frozenset[str]

LONGEST_ANSWER = 120
_ASKED = re.compile(r"\[?(?:질문|문의)\s?\d*\]|[QＱ문][.:)]")
_ANSWERED = re.compile(r"^(?:\[답변?\]|답변[.:]|[AＡ답][.:)])\s*")
CONTEXT_WEIGHT = 0.6
"""What a word of the question counts that stands in the heading or the table's header, not in the sentence."""
NO_SPAN_WEIGHT = 0.5
"""What support counts where a question asks for an amount, a date or a place and the sentence has none."""
RANK_WEIGHT = 0.02
"""What support loses per rank of its chunk."""


class AnswerParams(Params):
    """How answers are taken from what was retrieved."""

    key: ClassVar[str] = "answer"

    backend: Literal["extractive"] = Field(description="extractive: the best sentence's span, no model")
    system: str = Field(min_length=1, description="the system whose run is read")
    contexts: int = Field(ge=1, le=100, description="chunks that are read per question, best first")
    min_support: float = Field(
        ge=0, le=1, description="share of the question's weight that a sentence must cover, else no answer"
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, list item or table row as a candidate.

    ``own`` are its terms, ``context`` those of the headings and the table header above it; ``cells`` pair each
    cell of a row with the terms of its column's name.
    """

    text: str
    own: Terms
    context: Terms
    cells: tuple[tuple[Terms, str], ...] = ()


class Finder:
    """Answers questions from chunks; words weigh what they are worth in all of them.

    Parameters
    ----------
    texts : Iterable[str]
        The texts of all chunks, for the inverse document frequencies.
    params : AnswerParams
        How much is read and what counts as support.
    """

    def __init__(self, texts: Iterable[str], params: AnswerParams) -> None:
        self.params = params
        frequencies: Counter[str] = Counter()
        count = 0
        for terms in morphemes_of(texts):
            frequencies.update(set(terms))
            count += 1
        self._count, self._frequencies = count, frequencies
        self._passages: dict[str, list[Passage]] = {}

    def idf(self, term: str) -> float:
        """Return the weight of a term, as BM25 counts it: highest for one that no chunk has."""
        frequency = self._frequencies[term]
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def answers(self, questions: Sequence[Question], contexts: Mapping[str, Sequence[Chunk]]) -> Iterator[Answer]:
        """Yield one answer per question, in their order.

        Parameters
        ----------
        questions : Sequence[Question]
            What is asked.
        contexts : Mapping[str, Sequence[Chunk]]
            The chunks retrieved for each question's id, best first.
        """
        terms = morphemes_of([question.text for question in questions])
        for question, words in zip(questions, terms, strict=True):
            yield self._answer(question, frozenset(words) - NO_TERMS, contexts.get(question.query_id, ()))

    def _answer(self, question: Question, asked: Terms, chunks: Sequence[Chunk]) -> Answer:
        chunks = chunks[: self.params.contexts]
        cue = cue_of(question.text)
        best: tuple[float, Passage, Chunk] | None = None
        for rank, chunk in enumerate(chunks):
            for passage in self._read(chunk):
                fits = cue is not None and bool(cue.spans(passage.text))
                support = self._support(asked, passage, fits) * (1 - RANK_WEIGHT * rank)
                if cue and not fits:
                    support *= NO_SPAN_WEIGHT
                if best is None or support > best[0]:
                    best = support, passage, chunk
        read = [chunk.chunk_id for chunk in chunks]
        if best is None or best[0] < self.params.min_support or best[0] == 0:
            return Answer(question.query_id, None, None, round(best[0], 6) if best else 0.0, read)
        support, passage, chunk = best
        where = [m.start() for term in sorted(asked) for m in re.finditer(re.escape(term), passage.text.lower())]
        text = _cell(passage, asked) or passage.text
        if cue and (span := cue.nearest(text, where)):
            text = span
        return Answer(question.query_id, shorten(text), chunk.chunk_id, round(support, 6), read)

    def _support(self, asked: Terms, passage: Passage, fits: bool) -> float:
        """Return the share of the question's weight that a passage covers, 0 to 1."""
        total = sum(map(self.idf, sorted(asked)))
        if total == 0:
            return 0.0
        own = sum(map(self.idf, sorted(asked & passage.own)))
        around = sum(map(self.idf, sorted((asked & passage.context) - passage.own)))
        # A sentence that shares nothing itself is supported by its heading only where it has what is asked for.
        return (own + CONTEXT_WEIGHT * around) / total if own or fits else 0.0

    def _read(self, chunk: Chunk) -> list[Passage]:
        if chunk.chunk_id not in self._passages:
            self._passages[chunk.chunk_id] = list(passages(chunk))
        return self._passages[chunk.chunk_id]


def passages(chunk: Chunk) -> Iterator[Passage]:
    """Cut a chunk into the passages an answer can be taken from; a question in it is context of what follows it."""
    pieces = units(chunk.text, headings(chunk))
    names = sorted({name for unit in pieces for name in unit.heading})
    of_heading = dict(zip(names, map(frozenset, morphemes_of(names)), strict=True))
    nothing: Terms = frozenset()
    header, named, asked = -1, list[Terms](), nothing
    for unit in pieces:
        text = _ANSWERED.sub("", tidy(chunk.text[unit.start : unit.end]))
        above = asked.union(*(of_heading[name] for name in unit.heading))
        if unit.kind == "heading" or text.endswith("?") or _ASKED.match(text):
            asked = _terms(unit) if unit.kind != "heading" else nothing
        elif unit.kind == "row":
            values = [tidy(chunk.text[a:b]) for a, b in unit.cells]
            if unit.block != header:
                header, named = unit.block, []
                rows = [[tidy(chunk.text[a:b]) for a, b in row.cells] for row in pieces if row.block == unit.block]
                if is_header(rows):
                    named = [frozenset(_between(unit, *cell)) for cell in unit.cells]
                    continue
            columns = [*named[1:], *[nothing] * len(values)]
            cells = tuple(zip(columns, values[1:], strict=False))
            yield Passage(" | ".join(values), _terms(unit), above.union(*named), cells)
        else:
            label = frozenset(*morphemes_of([unit.label])) if unit.label else nothing
            yield Passage(text, _terms(unit), above | label)


def shorten(text: str) -> str:
    """Return at most `LONGEST_ANSWER` characters of an answer, cut between words."""
    if len(text) <= LONGEST_ANSWER:
        return text
    return text[: max(text.rfind(" ", 0, LONGEST_ANSWER), LONGEST_ANSWER // 2)]


def _terms(unit: Unit) -> Terms:
    return frozenset(m.form.lower() for m in unit.morphemes if m.tag in CONTENT_TAGS)


def _between(unit: Unit, start: int, end: int) -> Iterator[str]:
    return (m.form.lower() for m in unit.morphemes if start <= m.start < end and m.tag in CONTENT_TAGS)


def _cell(passage: Passage, asked: Terms) -> str:
    """Return the cell whose column the question names, or the only one; nothing where that is not one cell."""
    if len(passage.cells) == 1:
        return passage.cells[0][1]
    shares = [len(column & asked) for column, _ in passage.cells]
    best = max(shares, default=0)
    return passage.cells[shares.index(best)][1] if best and shares.count(best) == 1 else ""
