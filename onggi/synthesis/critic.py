"""The second pass: a language model reads a question again, beside its chunk and what a retriever finds for it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import BaseModel

from onggi.core.schema import Chunk, Evidence
from onggi.index.passages import passage
from onggi.llm.messages import Failure, Request
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.llm.structured import parsed
from onggi.synthesis.drafts import Draft, SourceDocument
from onggi.synthesis.filters import Find
from onggi.synthesis.params import CriticSettings

REASONS = ("critic_failed", "critic_unanswered", "critic_page", "critic_elsewhere")


class Verdict(BaseModel):
    """The reply to the prompt ``critic``: the numbers of the passages that answer, from 1."""

    answering: list[int]
    stands_alone: bool


class LlmCritic:
    """Drops what its chunk does not answer, what needs the page in hand, and what another chunk answers as well.

    Where ``settings.others`` is ``positive``, a chunk that answers as well becomes evidence instead: mining would take
    it for a hard negative. A question that the model gives no verdict on is dropped.

    Parameters
    ----------
    llm, prompts
        The model, and ``critic``.
    settings
        How many chunks are shown, and what becomes of a question that others answer.
    """

    def __init__(self, llm: Llm, prompts: Prompts, settings: CriticSettings) -> None:
        self.llm, self.prompts, self.settings = llm, prompts, settings

    def judged(
        self, drafts: Sequence[Draft], sources: Sequence[SourceDocument], find: Find
    ) -> tuple[list[Draft], list[str]]:
        """Return the drafts that pass, perhaps with more evidence, and the reason for each of the others.

        Only chunks of ``sources`` are shown: what may not be read is none of the critic's business either.
        """
        chunks = {chunk.chunk_id: chunk for source in sources for chunk in source.chunks}
        shown = [self._shown(draft, hits, chunks) for draft, hits in self._hits(drafts, find)]
        requests = [self._request(draft, some) for draft, some in zip(drafts, shown, strict=True)]
        kept: list[Draft] = []
        reasons: list[str] = []
        for draft, some, verdict in zip(drafts, shown, parsed(self.llm, requests, Verdict), strict=True):
            result = self._result(draft, some, verdict)
            if isinstance(result, Draft):
                kept.append(result)
            else:
                reasons.append(result)
        return kept, reasons

    def _hits(self, drafts: Sequence[Draft], find: Find) -> Iterator[tuple[Draft, Sequence[str]]]:
        hits: Sequence[Sequence[str]] = [()] * len(drafts)
        if self.settings.hits:
            hits = find([draft.text for draft in drafts], self.settings.hits + 1)
        return zip(drafts, hits, strict=True)

    def _shown(self, draft: Draft, hits: Sequence[str], chunks: dict[str, Chunk]) -> list[Chunk]:
        """Return the chunk of a draft among others, in an order that does not give it away.

        A chunk that overlaps with it holds the same words, and is no other answer.
        """
        own = chunks[draft.chunk_id]
        others = [chunks[chunk_id] for chunk_id in hits if chunk_id in chunks and not _meet(chunks[chunk_id], own)]
        some = [own, *others[: self.settings.hits]]
        return sorted(some, key=lambda chunk: hashlib.sha256(f"{draft.text}|{chunk.chunk_id}".encode()).digest())

    def _request(self, draft: Draft, shown: Sequence[Chunk]) -> Request:
        messages = self.prompts.render("critic", question=draft.text, passages=[passage(chunk) for chunk in shown])
        return Request(messages, **self.llm.params.sampling(max_tokens=min(256, self.llm.params.max_tokens)))

    def _result(self, draft: Draft, shown: Sequence[Chunk], verdict: Verdict | Failure) -> Draft | str:
        if isinstance(verdict, Failure):
            return "critic_failed"
        answering = [shown[number - 1] for number in sorted(set(verdict.answering)) if 1 <= number <= len(shown)]
        if all(chunk.chunk_id != draft.chunk_id for chunk in answering):
            return "critic_unanswered"
        if not verdict.stands_alone:
            return "critic_page"
        others = [chunk for chunk in answering if chunk.chunk_id != draft.chunk_id]
        if others and self.settings.others == "drop":
            return "critic_elsewhere"
        more = tuple(Evidence(chunk.doc_id, chunk.start, chunk.end) for chunk in others)
        return replace(draft, evidence=(*draft.evidence, *more))


def _meet(one: Chunk, other: Chunk) -> bool:
    """Tell whether two chunks are one or overlap."""
    return one.doc_id == other.doc_id and one.start < other.end and other.start < one.end
