"""Charts of lines: recall by depth, a fusion by its weight, the training loss, quality by time."""

from collections.abc import Mapping, Sequence
from typing import Any

from onggi.report.headline import MEASURE
from onggi.report.inputs import LossPoint, Metrics, RecallPoint
from onggi.report.plot import (
    FEW_TICKS,
    OF_MEASURE,
    ONLY_SYSTEMS,
    Plot,
    Spec,
    by_system,
    inks,
    measure_select,
    specification,
    tooltip,
)
from onggi.report.speed import at, timed
from onggi.report.values import is_number

_NOW, _THEN = "지금", "이전"
_FAINT = "length(systems) > 4 ? 0.06 : 0.14"
"""How dense the band of an interval is: many of them lie above each other."""


_INWARD: Spec = {"expr": "datum.weight > 0.6 ? 'right' : 'left'"}
_ASIDE: Spec = {"expr": "datum.weight > 0.6 ? -5 : 5"}


def recall_plot(points: Sequence[RecallPoint], then: Sequence[RecallPoint], systems: Sequence[str]) -> Plot:
    """Return recall by depth, a line per system with the band of its interval; that of the other commit is dashed."""
    rows = [_recall(p, _NOW) for p in points] + [_recall(p, _THEN) for p in then]
    x = {
        "field": "k", "type": "quantitative", "title": "k(읽는 청크 수)",
        "scale": {"type": "log", "nice": False}, "axis": {"values": [1, 2, 5, 10, 20, 50, 100], "grid": False},
    }  # fmt: skip
    y = {"field": "recall", "type": "quantitative", "title": "recall", "scale": {"zero": False}}
    ends = {"low": "구간 아래", "high": "구간 위"} if any(p.low is not None for p in points) else {}
    told = tooltip(system="시스템", k="k", recall="recall", **ends, **({"when": "언제"} if then else {}))
    band = {
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "area", "opacity": {"expr": _FAINT}, "line": False},
        "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    spec = {
        "height": 340,
        "encoding": {"x": x, "y": y, "color": by_system(systems)},
        "layer": [
            *([band] if ends else []),
            {"mark": {"type": "line", "strokeWidth": 2.2}, "encoding": _dashed(bool(then))},
            {"mark": {"type": "point", "filled": True, "opacity": 0, "size": 140}, "encoding": {"tooltip": told}},
        ],
    }
    said = f"시스템 {len(systems)}개의 recall 곡선: 가로는 읽는 청크 수 k, 세로는 근거를 찾은 비율."
    said += " 띠는 95% 구간." if ends else ""
    return Plot("recall", said, specification(spec, rows, {"systems": list(systems)}, [ONLY_SYSTEMS]))


