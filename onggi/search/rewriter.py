"""The rewriter: a language model that reads queries before an index does."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from onggi.core.schema import QuestionType
from onggi.llm.messages import Failure, Request
from onggi.llm.params import RoleParams
from onggi.llm.prompts import Prompts
from onggi.llm.role import KIND, Llm
from onggi.llm.structured import parsed
from onggi.work import journal

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Shape = TypeVar("Shape", bound=BaseModel)


class RewriterParams(RoleParams):
    """The language model that systems transform queries by, and tell their types."""

    key: ClassVar[str] = "rewriter"

    backend: Literal["off", "recorded", "openai", "transformers"] = Field(
        default="off", description="off: no system asks one; recorded, openai or transformers"
    )
    path: str = Field(
        default="data/gold/none.jsonl",
        min_length=1,
        description="recorded: the file of replies; transformers: the model's folder, such as models/NAME; else unused",
    )

    @property
    def reads(self) -> Path | None:
        """What decides replies and lies on this machine: the file of replies or the model's folder, if it is one."""
        return Path(self.path) if self.backend in ("recorded", "transformers") else None


class Passage(BaseModel):
    """What ``hyde`` asks for."""

    passage: Said


class Rewritten(BaseModel):
    """What ``rewrite`` asks for."""

    query: Said


class Typed(BaseModel):
    """What ``classify`` asks for."""

    type: QuestionType


class Rewriter:
    """What a system asks of the model; a query without a usable reply stays as it was typed, and is counted.

    Parameters
    ----------
    llm
        The model.
    prompts
        The folder of ``hyde``, ``rewrite`` and ``classify``.
    """

    def __init__(self, llm: Llm, prompts: Prompts) -> None:
        self.llm, self.prompts = llm, prompts

    def transform(self, prompt: str) -> Callable[[Sequence[str]], list[str]]:
        """Return `hyde` or `rewrite`."""
        return {"hyde": self.hyde, "rewrite": self.rewrite}[prompt]

    def hyde(self, texts: Sequence[str]) -> list[str]:
        """Return each query with a passage below it that would answer it.

        Query and passage are one text to every kind of index, as in query2doc (Wang et al. 2023,
        https://arxiv.org/abs/2303.07678); HyDE itself (Gao et al. 2022, https://arxiv.org/abs/2212.10496) takes the
        mean of the vectors of several, which only a dense index has. An encoder reads the first ``query_max_length``
        tokens of it.
        """
        said = self._said("hyde", Passage, texts)
        return [f"{text}\n{one.passage}" if one else text for text, one in zip(texts, said, strict=True)]

    def rewrite(self, texts: Sequence[str]) -> list[str]:
        """Return each query in the words of official documents."""
        said = self._said("rewrite", Rewritten, texts)
        return [one.query if one else text for text, one in zip(texts, said, strict=True)]

    def types(self, texts: Sequence[str]) -> list[str]:
        """Return the type of each query, one of `onggi.core.schema.QUESTION_TYPES`; empty where no reply tells it."""
        return [one.type if one else "" for one in self._said("classify", Typed, texts)]

    def _said(self, prompt: str, shape: type[Shape], texts: Sequence[str]) -> Iterator[Shape | None]:
        """Yield what is said of each text, None where nothing is; with one more try (see `onggi.llm.structured`)."""
        sampling = self.llm.params.sampling()
        requests = [Request(self.prompts.render(prompt, query=text), **sampling) for text in texts]
        for result in parsed(self.llm, requests, shape):
            yield None if isinstance(result, Failure) else result
        journal.current().work(KIND).figures.update(self.llm.ledger.figures())  # with what was malformed
