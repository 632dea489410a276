"""The writer that asks a language model: questions from windows of documents, and the same once more in other words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

from pydantic import BaseModel, ConfigDict, Field

from onggi.core.schema import QUESTION_TYPES, Evidence
from onggi.korean.normalize import nfc
from onggi.llm.messages import Failure, Request
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.llm.structured import parsed
from onggi.synthesis.drafts import Draft, SourceDocument
from onggi.synthesis.params import SynthesizeParams, TeacherParams
from onggi.synthesis.windows import Window, shares, windows
from onggi.truth.gold import locate


class Written(BaseModel):
    """A question as a model writes it."""

    model_config = ConfigDict(extra="ignore")

    # An unknown type drops the question, not the reply.
    type: str = Field(json_schema_extra={"enum": list(QUESTION_TYPES)})
    question: str
    answer: str
    quote: str


class Asked(BaseModel):
    """The reply to the prompt ``ask``."""

    questions: list[Written]


class Rewritten(BaseModel):
    """The reply to the prompt ``rewrite``."""

    question: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question of people, which shows how they ask."""

    type: str
    question: str
    answer: str
    quote: str


class LlmWriter:
    """Asks a language model for questions, each with the words of the document that answer it.

    A question whose quote is not in what was shown, white space aside, is rejected, as one is whose type was not asked
    for. Replies that fail are counted.

    Parameters
    ----------
    llm
        The model.
    prompts
        ``ask`` and ``rewrite``.
    teacher, params
        How it is asked, and how many questions may be kept.
    examples
        What a request shows of people's questions; the same in all, so that an endpoint may keep it.
    """

    def __init__(
        self, llm: Llm, prompts: Prompts, teacher: TeacherParams, params: SynthesizeParams, examples: Sequence[Example]
    ) -> None:
        self.llm, self.prompts, self.teacher, self.params = llm, prompts, teacher, params
        self.examples = examples
        self.rejected: dict[str, int] = Counter()

    def write(self, sources: Iterable[SourceDocument]) -> Iterator[Draft]:
        """Yield the questions on each document, then those that say some of them in other words."""
        found = [window for source in sources for window in windows(source, self.teacher.window_chars)]
        drafts: list[tuple[Draft, Window]] = []
        for draft, window in self._asked(found):
            drafts.append((draft, window))
            yield draft
        yield from self._rewritten(drafts)

    def _asked(self, found: Sequence[Window]) -> Iterator[tuple[Draft, Window]]:
        temperatures = cycle(self.teacher.temperatures)
        requests: list[Request] = []
        shown: list[tuple[Window, frozenset[str]]] = []
        for window, wanted in zip(found, shares(found, self.params, self.teacher.surplus), strict=True):
            for first in range(0, len(wanted), self.teacher.per_request):
                some = wanted[first : first + self.teacher.per_request]
                requests.append(self._request(window, some, next(temperatures), len(requests)))
                shown.append((window, frozenset(some)))
        for (window, types), reply in zip(shown, parsed(self.llm, requests, Asked), strict=True):
            if isinstance(reply, Failure):
                self.rejected[reply.reason] += 1
                continue
            for written in reply.questions:
                if written.type not in types:
                    self.rejected["off_type"] += 1
                elif (draft := self._anchored(written, window)) is not None:
                    yield draft, window

    def _request(self, window: Window, types: Sequence[str], temperature: float, place: int) -> Request:
        wanted = ", ".join(f"{type_} {count}개" for type_, count in sorted(Counter(types).items()))
        messages = self.prompts.render(
            "ask", heading=window.heading, passage=window.text, types=wanted, examples=self.examples
        )
        sampling = self.teacher.sampling(temperature=temperature, seed=self.teacher.seed + place)
        return Request(messages, **sampling)

    def _anchored(self, written: Written, window: Window) -> Draft | None:
        places = locate(nfc(written.quote).strip(), window.text)
        question, answer = (" ".join(nfc(text).split()) for text in (written.question, written.answer))
        if not places or not answer:
            self.rejected["unquoted" if not places else "unanswered"] += 1
            return None
        start, end = (window.start + offset for offset in places[0])
        chunk = window.source.covering(start, end)
        if chunk is None:
            self.rejected["uncovered"] += 1
            return None
        evidence = (Evidence(window.source.doc_id, start, end),)
        return Draft(question, written.type, (answer,), evidence, chunk.chunk_id, "ask")

    def _rewritten(self, drafts: Sequence[tuple[Draft, Window]]) -> Iterator[Draft]:
        """Yield ``rewrite_share`` of the drafts in other words, in the styles in turn."""
        share = self.teacher.rewrite_share if self.teacher.rewrite else 0.0
        chosen = [pair for place, pair in enumerate(drafts) if int((place + 1) * share) > int(place * share)]
        styles = [style for _, style in zip(chosen, cycle(self.teacher.rewrite or [""]), strict=False)]
        requests = [
            Request(
                self.prompts.render("rewrite", passage=window.text, question=draft.text, style=style),
                **self.teacher.sampling(temperature=self.teacher.temperatures[-1], seed=self.teacher.seed + place),
            )
            for place, ((draft, window), style) in enumerate(zip(chosen, styles, strict=True))
        ]
        for (draft, _), style, reply in zip(chosen, styles, parsed(self.llm, requests, Rewritten), strict=True):
            if isinstance(reply, Failure):
                self.rejected[reply.reason] += 1
            else:
                yield replace(draft, text=" ".join(nfc(reply.question).split()), rule=style)
