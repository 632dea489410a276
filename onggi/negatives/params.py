"""Settings of mining; kept apart from what mines."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from onggi.core.params import Name, Params


class QuestionsParams(Params):
    """What the encoder is trained on."""

    key: ClassVar[str] = "questions"

    source: Literal["gold", "synthetic", "both"] = Field(description="gold (of train documents), synthetic or both")


class MineParams(Params):
    """How hard negatives are found."""

    key: ClassVar[str] = "mine"

    candidates: dict[Name, Annotated[int, Field(ge=1, le=1000)]] = Field(
        min_length=1, description="index: how many candidates a question it gives"
    )
    max_ratio: float = Field(gt=0, le=1, description="drop what scores above this share of the positive's score")
    min_score: float = Field(
        ge=0, le=1, description="drop what the teacher scores below this; late interaction 0.35, cross-encoder 0.001"
    )
    near_duplicate: float = Field(gt=0, le=1, description="drop what shares this much of its 5-grams with a positive")
    negatives: int = Field(ge=1, le=100, description="negatives a question at most, the hardest first")
    per_document: int = Field(ge=1, le=100, description="of them at most so many of one document")
