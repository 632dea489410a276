"""Synthetic questions: drafts of a writer, filtered and chosen."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from onggi.core.params import Params
from onggi.core.schema import QUESTION_TYPES, Chunk, Question
from onggi.synthesis.drafts import Draft, Writer
from onggi.synthesis.extractive import ExtractiveWriter
from onggi.synthesis.filters import FILTERS, Find, distinct, leaks, round_trip, select


class SynthesizeParams(Params):
    """How questions are written from chunks and which of them are kept."""

    key: ClassVar[str] = "synthesize"

    backend: Literal["extractive"] = Field(description="extractive: rules over Kiwi morphemes, no model")
    types: list[Literal["정의", "절차", "규정", "예시", "비교", "적용"]] = Field(
        min_length=1, description="types of questions to write"
    )
    per_chunk: int = Field(ge=1, le=100, description="questions kept per chunk, at most")
    min_chars: int = Field(ge=1, le=1000, description="shortest question, in characters")
    max_chars: int = Field(ge=1, le=1000, description="longest question, in characters")
    index: str = Field(min_length=1, description="the index of the round trip")
    round_trip_k: int = Field(
        ge=0, le=1000, description="that index must find the question's chunk within this rank; 0: not asked"
    )
    seed: int = Field(ge=0, description="seed of the choice among wordings")

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.min_chars > self.max_chars:
            raise ValueError(f"min_chars must be at most max_chars ({self.max_chars})")
        return self


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Questions in the order of their ids, with the drafts they come from and how many each filter dropped."""

    chunks: int
    questions: list[Question]
    written: list[Draft]
    kept: list[Draft]
    dropped: dict[str, int]

    def metrics(self) -> dict[str, Any]:
        """Return counts per type, filter and rule, the share of each type that was kept, and why nothing was."""
        written, kept = (Counter(draft.type for draft in drafts) for drafts in (self.written, self.kept))
        by_rule = [Counter(draft.rule for draft in drafts) for drafts in (self.written, self.kept)]
        counts = {
            "written": {**{type_: written[type_] for type_ in QUESTION_TYPES}, "total": written.total()},
            "dropped": self.dropped,
            "kept": {**{type_: kept[type_] for type_ in QUESTION_TYPES}, "total": kept.total()},
            "yield": {type_: round(kept[type_] / written[type_], 4) for type_ in QUESTION_TYPES if written[type_]},
            "rules": {rule: {"written": by_rule[0][rule], "kept": by_rule[1][rule]} for rule in sorted(by_rule[0])},
        }
        return counts if self.questions else {**counts, "reason": self._reason()}

    def _reason(self) -> str:
        if not self.chunks:
            return "no chunk of a document that may be read"
        if not self.written:
            return f"nothing in {self.chunks} chunks matches a rule"
        return "every draft was dropped: " + ", ".join(f"{name} {n}" for name, n in self.dropped.items() if n)


def synthesize(
    chunks: Iterable[Chunk], params: SynthesizeParams, gold: Iterable[str], find: Find, writer: Writer | None = None
) -> Synthesis:
    """Write questions from chunks, in the order of their table, and filter them.

    ``gold`` are questions that must not come out again (those of the test split), ``find`` is the retriever of the
    round trip; ``writer`` is by default that of ``params.backend``.
    """
    sources = list(chunks)
    writer = writer or ExtractiveWriter(params.seed)
    written = [draft for draft in writer.write(sources) if draft.type in params.types]
    dropped = dict.fromkeys(FILTERS, 0)
    fitting = [draft for draft in written if params.min_chars <= len(draft.text) <= params.max_chars]
    tight = [draft for draft in fitting if not leaks(draft)]
    single, dropped["gold"], dropped["duplicate"] = distinct(tight, gold)
    returned = round_trip(single, find, params.round_trip_k) if params.round_trip_k else single
    kept = select(returned, params.per_chunk)
    dropped["length"], dropped["leak"] = len(written) - len(fitting), len(fitting) - len(tight)
    dropped["round_trip"], dropped["cap"] = len(single) - len(returned), len(returned) - len(kept)
    return Synthesis(len(sources), identified(kept), written, kept, dropped)


def identified(drafts: Iterable[Draft]) -> list[Question]:
    """Return drafts as questions in the order of their ids; of two with one id, the later is hashed with a count."""
    questions: dict[str, Question] = {}
    for draft in drafts:
        attempt = 0
        while (query_id := draft_id(draft, attempt)) in questions:
            attempt += 1
        answers, evidence = list(draft.answers), list(draft.evidence)
        questions[query_id] = Question(query_id, draft.text, draft.type, answers, evidence, "synthetic", "train")
    return [questions[query_id] for query_id in sorted(questions)]


def draft_id(draft: Draft, attempt: int) -> str:
    """Return an id of a draft: 64 bits of a hash of its chunk, type and text, and of how many ids were taken."""
    parts = [draft.chunk_id, draft.type, draft.text, *([str(attempt)] if attempt else [])]
    return "s-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
