"""How a system is declared: compositions of indexes and of other systems, to any depth.

    systems:
      hybrid:   {fuse: [bm25, dense-tuned], by: weighted, weights: [0.6, 0.4]}
      reranked: {rerank: hybrid, by: cross_encoder, model: bge-reranker, depth: 50}
      label:    {rerank: hybrid, by: cross_encoder, model: my-classifier, label: 1}
      spaced:   {transform: bm25, by: spacing}
      imagined: {transform: dense-tuned, by: hyde}
      by_type:  {choose: {정의: dense-tuned, 적용: imagined}, otherwise: bm25, by: encoder, model: base}
      sure:     {cut: reranked, min_score: 0.3}
      varied:   {diversify: hybrid, model: base, balance: 0.7}

docs/systems.md has every form and every setting, and a test builds what that page declares.

What stands after ``fuse``, ``rerank``, ``transform``, ``diversify``, ``cut`` or a type of questions is the name of an
index or a system, or a composition itself: ``{fuse: [bm25, {rerank: dense-tuned, …}], by: rrf}``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from typing_extensions import TypeAliasType

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS, Name, NamedParams
from onggi.core.schema import QuestionType


class _Composition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    depth: int | None = Field(default=None, ge=1, le=10_000, description="chunks a query, at most; null: search.depth")


def _only_where_read(spec: Any, **ways: tuple[str, ...]) -> None:
    """Refuse a setting that is not as it is by default, where ``by`` is none of the ways that read it."""
    for name, read_by in ways.items():
        if spec.by not in read_by and getattr(spec, name) != type(spec).model_fields[name].default:
            raise ValueError(f"{name} is for {' and '.join(read_by)}, not for {spec.by}")


class Fuse(_Composition):
    """One ranking of several (see `onggi.search.fusion`)."""

    fuse: list["Operand"] = Field(min_length=1, description="indexes and systems")
    by: Literal["weighted", "rrf", "vote", "union"] = Field(description="weighted, rrf, vote or union")
    weights: list[float] | None = Field(
        default=None, description="weighted: the share of each; vote: points for rank 1, 2, 3 …"
    )
    normalise: Literal["min_max", "z_score", "rank", "none"] = Field(
        default="min_max", description="weighted: how scores are made comparable: min_max, z_score, rank or none"
    )
    k: int = Field(default=60, ge=0, description="rrf and union: the constant of reciprocal ranks")
    top: int = Field(default=3, ge=1, description="union: hits of each")

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        if self.by in ("weighted", "vote"):
            if not self.weights or min(self.weights) < 0 or sum(self.weights) <= 0:
                raise ValueError(f"{self.by} takes weights: numbers of which none is below 0 and one is above")
            if self.by == "weighted" and len(self.weights) != len(self.fuse):
                raise ValueError(f"weights must be one for each of fuse ({len(self.fuse)}), are {len(self.weights)}")
        _only_where_read(
            self, weights=("weighted", "vote"), normalise=("weighted",), k=("rrf", "union"), top=("union",)
        )
        return self

    @property
    def operands(self) -> list["Operand"]:
        """What it is made of."""
        return self.fuse


class Rerank(_Composition):
    """The first hits of one ranking, ordered anew by a model that reads query and passage."""

    rerank: "Operand" = Field(description="an index or a system")
    by: Literal["late_interaction", "cross_encoder"] = Field(description="late_interaction or cross_encoder")
    model: Name = Field(description="a folder below models/")
    depth: int = Field(default=50, ge=1, le=10_000, description="hits that are reranked; the others are dropped")
    max_length: int = Field(default=512, ge=8, le=32768, description="cross_encoder: longest pair in tokens")
    label: int | None = Field(
        default=None,
        ge=0,
        description="cross_encoder with labels: whose probability is the score; null: it has one score",
    )
    min_score: float | None = Field(default=None, description="what a hit must score to be kept")
    sure: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="a query whose first hit leads by this share of the scores is not reranked",
    )

    @model_validator(mode="after")
    def _settings_are_of_its_way(self) -> Self:
        _only_where_read(self, label=("cross_encoder",), max_length=("cross_encoder",))
        return self

    @property
    def operands(self) -> list["Operand"]:
        """What it is made of."""
        return [self.rerank]


class Transform(_Composition):
    """A ranking of other queries, made of those that are asked by Kiwi or by the language model of the rewriter."""

    transform: "Operand" = Field(description="an index or a system")
    by: Literal["content_words", "spacing", "hyde", "rewrite"] = Field(
        description="content_words or spacing; by the rewriter: hyde or rewrite"
    )

    @property
    def prompt(self) -> str | None:
        """The prompt of a language model, where one is asked."""
        return self.by if self.by in ("hyde", "rewrite") else None

    @property
    def operands(self) -> list["Operand"]:
        """What it is made of."""
        return [self.transform]


class Diversify(_Composition):
    """The hits of one ranking, in an order in which those that say the same do not follow each other (MMR)."""

    diversify: "Operand" = Field(description="an index or a system")
    model: Name = Field(description="the encoder, a folder below models/, that tells what is alike")
    balance: float = Field(default=0.7, ge=0, le=1, description="1: relevance alone, 0: difference alone")

    @property
    def operands(self) -> list["Operand"]:
        """What it is made of."""
        return [self.diversify]


class Cut(_Composition):
    """The first hits of one ranking, or those that score enough."""

    cut: "Operand" = Field(description="an index or a system")
    min_score: float | None = Field(default=None, description="what a hit must score")

    @property
    def operands(self) -> list["Operand"]:
        """What it is made of."""
        return [self.cut]


class Choose(_Composition):
    """The ranking of another system for each type of questions."""

    choose: dict[QuestionType, "Operand"] = Field(min_length=1, description="an index or a system for each type")
    otherwise: "Operand" = Field(description="an index or a system for the other questions")
    by: Literal["encoder", "llm"] = Field(description="who tells the type: encoder, or llm: the rewriter")
    model: Name | None = Field(default=None, description="encoder: a folder below models/")

    @model_validator(mode="after")
    def _encoder_is_named(self) -> Self:
        if (self.by == "encoder") != (self.model is not None):
            raise ValueError("model must be named for encoder, and for it alone")
        return self

    @property
    def operands(self) -> list["Operand"]:
        """What it is made of; last what is asked otherwise."""
        return [*self.choose.values(), self.otherwise]

    @property
    def prompt(self) -> str | None:
        """The prompt of a language model, where one is asked."""
        return "classify" if self.by == "llm" else None


Composition = Fuse | Rerank | Transform | Diversify | Cut | Choose
FORMS = ("fuse", "rerank", "transform", "diversify", "cut", "choose")


def form_of(of: Any) -> str | None:
    """Return the key that says what a composition does, or ``name``; None where there is none."""
    if isinstance(of, str):
        return "name"
    if isinstance(of, Mapping):
        return next((form for form in FORMS if form in of), None)
    return next((form for form in FORMS if hasattr(of, form)), None)


_SHAPES = (
    "{fuse: [NAME, …]}, {rerank: NAME}, {transform: NAME}, {diversify: NAME}, {cut: NAME} or {choose: {TYPE: NAME, …}}"
)
_SHAPE = f"a composition is {_SHAPES} with more keys"
Spec = Annotated[
    Annotated[Fuse, Tag("fuse")]
    | Annotated[Rerank, Tag("rerank")]
    | Annotated[Transform, Tag("transform")]
    | Annotated[Diversify, Tag("diversify")]
    | Annotated[Cut, Tag("cut")]
    | Annotated[Choose, Tag("choose")],
    Discriminator(form_of, custom_error_type="composition", custom_error_message=_SHAPE),
]
Operand = TypeAliasType(
    "Operand",
    Annotated[
        Annotated[Name, Tag("name")]
        | Annotated[Fuse, Tag("fuse")]
        | Annotated[Rerank, Tag("rerank")]
        | Annotated[Transform, Tag("transform")]
        | Annotated[Diversify, Tag("diversify")]
        | Annotated[Cut, Tag("cut")]
        | Annotated[Choose, Tag("choose")],
        Discriminator(form_of, custom_error_type="composition", custom_error_message=f"a name; or {_SHAPE}"),
    ],
)
for _model in (Fuse, Rerank, Transform, Diversify, Cut, Choose):
    _model.model_rebuild()


class Systems(NamedParams[Spec]):
    """Every composition that is built and measured, by its name."""

    key: ClassVar[str] = "systems"

    def resolved(self, name: str) -> Composition:
        """Return a system with the systems that it names in their place, so that only indexes are named.

        Raises
        ------
        ParamsError
            It names itself, by way of others.
        """
        return self._resolved(self.root[name], (name,))

    def depths(self, depth: int) -> dict[str, int]:
        """Return how many chunks each system returns at most, where ``depth`` is what indexes do."""
        return {name: _depth(self.resolved(name), depth) for name in self}

    def _resolved(self, spec: Composition, above: tuple[str, ...]) -> Composition:
        return _with(spec, [self._operand(operand, above) for operand in spec.operands])

    def _operand(self, operand: str | Composition, above: tuple[str, ...]) -> str | Composition:
        if not isinstance(operand, str):
            return self._resolved(operand, above)
        if operand in above:
            path = " → ".join([*above, operand])
            raise ParamsError(f"{PARAMS}: systems.{above[0]}", f"is made of itself ({path})", "name another system")
        return self._resolved(self.root[operand], (*above, operand)) if operand in self.root else operand


def _with(spec: Composition, operands: list[str | Composition]) -> Composition:
    if isinstance(spec, Choose):
        *chosen, otherwise = operands
        return spec.model_copy(update={"choose": dict(zip(spec.choose, chosen, strict=True)), "otherwise": otherwise})
    return spec.model_copy(update={str(form_of(spec)): operands if isinstance(spec, Fuse) else operands[0]})


def _depth(spec: str | Composition, depth: int) -> int:
    if isinstance(spec, str):
        return depth
    own = spec.depth or depth
    return own if isinstance(spec, Fuse) else min(own, *(_depth(operand, depth) for operand in spec.operands))
