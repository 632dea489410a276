"""What a weighted fusion of two runs would score at every weight: no system is built again for it."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onggi.evaluation.measured import Measured
from onggi.evaluation.measures import mean, score
from onggi.evaluation.params import CurveParams
from onggi.evaluation.runs import Run
from onggi.search.fusion import SCALES, FusedScores
from onggi.search.retriever import Query, RunRetriever
from onggi.search.spec import Systems
from onggi.truth.relevance import ChunkIndex

NAME = "fusion_curve.csv"
CHOSEN_BY = "nDCG@10"
HEADER = ("system", "weight", "split", "measure", "value")


def weights(step: float) -> list[float]:
    """Return the weights of the first of two runs, from 0 to 1.

    Examples
    --------
    >>> weights(0.25)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    steps = round(1 / step)
    return [round(n / steps, 6) for n in range(steps + 1)]


def curve(
    params: CurveParams | None,
    systems: Systems,
    runs: Path,
    splits: Sequence[Measured],
    index: ChunkIndex,
    token_budget: int,
) -> Iterator[tuple[str, float, str, str, float]]:
    """Yield a line per weight of the first of two runs, split and measure; none where params name no such fusion.

    Parameters
    ----------
    params, systems
        Which fusion is measured at which weights, and how it is declared.
    runs
        The folder of the runs.
    splits
        What is measured: dev, and test.
    index, token_budget
        What the measures need of the chunks.
    """
    operands = params.operands(systems) if params else None
    if params is None or operands is None:
        return
    scale = SCALES[params.scale(systems)]
    first, second = (RunRetriever(runs / f"{name}.parquet") for name in operands)
    for measured in splits:
        queries = [Query(target.query_id, "") for target in measured.targets]
        pairs = list(zip(queries, first.search(queries), second.search(queries), strict=True))
        tables = [(query.query_id, *_table(scale(a), scale(b))) for query, a, b in pairs]
        depth = measured.depths[params.system]
        for weight in weights(params.step) if queries else ():
            run: Run = {
                query_id: _ranked(ids, values @ (weight, 1 - weight), depth) for query_id, ids, values in tables
            }
            for name, of in score(measured.targets, run, index, token_budget, depth).items():
                yield params.system, weight, measured.split, name, round(mean(of), 4)


def best(content: str, system: str) -> dict[str, list[float]] | None:
    """Return the weights that score best by nDCG@10 on dev and on test; None where one of the two was not measured."""
    found: dict[str, dict[float, float]] = {"dev": {}, "test": {}}
    for line in csv.DictReader(io.StringIO(content)):
        if line["system"] == system and line["measure"] == CHOSEN_BY:
            found[line["split"]][float(line["weight"])] = float(line["value"])
    if not all(found.values()):
        return None
    return {
        split: [weight for weight, value in values.items() if value == max(values.values())]
        for split, values in found.items()
    }


def _table(a: FusedScores, b: FusedScores) -> tuple[list[str], NDArray[np.float64]]:
    """Return the chunks of two rankings by id, and the scores of both, shape (chunks, 2)."""
    ids = sorted(a.keys() | b.keys())
    return ids, np.array([(a.get(chunk_id, 0.0), b.get(chunk_id, 0.0)) for chunk_id in ids]).reshape(-1, 2)


def _ranked(ids: Sequence[str], scores: NDArray[np.float64], depth: int) -> list[tuple[str, float]]:
    """Order by score, ties by id, as every ranking is."""
    return [(ids[place], float(scores[place])) for place in np.argsort(-scores, kind="stable")[:depth]]
