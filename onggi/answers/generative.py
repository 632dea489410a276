"""The reader that is a language model: answers in its words, from chunks that it must cite."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from onggi.answers.reader import ReaderParams, Task
from onggi.core.errors import LlmError
from onggi.core.schema import REFUSALS, Answer, Chunk
from onggi.korean.normalize import squash
from onggi.llm.messages import Failure, Message, Reply, Request
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.llm.structured import replied

PROMPT = "answer"
_NUMBER = re.compile(r"\D*(\d+)\D*")


class Said(BaseModel):
    """What the model is to reply; citations count the chunks it was shown from 1."""

    answer: str | None = None
    citations: list[int] = []
    answerable: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """One reply to a question, read: an answer with the chunks it cites, or why it is none.

    ``logprob`` is the sum of the log-probabilities of the reply's tokens, where the model tells it.
    """

    text: str | None
    cited: tuple[int, ...] = ()
    invented: int = 0
    reason: str = ""
    logprob: float | None = None


class GenerativeReader:
    """Answers questions by a language model.

    Parameters
    ----------
    llm : Llm
        The model. Its replies are in the memo, so that a stage that was stopped goes on where it was.
    params : ReaderParams
        How much it is shown, and how many replies are asked for.
    prompts : Prompts
        They hold the prompt ``answer``.
    """

    def __init__(self, llm: Llm, params: ReaderParams, prompts: Prompts) -> None:
        self.llm, self.params, self.prompts = llm, params, prompts
        self._sizes: dict[str, int] = {}

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield one answer a task, in their order; one without a reply has the reason of the failure.

        A question for which nothing was retrieved is not asked: nothing supports an answer.

        Raises
        ------
        LlmError
            The first chunk of a question is longer than ``context_tokens``, or the model gives up (see `Llm.replies`).
        """
        given = [(task, self._packed(task)) for task in tasks]
        requests = [request for task, chunks in given if chunks for request in self._requests(task, chunks)]
        results = replied(self.llm, requests, Said)
        for task, chunks in given:
            if not chunks:
                yield Answer(task.question.query_id, None, None, 0.0, [], reason="unsupported")
                continue
            votes = [_vote(next(results), task, len(chunks)) for _ in range(self.params.samples)]
            yield _answer(task, chunks, votes)

    def _packed(self, task: Task) -> list[Chunk]:
        """Return the first chunks of a task that ``context_tokens`` have room for."""
        room, packed = self.params.context_tokens, list[Chunk]()
        for chunk in task.contexts:
            room -= self._size(chunk)
            if room < 0:
                break
            packed.append(chunk)
        if task.contexts and not packed:
            what = f"{task.contexts[0].chunk_id} takes {self.params.context_tokens - room} tokens, more than there are"
            fix = "raise it, or make chunks smaller (chunk.max_tokens)"
            raise LlmError("params.yaml: reader.context_tokens", what, fix)
        return packed

    def _size(self, chunk: Chunk) -> int:
        """Return how many tokens a chunk takes."""
        if chunk.chunk_id not in self._sizes:
            shown = "\n".join(_shown(chunk).values())
            self._sizes[chunk.chunk_id] = self.llm.count(Request((Message("user", shown),), 0.0, 1.0, 1, 0))
        return self._sizes[chunk.chunk_id]

    def _requests(self, task: Task, chunks: Sequence[Chunk]) -> Iterator[Request]:
        """Yield the request of each sample: they differ in their seeds."""
        sources, question = [_shown(chunk) for chunk in chunks], task.question
        messages = self.prompts.render(PROMPT, sources=sources, question=question.text, options=question.options)
        for place in range(self.params.samples):
            yield Request(messages, **self.params.sampling(seed=self.params.seed + place))


def _shown(chunk: Chunk) -> dict[str, str]:
    """Return what the prompt shows of a chunk."""
    text = f"{chunk.columns}\n{chunk.text}" if chunk.columns else chunk.text
    return {"title": chunk.heading or chunk.doc_id, "place": chunk.place, "text": text}


def _vote(result: tuple[Said, Reply] | Failure, task: Task, shown: int) -> Vote:
    """Read what came of one request; citations of what was not shown are dropped and counted."""
    if isinstance(result, Failure):
        return Vote(None, reason=result.reason)
    said, reply = result
    named = dict.fromkeys(said.citations)
    cited = tuple(number - 1 for number in named if 1 <= number <= shown)
    invented = len(named) - len(cited)
    text = (said.answer or "").strip()
    if not said.answerable or not text:
        return Vote(None, invented=invented, reason="unanswerable", logprob=reply.logprob)
    if task.question.options:
        option = _option(text, task.question.options)
        if option is None:
            return Vote(None, reason="malformed")
        text = option
    if not cited:
        return Vote(None, invented=invented, reason="uncited", logprob=reply.logprob)
    return Vote(text, cited, invented, logprob=reply.logprob)


def _option(text: str, options: Sequence[str]) -> str | None:
    """Return the option that a reply means by its words, or else by its number."""
    for option in options:
        if squash(option) == squash(text):
            return option
    number = _NUMBER.fullmatch(text)
    return options[int(number[1]) - 1] if number and 1 <= int(number[1]) <= len(options) else None


def _answer(task: Task, chunks: Sequence[Chunk], votes: Sequence[Vote]) -> Answer:
    """Return the most frequent answer; its score is its share of all replies that were asked for."""
    query_id, read = task.question.query_id, [chunk.chunk_id for chunk in chunks]
    groups: dict[str | None, list[Vote]] = {}
    for vote in votes:
        if vote.text is not None or vote.reason in REFUSALS:
            groups.setdefault(None if vote.text is None else squash(vote.text) or vote.text, []).append(vote)
    if not groups:
        return Answer(query_id, None, None, 0.0, read, reason=votes[0].reason)
    chosen = _majority(list(groups.values()))
    first = chosen[0]
    cited = [read[place] for place in first.cited]
    return Answer(
        query_id, first.text, cited[0] if cited else None, round(len(chosen) / len(votes), 6), read,
        chunks[first.cited[0]].place if cited else "", cited, first.invented, first.reason,
    )  # fmt: skip


def _majority(groups: Sequence[list[Vote]]) -> list[Vote]:
    """Return the largest group; of equally large ones that of the larger summed log-probability, else the first."""
    most = max(map(len, groups))
    tied = [group for group in groups if len(group) == most]
    sums = [[vote.logprob for vote in group if vote.logprob is not None] for group in tied]
    if all(len(known) == most for known in sums):
        return tied[max(range(len(tied)), key=lambda place: sum(sums[place]))]
    return tied[0]
