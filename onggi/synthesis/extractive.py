"""Synthetic questions without a generation model: written from the text by pattern, then filtered."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from onggi.core.params import Params
from onggi.core.schema import QUESTION_TYPES, Chunk, Evidence, Question
from onggi.korean.units import headings, units
from onggi.synthesis.facts import Fact
from onggi.synthesis.filters import FILTERS, Candidate, bad_length, balanced, leaks, round_trip, unlike
from onggi.synthesis.grids import tables
from onggi.synthesis.sentences import sentences
from onggi.synthesis.structures import asked, labelled, lists, make, steps
from onggi.synthesis.topics import topic
from onggi.synthesis.wordings import DIFFERENCE, spoken

Find = Callable[[Sequence[str], int], Sequence[Sequence[str]]]
"""Given questions and k, the ids of the k chunks a retriever finds for each."""


class SynthesizeParams(Params):
    """How questions are written from chunks and which of them are kept."""

    key: ClassVar[str] = "synthesize"

    backend: Literal["extractive"] = Field(description="extractive: patterns over Kiwi morphemes, no model")
    types: list[Literal["정의", "절차", "규정", "예시", "비교", "적용"]] = Field(
        min_length=1, description="types of questions to write"
    )
    per_chunk: int = Field(ge=1, le=100, description="questions kept per chunk, at most")
    min_chars: int = Field(ge=1, le=1000, description="shortest question, in characters")
    max_chars: int = Field(ge=1, le=1000, description="longest question, in characters")
    round_trip_k: int = Field(
        ge=0, le=1000, description="BM25 must find the question's chunk within this rank; 0: not asked"
    )
    seed: int = Field(ge=0, description="seed of the choice among wordings")

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.min_chars > self.max_chars:
            raise ValueError(f"min_chars must be at most max_chars ({self.max_chars})")
        return self


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Questions in the order of their ids, how many candidates there were per type and how many each filter dropped."""

    chunks: int
    questions: list[Question]
    written: dict[str, int]
    dropped: dict[str, int]

    def metrics(self) -> dict[str, Any]:
        """Return counts per type and per filter, the share of each type that was kept, and why nothing was."""
        kept = Counter(question.type for question in self.questions)
        counts = {
            "written": {**self.written, "total": sum(self.written.values())},
            "dropped": self.dropped,
            "kept": {**{type_: kept[type_] for type_ in self.written}, "total": len(self.questions)},
            "yield": {type_: round(kept[type_] / count, 4) for type_, count in self.written.items() if count},
        }
        return counts if self.questions else {**counts, "reason": self._reason()}

    def _reason(self) -> str:
        if not self.chunks:
            return "no chunk of a document that may be read"
        if not any(self.written.values()):
            return f"nothing in {self.chunks} chunks matches a pattern of a question"
        return "every candidate was dropped: " + ", ".join(
            f"{name} {count}" for name, count in self.dropped.items() if count
        )


def synthesize(chunks: Iterable[Chunk], params: SynthesizeParams, gold: Iterable[str], find: Find) -> Synthesis:
    """Write questions from chunks and filter them.

    Parameters
    ----------
    chunks : Iterable[Chunk]
        What may be read, in the order of the chunks table.
    params : SynthesizeParams
        Limits and seed.
    gold : Iterable[str]
        Questions that must not come out again (those of the test split).
    find : Find
        The retriever of the round trip.
    """
    read = 0
    candidates: list[Candidate] = []
    for _, of_document in groupby(chunks, key=lambda chunk: chunk.doc_id):
        found: list[Candidate] = []
        for chunk in of_document:
            read += 1
            found += candidates_of(chunk, params.seed)
        candidates += (c for c in [*found, *comparisons(found, params.seed)] if c.fact.type in params.types)
    written = Counter(candidate.fact.type for candidate in candidates)
    dropped = dict.fromkeys(FILTERS, 0)
    fitting = [c for c in candidates if not bad_length(c.text, params.min_chars, params.max_chars)]
    dropped["length"] = len(candidates) - len(fitting)
    tight = [c for c in fitting if not leaks(c.text, c.fact.answer)]
    dropped["leak"] = len(fitting) - len(tight)
    single, dropped["gold"], dropped["duplicate"] = unlike(tight, gold)
    returned = round_trip(single, find, params.round_trip_k) if params.round_trip_k else single
    dropped["round_trip"] = len(single) - len(returned)
    kept = balanced(returned, params.per_chunk)
    dropped["cap"] = len(returned) - len(kept)
    questions = {question.query_id: question for question in map(_question, kept)}
    ordered = [questions[query_id] for query_id in sorted(questions)]
    return Synthesis(read, ordered, {type_: written[type_] for type_ in QUESTION_TYPES}, dropped)


