"""The `extractive` reader: a short span of a retrieved chunk, or no answer where nothing supports one."""

import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onggi.answers.cues import NO_TERMS, cue_of
from onggi.answers.reader import AnswerParams, Task
from onggi.core.schema import Answer, Chunk
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


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, list item or table row that an answer can be taken from.

    ``own`` are its terms, ``context`` those of the headings and the table header above it; ``cells`` pair each
    cell of a row with the terms of its column's name.
    """

    text: str
    own: Terms
    context: Terms
    cells: tuple[tuple[Terms, str], ...] = ()


class ExtractiveReader:
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
        self._statements: dict[str, list[Statement]] = {}

    def idf(self, term: str) -> float:
        """Return the weight of a term, as BM25 counts it: highest for one that no chunk has."""
        frequency = self._frequencies[term]
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield one answer a task, in their order, from the first chunks of each."""
        waiting: deque[Task] = deque()

        def texts() -> Iterator[str]:
            for task in tasks:
                waiting.append(task)
                yield task.question.text

        for terms in morphemes_of(texts()):
            yield self._answer(waiting.popleft(), frozenset(terms) - NO_TERMS)

    def _answer(self, task: Task, asked: Terms) -> Answer:
        chunks = task.contexts[: self.params.contexts]
        cue = cue_of(task.question.text)
        best: tuple[float, Statement, Chunk] | None = None
        for rank, chunk in enumerate(chunks):
            for statement in self._read(chunk):
                fits = cue is not None and bool(cue.spans(statement.text))
                support = self._support(asked, statement, fits) * (1 - RANK_WEIGHT * rank)
                if cue and not fits:
                    support *= NO_SPAN_WEIGHT
                if best is None or support > best[0]:
                    best = support, statement, chunk
        query_id, read = task.question.query_id, [chunk.chunk_id for chunk in chunks]
        if best is None or best[0] < self.params.min_support or best[0] == 0:
            return Answer(query_id, None, None, round(best[0], 6) if best else 0.0, read)
        support, statement, chunk = best
        text = _cell(statement, asked) or statement.text
        if cue and (span := cue.nearest(text, asked)):
            text = span
        return Answer(query_id, cut(text), chunk.chunk_id, round(support, 6), read, chunk.place)

    def _support(self, asked: Terms, statement: Statement, fits: bool) -> float:
        """Return the share of the question's weight that a statement covers, 0 to 1."""
        total = sum(map(self.idf, sorted(asked)))
        if total == 0:
            return 0.0
        own = sum(map(self.idf, sorted(asked & statement.own)))
        around = sum(map(self.idf, sorted((asked & statement.context) - statement.own)))
        # A sentence that shares nothing itself is supported by its heading only where it has what is asked for.
        return (own + CONTEXT_WEIGHT * around) / total if own or fits else 0.0

    def _read(self, chunk: Chunk) -> list[Statement]:
        if chunk.chunk_id not in self._statements:
            self._statements[chunk.chunk_id] = list(statements(chunk))
        return self._statements[chunk.chunk_id]


def statements(chunk: Chunk) -> Iterator[Statement]:
    """Cut a chunk into the statements an answer can be taken from; a question in it is context of what follows it."""
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
            yield Statement(" | ".join(values), _terms(unit), above.union(*named), cells)
        else:
            label = frozenset(*morphemes_of([unit.label])) if unit.label else nothing
            yield Statement(text, _terms(unit), above | label)


def cut(text: str) -> str:
    """Return at most `LONGEST_ANSWER` characters of an answer, cut between words."""
    if len(text) <= LONGEST_ANSWER:
        return text
    return text[: max(text.rfind(" ", 0, LONGEST_ANSWER), LONGEST_ANSWER // 2)]


def _terms(unit: Unit) -> Terms:
    return frozenset(m.form.lower() for m in unit.morphemes if m.tag in CONTENT_TAGS)


def _between(unit: Unit, start: int, end: int) -> Iterator[str]:
    return (m.form.lower() for m in unit.morphemes if start <= m.start < end and m.tag in CONTENT_TAGS)


def _cell(statement: Statement, asked: Terms) -> str:
    """Return the cell whose column the question names, or the only one; nothing where that is not one cell."""
    if len(statement.cells) == 1:
        return statement.cells[0][1]
    shares = [len(column & asked) for column, _ in statement.cells]
    best = max(shares, default=0)
    return statement.cells[shares.index(best)][1] if best and shares.count(best) == 1 else ""
