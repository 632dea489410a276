"""Documents to chunks: whole sentences packed to a token budget, with exact offsets.

A token here is a Kiwi morpheme: it needs no model, so chunks do not depend on the encoder, and it is close to one
subword of a Korean vocabulary.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from onggi.core.params import Params
from onggi.core.places import place
from onggi.core.schema import Chunk, Document, Section, Table
from onggi.korean.kiwi import counted_sentences_of
from onggi.korean.rows import Sentences

_BAR = " | "
_LINE = re.compile(r"[^\n]+")
_MOST_COLUMNS = 300  # characters of the rows that head a table: more is a form, not names of columns


class ChunkParams(Params):
    """How documents are cut."""

    key: ClassVar[str] = "chunk"

    strategy: Literal["sentence", "fixed", "section"] = Field(description="sentence, fixed or section")
    max_tokens: int = Field(ge=8, le=8192, description="budget of a chunk in Kiwi morphemes")
    overlap_tokens: int = Field(ge=0, description="morphemes a chunk repeats of the one before it, at most")

    @model_validator(mode="after")
    def _overlap_leaves_room(self) -> Self:
        if self.overlap_tokens > self.max_tokens // 2:
            raise ValueError(f"overlap_tokens must be at most half of max_tokens ({self.max_tokens // 2})")
        return self


class Span(NamedTuple):
    """A stretch of text that is kept whole, with its count of tokens."""

    start: int
    end: int
    n_tokens: int


def chunk(document: Document, params: ChunkParams) -> list[Chunk]:
    """Cut a document into chunks in the order of their offsets, never across a section.

    ``sentence`` packs whole sentences to ``max_tokens`` and repeats trailing sentences of up to ``overlap_tokens``;
    ``fixed`` cuts every ``max_tokens`` morphemes wherever that falls; ``section`` makes one chunk of a section or,
    where that exceeds the budget, the fewest of whole sentences, nearly equal in size and with nothing repeated. A
    sentence over the budget is cut between morphemes. A row of a table counts as a sentence, and a chunk that begins
    below the head of a table tells its columns (see `Chunk`).
    """
    return list(chunks_of([document], params))


def chunks_of(documents: Iterable[Document], params: ChunkParams) -> Iterator[Chunk]:
    """Yield the chunks of documents one after the other (see `chunk`); many sections are analysed at once."""
    waiting: deque[tuple[Document, Section]] = deque()

    def texts() -> Iterator[str]:
        for document in documents:
            for section in document.sections:
                waiting.append((document, section))
                yield document.text[section.start : section.end]

    for sentences in counted_sentences_of(texts()):
        yield from _of_section(*waiting.popleft(), sentences, params)


def _of_section(document: Document, section: Section, sentences: Sentences, params: ChunkParams) -> Iterator[Chunk]:
    heading = " > ".join(dict.fromkeys(filter(None, [document.title, *section.heading])))
    tables = [table for table in document.tables if section.start <= table.start < section.end]
    rows = [
        (match.start() - section.start, match.end() - section.start)
        for table in tables
        for match in _LINE.finditer(document.text, table.start, table.end)
    ]
    for start, end, n_tokens in _pack(_with_rows(sentences, rows, document.text[section.start : section.end]), params):
        a, b = section.start + start, section.start + end
        yield Chunk(
            chunk_id=f"{document.doc_id}#{a}-{b}",
            doc_id=document.doc_id,
            start=a,
            end=b,
            text=document.text[a:b],
            n_tokens=n_tokens,
            heading=heading,
            place=place(document.origins, a, b),
            columns=next((_columns(document.text, table) for table in tables if table.body <= a < table.end), ""),
        )


def _columns(text: str, table: Table) -> str:
    """Return the names of the columns: those of several rows as one, each column's from the top down."""
    lines = text[table.start : table.body].splitlines()
    if not lines or table.body - table.start > _MOST_COLUMNS:
        return ""
    rows = [f" {line}".split(_BAR) if line.startswith("|") else line.split(_BAR) for line in lines]
    names: list[list[str]] = [[] for _ in range(max(map(len, rows)))]
    for row in rows:
        above = ""  # a name over several columns stands in the first of them
        for at, column in enumerate(names):
            cell = row[at].strip() if at < len(row) else ""
            above = cell or (above if row is not rows[-1] else "")
            if above and above not in column:
                column.append(above)
    return _BAR.join(map(" ".join, names)).strip()