def candidates_of(chunk: Chunk, seed: int) -> Iterator[Candidate]:
    """Yield one question for each fact of a chunk, its wording chosen by a hash of where the fact stands.

    The hash is of the document and the place in it, so that two chunks that overlap ask for one fact alike.
    """
    seen: set[tuple[str, str]] = set()
    for fact in facts(chunk, seed):
        if (fact.type, fact.answer) not in seen:
            seen.add((fact.type, fact.answer))
            yield _candidate(chunk, fact, seed)


def _candidate(chunk: Chunk, fact: Fact, seed: int) -> Candidate:
    choice = _hash(seed, chunk.doc_id, chunk.start + fact.spans[0][0], fact.type, fact.answer)
    text = fact.wordings[choice % len(fact.wordings)]
    return Candidate(chunk, fact, spoken(text) if choice >> 32 & 1 else text)


def comparisons(candidates: Sequence[Candidate], seed: int) -> Iterator[Candidate]:
    """Yield questions that compare one attribute of two things told in two chunks of a document."""
    told = [c for c in candidates if c.fact.attribute]
    for attribute in sorted({c.fact.attribute for c in told}):
        for a, b in pairwise(c for c in told if c.fact.attribute == attribute):
            words = a.fact.subject.split(), b.fact.subject.split()
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*words, strict=False)))
            x, y = (" ".join(part[shared:]) for part in words)
            if not (shared and x and y) or a.chunk.chunk_id == b.chunk.chunk_id or a.fact.answer == b.fact.answer:
                continue
            shift = b.chunk.start - a.chunk.start
            spans = [*a.fact.spans, *((start + shift, end + shift) for start, end in b.fact.spans)]
            answer = f"{x}: {a.fact.answer}, {y}: {b.fact.answer}"
            name = " ".join(words[0][:shared])
            fact = make("비교", DIFFERENCE, answer, spans, t=name, a=x, b=y, l=attribute)
            yield _candidate(a.chunk, fact, seed)


def facts(chunk: Chunk, seed: int) -> Iterator[Fact]:
    """Yield what can be asked about a chunk; nothing where no heading or file name says what it is about."""
    path = headings(chunk)
    pieces = units(chunk.text, path)
    about = topic(chunk, pieces[0].heading[:1] if pieces and not path else path)
    if about is None:
        return
    yield from asked(chunk.text, pieces, about)
    yield from sentences(chunk.text, pieces, about, _hash(seed, chunk.chunk_id))
    yield from labelled(chunk.text, pieces, about)
    yield from tables(chunk.text, pieces, about)
    yield from steps(chunk.text, pieces, about)
    yield from lists(chunk.text, pieces, about)


def _question(candidate: Candidate) -> Question:
    chunk, fact = candidate.chunk, candidate.fact
    digest = hashlib.sha256("\n".join((chunk.chunk_id, fact.type, candidate.text)).encode()).hexdigest()
    return Question(
        query_id=f"s-{digest[:8]}",
        text=candidate.text,
        type=fact.type,
        answers=[fact.answer],
        evidence=[Evidence(chunk.doc_id, chunk.start + a, chunk.start + b) for a, b in fact.spans],
        origin="synthetic",
        split="train",
    )


def _hash(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:8], "big")
