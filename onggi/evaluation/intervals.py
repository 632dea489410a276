"""How sure the mean of each measure is: what decides whether a target is reached."""

import math
from typing import Any

import numpy as np

from onggi.evaluation.measured import Measured
from onggi.evaluation.measures import mean
from onggi.evaluation.params import EvaluateParams
from onggi.evaluation.significance import bootstrap, clustered

NAME = "intervals.json"


def intervals(measured: Measured, params: EvaluateParams) -> dict[str, Any]:
    """Return each system's mean of each measure with its 95 % interval, over the documents that questions ask about.

    An interval that nobody can tell, of too few documents or of scores that are all alike, is null; none goes beyond
    0 and 1, between which all measures lie.
    """
    columns = [(system, name) for system, measures in measured.scores.items() for name in measures]
    if not measured.targets or not columns:
        return {"queries": 0, "documents": 0, "systems": {}}
    table = np.array([[measured.scores[s][m][t.query_id] for s, m in columns] for t in measured.targets])
    clusters = measured.clusters
    sums, sizes = clustered(table, [clusters[target.query_id] for target in measured.targets])  # (documents, columns)
    drawn = bootstrap(sums, sizes, params.permutations, params.seed)
    systems: dict[str, dict[str, Any]] = {}
    for place, (system, name) in enumerate(columns):
        interval = told(float(drawn.low[place]), float(drawn.high[place]))
        average = round(mean(measured.scores[system][name]), 4)
        systems.setdefault(system, {})[name] = {"mean": average, "interval": interval}
    return {"queries": len(table), "documents": len(sums), "systems": systems}


def told(low: float, high: float) -> list[float] | None:
    """Return an interval of a measure to 4 places and within 0 and 1; None where nobody can tell it."""
    return [round(max(low, 0.0), 4), round(min(high, 1.0), 4)] if math.isfinite(low) else None
