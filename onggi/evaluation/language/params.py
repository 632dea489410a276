"""What the judge is, how often it is asked, and what its measures must reach."""

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, model_validator

from onggi.core.errors import MeasureError
from onggi.core.params import PARAMS, Name
from onggi.llm.params import RoleParams

Measure = Literal[
    "faithfulness", "answer_relevancy", "llm_context_precision_with_reference", "context_recall", "factual_correctness"
]
WithoutModel = Literal["non_llm_context_precision_with_reference", "non_llm_context_recall"]
Share = Annotated[float, Field(ge=0, le=1)]

MEASURES: tuple[Measure, ...] = get_args(Measure)
"""RAGAS's measures that need a model, by the names that RAGAS gives them."""


class JudgeParams(RoleParams):
    """Who judges the answers, and what they must reach."""

    key: ClassVar[str] = "judge"

    backend: Literal["embedded", "recorded", "openai", "transformers"] = Field(
        description="embedded: no model; recorded, openai or transformers"
    )
    max_tokens: int = Field(default=2048, ge=1, le=1 << 20, description="tokens of a reply, at most")
    encoder: Name = Field(default="base", description="answer_relevancy: the encoder that compares questions")
    generated_questions: int = Field(default=3, ge=1, le=10, description="answer_relevancy: questions of an answer")
    repeats: int = Field(default=1, ge=1, le=20, description="how often all is judged, each time with other seeds")
    require: dict[Measure | WithoutModel, Share] = Field(
        default={}, description="what a measure must reach, or the stage fails, such as {faithfulness: 0.7}"
    )
    verdicts: str = Field(
        default="data/gold/none.jsonl", min_length=1, description="answers that people judged, to compare it with"
    )

    @model_validator(mode="after")
    def _required_is_measured(self) -> Self:
        asked = [name for name in self.require if name in MEASURES]
        if self.backend == "embedded" and asked:
            raise ValueError(f"require names {asked[0]}, which backend embedded does not measure")
        return self


def check(required: dict[Any, float], found: dict[str, Any], where: object) -> None:
    """Hold what was measured against what is required.

    Parameters
    ----------
    required
        Least values by measure.
    found
        What was written of the answers (see `onggi.evaluation.judge.judged`).
    where
        The file that holds it.

    Raises
    ------
    MeasureError
        A measure is below its least value, or could not be computed; the first of them is named with both.
    """
    for name, least in required.items():
        value = found.get("ragas", {}).get(name)
        if value is None:
            what = f"{name} was not computed ({found['not_computed'].get(name, 'nothing was judged')})"
        elif value < least:
            what = f"{name} is {value}"
        else:
            continue
        fix = f"{where} holds all measures; better the answers, or lower the value there"
        raise MeasureError(f"{PARAMS}: judge.require", f"{what}, wanted at least {least}", fix)
