"""Synthetic questions: drafts of a writer, filtered and chosen."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from onggi.core.schema import QUESTION_TYPES, Question
from onggi.synthesis.drafts import Draft, SourceDocument, Writer
from onggi.synthesis.filters import Find, distinct, leaks, own_words, points, round_trip, select, unknown, unlike
from onggi.synthesis.params import SynthesizeParams


class Critic(Protocol):
    """Whoever reads drafts a second time."""

    def judged(
        self, drafts: Sequence[Draft], sources: Sequence[SourceDocument], find: Find
    ) -> tuple[list[Draft], list[str]]:
        """Return the drafts that pass, perhaps with more evidence, and the reason for each of the others."""
        ...


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Questions in the order of their ids, with the drafts they come from and how many each filter dropped.

    ``rejected`` counts what the writer handed in that was no draft, by reason.
    """

    chunks: int
    questions: list[Question]
    written: list[Draft]
    kept: list[Draft]
    rejected: dict[str, int]
    dropped: dict[str, int]

    def metrics(self) -> dict[str, Any]:
        """Return counts per type, filter and rule, the share of each type that was kept, and why nothing was."""
        written, kept = (Counter(draft.type for draft in drafts) for drafts in (self.written, self.kept))
        by_rule = [Counter(draft.rule for draft in drafts) for drafts in (self.written, self.kept)]
        counts = {
            "written": {**{type_: written[type_] for type_ in QUESTION_TYPES}, "total": written.total()},
            "rejected": self.rejected,
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
            return f"nothing was written from {self.chunks} chunks"
        return "every draft was dropped: " + ", ".join(f"{name} {n}" for name, n in self.dropped.items() if n)


def synthesize(
    sources: Iterable[SourceDocument],
    params: SynthesizeParams,
    gold: Iterable[str],
    find: Find,
    writer: Writer,
    critic: Critic | None = None,
) -> Synthesis:
    """Write questions from documents, in their order, and filter them.

    Parameters
    ----------
    sources
        The documents that may be read.
    params
        The filters.
    gold
        Questions that must not come out again, nor near-duplicates of them: those of dev and test.
    find
        The retriever of the round trip, which the critic asks too.
    writer, critic
        Who writes, and who reads it again.
    """
    read = list(sources)
    chunks = {chunk.chunk_id: chunk for source in read for chunk in source.chunks}
    written = [draft for draft in writer.write(read) if draft.type in params.types]
    dropped: dict[str, int] = {}
    left = written

    def keep(name: str, kept: list[Draft]) -> None:
        nonlocal left
        dropped[name] = len(left) - len(kept)
        left = kept

    keep("length", [draft for draft in left if params.min_chars <= len(draft.text) <= params.max_chars])
    keep("leak", [draft for draft in left if not leaks(draft)])
    keep("needs_page", [draft for draft in left if not points(draft.text)])
    keep("gold", unknown(left, gold, params.alike))
    keep("duplicate", distinct(left))
    keep("near_copy", unlike(left, params.alike))
    keep("copied_words", own_words(left, chunks, params.max_overlap))
    keep("round_trip", round_trip(left, find, params.round_trip_k) if params.round_trip_k else left)
    if critic is not None:
        left, reasons = critic.judged(left, read, find)
        dropped |= Counter(reasons)
    keep("cap", select(left, params.per_chunk, params.per_document, params.per_type))
    return Synthesis(len(chunks), identified(left), written, left, dict(writer.rejected), dropped)


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
