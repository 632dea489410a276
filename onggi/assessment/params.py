"""Which ground truths are measured beside the hand labels, and how each comes to be."""

from collections.abc import Collection, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS, Name, Params
from onggi.truth.truths import GOLD

TruthName = Literal["lexical", "llm", "intersection", "qrels"]
Operand = Literal["gold", "lexical", "llm", "qrels"]

NONE = "none.jsonl"
"""The file that stands for no file, whatever folder it is in."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class LexicalParams(_Settings):
    """Neighbours by TF-IDF, among passages that depend on no setting of ``chunk``."""

    of: Literal["question", "answer", "evidence"] = Field(
        description="whose neighbours: question, question with its answers, or the labelled evidence"
    )
    passage_tokens: int = Field(ge=8, le=8192, description="Kiwi morphemes of a passage, at most")
    most: int = Field(ge=1, le=1000, description="neighbours of a question, at most")
    least: float = Field(gt=0, le=1, description="cosine from which a passage is a neighbour")


class LlmParams(_Settings):
    """Grades by the language model of section ``judge``."""

    systems: list[Name] = Field(default=[], description="whose hits are graded; none named: those of all")
    k: int = Field(ge=1, le=1000, description="hits of each system that are graded")
    relevant_from: int = Field(ge=2, le=5, description="grade, 1 to 5, from which a chunk is evidence")


class IntersectionParams(_Settings):
    """What two truths both call right."""

    of: Annotated[list[Operand], Field(min_length=2, max_length=2)] = Field(
        description="two of gold, lexical, llm and qrels; the lower grade counts"
    )


class QrelsParams(_Settings):
    """Qrels of TREC or BEIR."""

    path: str = Field(min_length=1, description="a file of qrels (data/gold/none.jsonl: none)")


class TruthsParams(Params):
    """Which ground truths are measured beside the hand labels, and how each comes to be."""

    key: ClassVar[str] = "truths"

    names: list[TruthName] = Field(description="of lexical, llm, intersection and qrels")
    lexical: LexicalParams
    llm: LlmParams
    intersection: IntersectionParams
    qrels: QrelsParams

    def problems(self, systems: Collection[str], judge: str) -> Iterator[ParamsError]:
        """Yield what does not fit the rest of params.yaml.

        Parameters
        ----------
        systems
            All indexes and systems.
        judge
            The backend of section ``judge``.
        """
        if len(set(self.names)) < len(self.names):
            yield ParamsError(f"{PARAMS}: truths.names", "names one twice", "name each once")
        if "llm" in self.names and judge == "embedded":
            fix = "name a backend in judge.backend (recorded, openai or transformers), or remove llm"
            yield ParamsError(
                f"{PARAMS}: truths.names", "llm is graded by the judge, and judge.backend is embedded", fix
            )
        for name in self.llm.systems:
            if name not in systems:
                fix = f"name an index or a system: {', '.join(systems)}"
                yield ParamsError(f"{PARAMS}: truths.llm.systems", f"got {name!r}", fix)
        if "qrels" in self.names and self.qrels.path.endswith(NONE):
            what = f"{self.qrels.path} stands for no file, and truths.names has qrels"
            yield ParamsError(f"{PARAMS}: truths.qrels.path", what, "name a file of qrels, or remove qrels")
        if "intersection" in self.names:
            first, second = self.intersection.of
            for name in (first, second):
                if name != GOLD and name not in self.names:
                    fix = f"add {name} to truths.names, or name another"
                    yield ParamsError(f"{PARAMS}: truths.intersection.of", f"{name} is not made", fix)
            if first == second:
                yield ParamsError(f"{PARAMS}: truths.intersection.of", f"names {first} twice", "name two truths")
