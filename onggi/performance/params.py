"""What is timed, and how often."""

from collections.abc import Collection, Iterator
from typing import ClassVar

from pydantic import Field

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS, Name, Params


class BenchmarkParams(Params):
    """What is timed, and how often."""

    key: ClassVar[str] = "benchmark"

    systems: list[Name] | None = Field(default=None, description="indexes and systems that are timed; null: all")
    queries: int = Field(default=1000, ge=1, le=1_000_000, description="queries in a row, one by one and in batches")
    batch: int = Field(default=64, ge=1, le=10_000, description="queries that are asked together, for the throughput")
    language_models: bool = Field(default=False, description="time systems that ask a language model, too")
    seed: int = Field(default=0, ge=0, description="of the order of the questions")

    def unknown(self, systems: Collection[str]) -> Iterator[ParamsError]:
        """Yield the names that are no declared index or system."""
        for name in self.systems or ():
            if name not in systems:
                where = f"{PARAMS}: {self.key}.systems"
                yield ParamsError(where, f"got {name!r}", f"name an index or a system: {', '.join(systems)}")
