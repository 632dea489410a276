"""RAGAS's metrics in front of `onggi.llm`: their prompts are files of ours, their replies come in rounds.

RAGAS's own cache and tracking stay off: the memo keeps replies, under the model and the whole request.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM

from onggi.evaluation.language.rounds import Rounds, Unanswered
from onggi.evaluation.language.shapes import SHAPES, stand_in
from onggi.llm.messages import Failure, Request
from onggi.llm.params import RoleParams
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.llm.structured import asked_for, parsed
from onggi.models.embedder import Embedder
from onggi.work import memo

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read by RAGAS at its first event, which is after this line

SEEDS = 1 << 31
SEEDS_A_REPEAT = 100
"""Apart from each other are the seeds of two repeats; within one, equal prompts of a case differ by one."""


@dataclass(frozen=True)
class Question:
    """What a metric asks the model: a prompt by name, and its values, from which a stand-in is made."""

    prompt: str
    values: dict[str, Any]
    request: Request


Asked = Question | tuple[str, ...]
"""Of the model, or texts of the encoder."""


class Worded:
    """A prompt of ours in the place of one of RAGAS's.

    Parameters
    ----------
    name : str
        The file, without its ending.
    more : str
        Values beside those that the metric gives: RAGAS shows some prompts no question, without which a gold answer
        of two words claims nothing.
    """

    def __init__(self, name: str, **more: str) -> None:
        self.name, self.more = name, more

    def to_string(self, data: BaseModel) -> str:
        """Return what `Asking` makes a request of."""
        return json.dumps({"prompt": self.name, "values": data.model_dump() | self.more}, ensure_ascii=False)


class Asking(InstructorBaseRagasLLM):
    """The model as RAGAS's metrics of one case and one repeat see it."""

    def __init__(self, rounds: Rounds[Asked], prompts: Prompts, params: RoleParams, repeat: int) -> None:
        self.rounds, self.prompts, self.params = rounds, prompts, params
        self._seed = params.seed + repeat * SEEDS_A_REPEAT
        self._times: Counter[str] = Counter()

    def generate(self, prompt: str, response_model: type[Any]) -> Any:
        """Refuse: replies come in rounds."""
        raise NotImplementedError

    async def agenerate(self, prompt: str, response_model: type[Any]) -> Any:
        """Return the reply to a prompt of `Worded`, in the shape of `SHAPES`.

        Raises
        ------
        Unanswered
            There is none, or it judges more or fewer statements than were asked about.
        """
        told = json.loads(prompt)
        name, values = told["prompt"], told["values"]
        seed = (self._seed + self._times[prompt]) % SEEDS
        self._times[prompt] += 1
        request = Request(self.prompts.render(name, **values), **self.params.sampling(seed=seed))
        reply = await self.rounds.ask(Question(name, values, asked_for(request, SHAPES[name])))
        if "statements" in values and len(reply.statements) != len(values["statements"]):
            detail = f"{len(reply.statements)} verdicts on {len(values['statements'])} statements"
            raise Unanswered(Failure("malformed", detail))
        return reply


class Vectors(BaseRagasEmbedding):
    """The project's encoder as RAGAS's metrics see it; all texts are encoded as queries."""

    def __init__(self, rounds: Rounds[Asked]) -> None:
        super().__init__()
        self.rounds = rounds

    def embed_text(self, text: str, **_: Any) -> list[float]:
        """Refuse: vectors come in rounds."""
        raise NotImplementedError

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        """Return the vector of a text."""
        (vector,) = await self.rounds.ask((text,))
        return vector  # type: ignore[no-any-return]

    async def aembed_texts(self, texts: list[str], **_: Any) -> list[list[float]]:
        """Return the vectors of texts."""
        return await self.rounds.ask(tuple(texts))  # type: ignore[no-any-return]


class Answering:
    """Answers a round: replies from the model, vectors from the encoder, each as one batch."""

    def __init__(self, llm: Llm, embedder: Embedder) -> None:
        self.llm, self.embedder = llm, embedder

    def __call__(self, asked: Sequence[Asked]) -> list[Any]:
        """Return the reply or the vectors that each asks for, in order."""
        replies = self._replies([each for each in asked if isinstance(each, Question)])
        texts = [text for each in asked if isinstance(each, tuple) for text in each]
        vectors = iter(self.embedder.queries(texts).tolist() if texts else [])
        return [next(replies) if isinstance(each, Question) else [next(vectors) for _ in each] for each in asked]

    def _replies(self, questions: list[Question]) -> Iterator[Any]:
        shapes = [SHAPES[question.prompt] for question in questions]
        results = parsed(self.llm, [question.request for question in questions], shapes)
        return (Unanswered(result) if isinstance(result, Failure) else result for result in results)


class Foreseeing(Answering):
    """Answers the rounds of a plan: with what is held, and stand-ins for the rest; all questions are noted."""

    def __init__(self, llm: Llm, embedder: Embedder) -> None:
        super().__init__(llm, embedder)
        self.requests: list[Request] = []

    def __call__(self, asked: Sequence[Asked]) -> list[Any]:
        """Return a reply to each question, and to texts a vector that is none of theirs."""
        questions = [each for each in asked if isinstance(each, Question)]
        self.requests += [question.request for question in questions]
        texts = [question.request.text() for question in questions]
        missing = set(memo.active().missing(self.llm.space, texts))
        held = self._replies([each for each, text in zip(questions, texts, strict=True) if text not in missing])
        replies = iter(
            [
                stand_in(each.prompt, each.values) if text in missing else next(held)
                for each, text in zip(questions, texts, strict=True)
            ]
        )
        return [next(replies) if isinstance(each, Question) else [[1.0]] * len(each) for each in asked]
