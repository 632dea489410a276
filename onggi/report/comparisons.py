"""Charts that compare systems: means against targets, tested differences, breakdowns, gains and losses."""

from collections.abc import Mapping, Sequence
from typing import Any

from onggi.report.headline import BETTER, MEASURE, UNSURE, WORSE, verdict
from onggi.report.inputs import FactValue, Metrics
from onggi.report.labels import label
from onggi.report.plot import (
    FEW_TICKS,
    OF_MEASURE,
    ONLY_SYSTEMS,
    Plot,
    Select,
    Spec,
    by_system,
    inks,
    measure_select,
    specification,
    tooltip,
)
from onggi.report.values import is_number

_MOST_QUESTIONS = 1_000
_MOST_VALUES = 20
"""Values of a fact that are drawn, those of most questions: a corpus may have hundreds of domains."""

_SHOWN = (MEASURE, "R@10", "RR@10", "Success@1")
"""Measures of which breakdowns, gains and losses are shown: the page carries a value for each."""

_PAIRED: list[Spec] = [
    OF_MEASURE,
    {"calculate": "split(datum.pair, ' → ')", "as": "ends"},
    {"filter": "indexof(systems, datum.ends[0]) >= 0 && indexof(systems, datum.ends[1]) >= 0"},
]


def means_plot(metrics: Metrics, targets: Mapping[str, Mapping[str, float]], systems: Sequence[str]) -> Plot | None:
    """Return the mean of each system with its interval, and its target where it has one; None without intervals."""
    rows = []
    for system, measures in metrics.get("intervals").get("systems", {}).items():
        for measure, found in measures.items():
            low, high = found.get("interval") or (None, None)
            row = {"system": system, "measure": measure, "mean": found.get("mean"), "low": low, "high": high}
            rows.append({**row, "target": targets.get(system, {}).get(measure)})
    if not rows:
        return None
    named = list(dict.fromkeys(row["measure"] for row in rows))
    chosen = MEASURE if MEASURE in named else named[0]
    y = {"field": "system", "type": "nominal", "sort": list(systems), "title": None}
    x = {
        "field": "mean",
        "type": "quantitative",
        "title": "평균과 95% 구간",
        "scale": {"zero": False},
        "axis": FEW_TICKS,
    }
    told = tooltip(system="시스템", measure="지표", mean="평균", low="구간 아래", high="구간 위", target="목표")
    spec = {
        "height": {"step": 34},
        "encoding": {"y": y, "tooltip": told},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.low)"}],
                "mark": {"type": "rule", "strokeWidth": 2.4},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "color": by_system(systems, legend=False),
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"x": x, "color": by_system(systems, legend=False)},
            },
            {
                "transform": [{"filter": "isValid(datum.target)"}],
                "mark": {"type": "tick", "thickness": 3, "size": 22},
                "encoding": {"x": {**x, "field": "target"}, "color": {"value": {"expr": "ink"}}},
            },
        ],
    }
    said = "시스템마다 평균과 95% 구간, 세로 막대는 목표."
    signals = {"measure": chosen, "systems": list(systems)}
    return Plot(
        "means", said, specification(spec, rows, signals, [ONLY_SYSTEMS, OF_MEASURE]), (measure_select(named, chosen),)
    )


def differences_plot(significance: Mapping[str, Any]) -> Plot | None:
    """Return the tested differences with their intervals; what they mean is said by p after correction."""
    rows, order = [], []
    for pair, tests in significance.items():
        for measure, found in tests.items():
            if not isinstance(found, Mapping) or not is_number(found.get("difference")):
                continue
            p = found.get("p_holm", found.get("p"))
            low, high = found.get("interval") or (None, None)
            said = verdict(found["difference"], p) if is_number(p) else UNSURE
            row = {"pair": pair, "measure": measure, "difference": found["difference"], "p": p, "verdict": said}
            rows.append({**row, "low": low, "high": high})
            order.append(pair)
    if not rows:
        return None
    measures, pairs = list(dict.fromkeys(row["measure"] for row in rows)), list(dict.fromkeys(order))
    two_lines = "[split(datum.label, ' → ')[0], '→ ' + split(datum.label, ' → ')[1]]"
    y = {
        "field": "pair", "type": "nominal", "sort": pairs, "title": None,
        "axis": {"labelExpr": two_lines, "labelLineHeight": 15, "domain": False, "ticks": False},
    }  # fmt: skip
    x = {"field": "difference", "type": "quantitative", "title": "차이(뒤 − 앞)", "axis": FEW_TICKS}
    domain = [BETTER, WORSE, UNSURE]
    colour = {"field": "verdict", "title": None, "scale": {"domain": domain, "range": inks("up", "down", "soft")}}
    told = tooltip(pair="짝", measure="지표", difference="차이", low="구간 아래", high="구간 위", p="보정한 p")
    told.append({"field": "verdict", "title": "뒤의 것은"})
    interval = {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour}
    layers = [
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "strokeDash": [2, 3]},
            "encoding": {"x": {"field": "zero", "type": "quantitative"}, "color": {"value": {"expr": "soft"}}},
        },
        {
            "transform": [*_PAIRED, {"filter": "isValid(datum.low)"}],
            "mark": {"type": "rule", "strokeWidth": 2.4},
            "encoding": {**interval, "tooltip": told},
        },
        {
            "transform": _PAIRED,
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "tooltip": told},
        },
    ]
    said = "짝마다 뒤의 시스템이 앞의 것보다 얼마나 높은지와 95% 구간. 색은 보정한 p로 말할 수 있는 것."
    chosen = MEASURE if MEASURE in measures else measures[0]
    systems = list(dict.fromkeys(name for pair in pairs for name in pair.split(" → ")))
    signals = {"measure": chosen, "systems": systems}
    spec = specification({"height": {"step": 44}, "layer": layers}, rows, signals)
    return Plot("differences", said, spec, (measure_select(measures, chosen),))