def fusion_plot(metrics: Metrics, weights: Mapping[str, float]) -> Plot:
    """Return what a fusion scores by the weight of its first run, on dev and on test.

    Marked are the weights that are best on dev, and the one that params.yaml declares.
    """
    system = metrics.fusion[0].system
    measures = list(dict.fromkeys(p.measure for p in metrics.fusion))
    rows = [{"weight": p.weight, "split": p.split, "measure": p.measure, "value": p.value} for p in metrics.fusion]
    x = {"field": "weight", "type": "quantitative", "title": "첫째 실행의 가중치", "axis": FEW_TICKS}
    y = {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": False}}
    colour = {"field": "split", "title": None, "scale": {"domain": ["dev", "test"], "range": inks("first", "second")}}
    told = tooltip(split="분할", weight="가중치", value="값", measure="지표")
    best = [
        {"filter": "datum.split == 'dev'"},
        {"joinaggregate": [{"op": "max", "field": "value", "as": "most"}]},
        {"filter": "datum.value == datum.most"},
    ]
    layers: list[Spec] = [
        {"mark": {"type": "line", "point": {"size": 34}, "strokeWidth": 2.2}, "encoding": {"tooltip": told}},
        {"transform": best, "mark": {"type": "point", "size": 190, "strokeWidth": 2}, "encoding": {"tooltip": told}},
        {
            "transform": [*best, {"aggregate": [{"op": "min", "field": "weight", "as": "weight"}]}],
            "mark": {"type": "rule", "strokeDash": [2, 3]},
            "encoding": {"x": x, "color": {"value": {"expr": "first"}}},
        },
        {
            "transform": [
                *best,
                {"aggregate": [{"op": "min", "field": "weight", "as": "weight"}]},
                {"calculate": "'dev에서 가장 높음 ' + format(datum.weight, '.3~g')", "as": "text"},
            ],
            "mark": {"type": "text", "align": _INWARD, "dx": _ASIDE, "y": {"expr": "height - 26"}, "fontSize": 12},
            "encoding": {"x": x, "text": {"field": "text"}, "color": {"value": {"expr": "first"}}},
        },
    ]
    if (weight := weights.get(system)) is not None:
        marked = {"values": [{"weight": weight, "text": f"params.yaml {weight:g}"}]}
        at = {"x": x, "color": {"value": {"expr": "ink"}}}
        text = {"type": "text", "align": _INWARD, "dx": _ASIDE, "y": {"expr": "height - 9"}, "fontSize": 12}
        layers += [
            {"data": marked, "mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": at},
            {"data": marked, "mark": text, "encoding": {**at, "text": {"field": "text"}}},
        ]
    for layer in layers[:4]:
        layer["transform"] = [OF_MEASURE, *layer.get("transform", [])]
    for layer in layers[:2]:
        layer["encoding"] = {"x": x, "y": y, "color": colour, **layer["encoding"]}
    said = f"융합 {system}의 점수: 가로는 첫째 실행의 가중치, 세로는 지표. 동그라미는 dev에서 가장 좋은 가중치."
    chosen = MEASURE if MEASURE in measures else measures[0]
    spec = specification({"height": 300, "layer": layers}, rows, {"measure": chosen})
    return Plot("fusion", said, spec, (measure_select(measures, chosen),))


def loss_plot(points: Sequence[LossPoint], then: Sequence[LossPoint]) -> Plot:
    """Return the training loss by step; that of the other commit is dashed."""
    rows = [
        {"step": p.step, "epoch": p.epoch, "loss": p.loss, "when": when}
        for when, side in ((_NOW, points), (_THEN, then))
        for p in side
    ]
    told = tooltip(step="단계", epoch="epoch", loss="loss", **({"when": "언제"} if then else {}))
    x = {"field": "step", "type": "quantitative", "title": "단계"}
    y = {"field": "loss", "type": "quantitative", "title": "loss"}
    mark = {"type": "line", "point": {"size": 34}, "strokeWidth": 2.2}
    spec = {"height": 260, "mark": mark, "encoding": {"x": x, "y": y, "tooltip": told, **_dashed(bool(then))}}
    return Plot("loss", "미세조정의 단계마다의 loss.", specification(spec, rows, {}))


def latency_plot(metrics: Metrics, systems: Sequence[str]) -> Plot | None:
    """Return quality by the time a question takes, from its median to its 95th percentile; None where not measured."""
    rows = []
    for system, of in timed(metrics).items():
        p50, p95 = (at(of, ("latency_ms", name)) for name in ("p50", "p95"))
        quality = metrics.get("retrieval").get(system, {}).get(MEASURE)
        if is_number(p50) and is_number(quality):
            rows.append({"system": system, "p50": p50, "p95": p95 if is_number(p95) else p50, "quality": quality})
    if not rows:
        return None
    x = {
        "field": "p50",
        "type": "quantitative",
        "title": "질문 하나에 걸린 시간(ms): P50 ~ P95",
        "scale": {"type": "log"},
    }
    y = {"field": "quality", "type": "quantitative", "title": MEASURE, "scale": {"zero": False}}
    told = tooltip(system="시스템", p50="P50(ms)", p95="P95(ms)", quality=MEASURE)
    spec = {
        "height": 300,
        "encoding": {"y": y, "color": by_system(systems), "tooltip": told},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 2.2}, "encoding": {"x": x, "x2": {"field": "p95"}}},
            {"mark": {"type": "point", "filled": True, "size": 110, "opacity": 1}, "encoding": {"x": x}},
        ],
    }
    said = "시스템마다 가로는 질문 하나에 걸린 시간, 세로는 품질."
    return Plot("latency", said, specification(spec, rows, {"systems": list(systems)}, [ONLY_SYSTEMS]))


def _recall(point: RecallPoint, when: str) -> dict[str, Any]:
    row = {"system": point.system, "k": point.k, "recall": point.recall, "when": when}
    return row | ({"low": point.low, "high": point.high} if when == _NOW and point.low is not None else {})


def _dashed(both: bool) -> Spec:
    """Return what draws the other commit's lines dashed, where there are any."""
    scale = {"domain": [_NOW, _THEN], "range": [[1, 0], [3, 4]]}
    return {"strokeDash": {"field": "when", "title": None, "scale": scale}} if both else {}