def _with_rows(sentences: Sentences, rows: list[tuple[int, int]], text: str) -> Sentences:
    """Return the sentences of a section with each row of its tables as one of them.

    A row may hold several sentences, and one may run over several rows, where nothing ends the last cell.
    """
    if not rows:
        return sentences
    bounds = [bound for row in rows for bound in row]
    result: Sentences = []
    last = -1  # the row that the last piece stands in
    for start, end, tokens in sentences:
        cuts = [start, *bounds[bisect_right(bounds, start) : bisect_left(bounds, end)], end]
        for a, b in pairwise(cuts):
            own = [token for token in tokens if a <= token < b]
            if not own:
                continue
            piece = text[a:b]
            a, b = b - len(piece.lstrip()), a + len(piece.rstrip())
            place = bisect_right(bounds, own[0]) - 1
            row = place if place % 2 == 0 else -1  # bounds are a start and an end in turn
            if row >= 0 and row == last:
                before, _, told = result.pop()
                result.append((before, b, told + own))
            else:
                result.append((a, b, own))
            last = row
    return result


def _pack(sentences: Sentences, params: ChunkParams) -> Iterator[Span]:
    if not sentences:
        return
    if params.strategy == "fixed":
        starts = [start for _, _, tokens in sentences for start in tokens]
        yield from _windows(sentences[0][0], sentences[-1][1], starts, params.max_tokens, params.overlap_tokens)
        return
    spans: list[Span] = []
    for start, end, tokens in sentences:
        if len(tokens) > params.max_tokens:
            spans.extend(_windows(start, end, tokens, params.max_tokens, 0))
        else:
            spans.append(Span(start, end, len(tokens)))
    if params.strategy == "section":
        yield from _fill(spans, _evenest(spans, params.max_tokens), 0)
    else:
        yield from _fill(spans, params.max_tokens, params.overlap_tokens)


def _evenest(spans: list[Span], budget: int) -> int:
    """Return the smallest budget that needs no more chunks than ``budget`` does."""

    def needed(size: int) -> int:
        return sum(1 for _ in _fill(spans, size, 0))

    fewest = needed(budget)
    return bisect_left(range(budget), True, key=lambda size: needed(size) <= fewest)


def _fill(spans: list[Span], budget: int, overlap: int) -> Iterator[Span]:
    """Pack spans greedily; each chunk begins with as many spans of the last one as ``overlap`` allows."""
    first = 0
    while first < len(spans):
        last, total = first, spans[first].n_tokens
        while last + 1 < len(spans) and total + spans[last + 1].n_tokens <= budget:
            last += 1
            total += spans[last].n_tokens
        yield Span(spans[first].start, spans[last].end, total)
        if last + 1 == len(spans):
            return
        following = last + 1
        repeated = 0
        while (
            following - 1 > first
            and repeated + spans[following - 1].n_tokens <= overlap
            and repeated + spans[following - 1].n_tokens + spans[last + 1].n_tokens <= budget
        ):
            following -= 1
            repeated += spans[following].n_tokens
        first = following


def _windows(start: int, end: int, tokens: list[int], size: int, overlap: int) -> Iterator[Span]:
    """Cut [start, end) at every ``size`` tokens; ``tokens`` are the offsets at which tokens begin.

    Up to three morphemes begin at one character (a contraction such as ``됐``), and no cut falls inside of one, so a
    window can hold two tokens less than ``size`` and repeat two less than ``overlap``.
    """
    first = 0
    while first + size < len(tokens):
        cut = bisect_left(tokens, tokens[first + size])
        yield Span(tokens[first] if first else start, tokens[cut], cut - first)
        first = bisect_right(tokens, tokens[cut - overlap - 1])
    yield Span(tokens[first] if first else start, end, len(tokens) - first)
