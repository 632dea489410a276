"""How systems are measured and compared."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS, Name, Params
from onggi.search.fusion import Scale
from onggi.search.spec import Fuse, Systems
from onggi.truth.guard import GuardParams

Pair = Annotated[tuple[Name, Name], Field(strict=False)]
"""Two systems of which the second is compared with the first."""


class CurveParams(BaseModel):
    """Which weighted fusion is measured at which weights."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    system: Name = Field(description="a weighted fusion of two indexes or systems, named")
    step: float = Field(ge=0.001, le=0.5, description="from one weight of the first to the next")

    def operands(self, systems: Systems) -> list[str] | None:
        """Return the names of the two runs that the system fuses; None where it is no weighted fusion of two names."""
        spec = systems.root.get(self.system)
        if not isinstance(spec, Fuse) or spec.by != "weighted" or len(spec.fuse) != 2:
            return None
        names = [operand for operand in spec.fuse if isinstance(operand, str)]
        return names if len(names) == 2 else None

    def scale(self, systems: Systems) -> Scale:
        """Return how the system makes scores comparable."""
        spec = systems[self.system]
        return spec.normalise if isinstance(spec, Fuse) else "min_max"

    def weight(self, systems: Systems) -> float:
        """Return the share of the first run, as the system is declared."""
        spec = systems[self.system]
        first, second = (spec.weights if isinstance(spec, Fuse) else None) or (1.0, 0.0)
        return round(first / (first + second), 6)


class EvaluateParams(Params):
    """How systems are measured and compared."""

    key: ClassVar[str] = "evaluate"

    baseline: Name = Field(description="the index or system that all others are compared with")
    compare: list[Pair] = Field(description="more pairs that are compared: [first, second]")
    failures_of: Name = Field(description="the index or system whose failures are shown")
    token_budget: int = Field(ge=1, description="tokens a reader takes in, for recall within a budget")
    permutations: int = Field(ge=100, le=1_000_000, description="random sign flips, and resamples, of a comparison")
    seed: int = Field(ge=0, description="seed of the sign flips")
    min_relevance: int = Field(
        default=1, ge=1, le=100, description="grade from which evidence is relevant to measures that know no grades"
    )
    curve: CurveParams | None = Field(default=None, description="a weighted fusion that is measured at every weight")
    guard: GuardParams | None = Field(default=None, description="a set of another domain: what tuning cost there")
    domain: str | None = Field(
        default=None, description="key of a document's meta that names its domain; null: the first folder of its path"
    )

    def unknown(self, systems: Collection[str]) -> Iterator[ParamsError]:
        """Yield the names that are no declared index or system."""
        named = {"baseline": [self.baseline], "failures_of": [self.failures_of]}
        named["compare"] = [name for pair in self.compare for name in pair]
        for key, names in named.items():
            for name in names:
                if name not in systems:
                    where = f"{PARAMS}: evaluate.{key}"
                    yield ParamsError(where, f"got {name!r}", f"name an index or a system: {', '.join(systems)}")

    def pairs(self, systems: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs that are compared: those named, then each system with the baseline."""
        with_baseline = [(self.baseline, system) for system in systems if system != self.baseline]
        return list(dict.fromkeys([*self.compare, *with_baseline]))