def breakdown_plot(values: Sequence[FactValue], then: Sequence[FactValue], systems: Sequence[str]) -> Plot:
    """Return a heat map: systems by what a fact is of the questions, in the order of the values."""
    before = {(v.fact, v.value, v.system, v.measure): v.mean for v in then}
    asked = {(v.fact, v.value): v.queries for v in values}
    drawn = {
        pair
        for fact in dict.fromkeys(v.fact for v in values)
        for pair in sorted((p for p in asked if p[0] == fact), key=lambda p: -asked[p])[:_MOST_VALUES]
    }
    few = [v for v in values if v.measure in _SHOWN] or list(values)
    values = [v for v in few if (v.fact, v.value) in drawn]
    rows = []
    for v in values:
        key = (v.fact, v.value, v.system, v.measure)
        row = {"fact": v.fact, "of": f"{label(v.value)} ({v.queries})", "system": v.system, "queries": v.queries}
        row |= {"measure": v.measure, "mean": v.mean}
        rows.append(row | ({"then": before[key]} if key in before else {}))
    measures, facts = list(dict.fromkeys(v.measure for v in values)), list(dict.fromkeys(v.fact for v in values))
    y = {"field": "of", "type": "nominal", "title": None, "sort": None, "axis": {"domain": False, "ticks": False}}
    above = {"orient": "top", "labelAngle": -30, "domain": False, "ticks": False, "labelLimit": 110}
    x = {"field": "system", "type": "nominal", "title": None, "sort": list(systems), "axis": above}
    scale = {"domain": [0, 1], "interpolate": "rgb"}
    colour = {"field": "mean", "type": "quantitative", "scale": scale, "legend": None}
    told = tooltip(system="시스템", of="질문", queries="질문 수", measure="지표", mean="평균")
    told += [{"field": "then", "title": "이전"}] if before else []
    text = {
        "text": {"field": "mean", "format": ".2f"},
        "opacity": {"condition": {"test": "bandwidth('x') < 26", "value": 0}, "value": 1},
        "color": {"value": {"expr": "ink"}},
    }
    spec = {
        "height": {"step": 32},
        "encoding": {"x": x, "y": y, "tooltip": told},
        "layer": [
            {"mark": {"type": "rect", "cornerRadius": 3, "strokeWidth": 2}, "encoding": {"color": colour}},
            {"mark": {"type": "text", "fontSize": 12}, "encoding": text},
        ],
    }
    chosen = MEASURE if MEASURE in measures else measures[0]
    signals = {"fact": facts[0], "measure": chosen, "systems": list(systems)}
    filters = [ONLY_SYSTEMS, OF_MEASURE, {"filter": "datum.fact == fact"}]
    said = "시스템마다, 질문을 나눈 갈래마다의 평균: 진할수록 높음. 괄호 안은 질문 수."
    named = Select("fact", "나누는 기준", tuple((fact, label(fact)) for fact in facts), facts[0])
    return Plot(
        "breakdown",
        said,
        specification(spec, rows, signals, filters),
        (named, measure_select(measures, chosen)),
    )


def gains_plot(metrics: Metrics, systems: Sequence[str]) -> Plot | None:
    """Return what each question gains or loses from one system to another, both chosen; None of fewer than two."""
    asked = metrics.asked[:_MOST_QUESTIONS]
    every = dict.fromkeys(name for a in asked for name in a.values)
    columns = [name for name in every if name.rpartition(" ")[2] in _SHOWN]
    named = list(dict.fromkeys(name.rpartition(" ")[0] for name in columns))
    if len(named) < 2:
        return None
    measures = [m for m in _SHOWN if any(name.endswith(f" {m}") for name in columns)]
    rows = [
        {"q": a.query_id, "type": a.type, "text": a.question, "v": [_rounded(a.values.get(name)) for name in columns]}
        for a in asked
    ]
    at = "datum.v[indexof(columns, {} + ' ' + measure)]"
    filters: list[Spec] = [
        {"filter": "kind == '' || datum.type == kind"},
        {"calculate": at.format("before"), "as": "a"},
        {"calculate": at.format("after"), "as": "b"},
        {"calculate": "datum.b - datum.a", "as": "difference"},
        {"filter": "isValid(datum.a) && isValid(datum.b) && datum.difference != 0"},
        {"window": [{"op": "row_number", "as": "place"}], "sort": [{"field": "difference", "order": "descending"}]},
    ]
    colour = {"condition": {"test": "datum.difference > 0", "value": {"expr": "up"}}, "value": {"expr": "down"}}
    spec = {
        "height": 260,
        "mark": {"type": "bar", "cursor": "pointer"},
        "encoding": {
            "x": {"field": "place", "type": "ordinal", "axis": None},
            "y": {"field": "difference", "type": "quantitative", "title": "차이(뒤 − 앞)"},
            "color": colour,
            "tooltip": tooltip(text="질문", type="유형", a="앞", b="뒤", difference="차이"),
        },
    }
    before, after = named[0], named[-1]
    signals = {"columns": columns, "before": before, "after": after, "measure": measures[0], "kind": ""}
    options = tuple((name, name) for name in systems if name in named)
    selects = (Select("before", "앞", options, before), Select("after", "뒤", options, after))
    said = "질문마다 뒤의 시스템이 앞의 것보다 얻은 것과 잃은 것, 많이 얻은 것부터. 같은 값인 질문은 뺌."
    return Plot(
        "gains", said, specification(spec, rows, signals, filters), (*selects, measure_select(measures, measures[0]))
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
