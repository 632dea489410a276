"""What tuning cost: every system on a set of another domain, and how the pairs that params name differ there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Question
from onggi.evaluation import summary
from onggi.evaluation.measured import Measured
from onggi.evaluation.params import EvaluateParams
from onggi.truth import guard
from onggi.truth.relevance import ChunkIndex

NAME = guard.CARD


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guard set, asked.

    Parameters
    ----------
    card
        What the stage says of the set (see `onggi.truth.guard.card`); a reason, where there is none.
    measured
        What every system scored; None where there is no set.
    """

    card: Mapping[str, Any]
    measured: Measured | None

    @classmethod
    def of(cls, folder: Path, depths: Mapping[str, int], token_budget: int, least: int) -> "Guarded":
        """Measure the runs that the stage ``guard`` left in a folder, but for systems that it could not ask.

        Parameters
        ----------
        folder
            What the stage wrote.
        depths, token_budget, least
            As `Measured.of` has them.

        Raises
        ------
        TableError
            The folder is none of that stage, or a run is missing.
        """
        try:
            card = json.loads((folder / guard.CARD).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise TableError(folder / guard.CARD, f"cannot be read ({error})", "run `dvc repro guard`") from None
        if "reason" in card:
            return cls(card, None)
        asked = {system: depth for system, depth in depths.items() if system not in card.get("left_out", ())}
        questions = list(tables.read(folder / guard.QUESTIONS, Question))
        index = ChunkIndex.of(tables.read(folder / guard.CHUNKS, Chunk))
        runs = folder / guard.RUNS
        return cls(
            card,
            Measured.of(questions, "test", asked, runs, index, token_budget, truth=guard.GUARD, least=least),
        )

    def summary(self, params: EvaluateParams) -> dict[str, Any]:
        """Return the card, each system's means and, for the pairs that params name, what the second lost or gained.

        Differences are those of `onggi.evaluation.summary.differences`. Of pairs with the baseline there are none: they
        say which system is better, not what tuning cost, and the correction would charge for each of them.
        """
        if self.measured is None:
            return dict(self.card)
        named = [pair for pair in params.compare if {*pair} <= self.measured.scores.keys()]
        compared = summary.differences(self.measured, params, named)
        return {**self.card, "systems": summary.averages(self.measured), "differences": compared}
