"""What every chart of the page is made of: a Vega-Lite specification with its data, and the controls above it.

The page gives a chart its colours and its width. A *signal* is what a control sets in a chart: ``systems`` are those
that are shown, ``kind`` is the type of the questions that are (empty: all), others belong to the selects above it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Spec = dict[str, Any]

FEW_TICKS = {"tickCount": 8}
ONLY_SYSTEMS: Spec = {"filter": "indexof(systems, datum.system) >= 0"}
OF_MEASURE: Spec = {"filter": "datum.measure == measure"}
INKS = ("ink", "soft", "up", "down", "first", "second")
"""Colours that a chart names; templates/plots.js gives them."""

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


@dataclass(frozen=True)
class Select:
    """A control above a chart: the signal it sets, its label, its options (value, text) and the one that is chosen."""

    signal: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Plot:
    """A chart: its name, what it shows in a sentence for those who do not see it, its specification and controls."""

    name: str
    description: str
    spec: Spec
    selects: tuple[Select, ...] = field(default=())


def specification(
    spec: Spec, rows: Sequence[Mapping[str, Any]], signals: Mapping[str, Any], filters: Sequence[Spec] = ()
) -> Spec:
    """Return a whole specification: a chart with its rows, what the page sets in it, and what it does to the rows."""
    named = [*signals.items(), *((ink, "#777") for ink in INKS)]
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "data": {"values": rows},
        "params": [{"name": name, "value": value} for name, value in named],
        **({"transform": list(filters)} if filters else {}),
        **spec,
    }


def by_system(systems: Sequence[str], legend: bool = True) -> Spec:
    """Return a colour for each system, the same in every chart whichever of them are shown."""
    shown = {"title": None, "symbolOpacity": 1} if legend else None
    return {"field": "system", "type": "nominal", "scale": {"domain": list(systems)}, "legend": shown}


def tooltip(**titles: str) -> list[Spec]:
    """Return what is told at a mark: fields with their titles."""
    return [{"field": name, "title": title} for name, title in titles.items()]


def inks(*names: str) -> list[Spec]:
    """Return colours of the page as the range of a scale."""
    return [{"expr": name} for name in names]


def measure_select(measures: Iterable[str], chosen: str) -> Select:
    """Return the select of a measure."""
    return Select("measure", "지표", tuple((name, name) for name in measures), chosen)
