"""The page: everything that was found in metrics/ and dvc.yaml, put into the template."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onggi.core.schema import QUESTION_TYPES
from onggi.report.charts import loss_chart, recall_chart, type_bars
from onggi.report.dag import Box, Dag
from onggi.report.failures import Failures, failures
from onggi.report.funnel import FunnelStep, Part, funnel_parts, funnel_steps
from onggi.report.headline import MEASURE, gains, to_choose
from onggi.report.inputs import Metrics
from onggi.report.picture import NARROW, WIDE, draw_dag
from onggi.report.scores import measures_table, pairs_table, recall_table
from onggi.report.tabulate import Table, params_table

_WIDTHS = {"wide": 1000.0, "narrow": 348.0}
"""Pixels a chart has on a screen and on a phone: drawn twice, so that its text never shrinks."""


@dataclass(frozen=True)
class Comparison:
    """The other side of `onggi report --against`: a commit's name, its metrics, and the params on both sides."""

    name: str
    metrics: Metrics
    params_then: Mapping[str, Any] = field(default_factory=dict)
    params_now: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A picture in two sizes; the style sheet shows the one that fits."""

    wide: Markup
    narrow: Markup


@dataclass(frozen=True)
class Page:
    """What the template shows."""

    against: str
    choice: str
    gains: str
    choice_then: str
    gains_then: str
    params: Table | None
    dag: Drawn | None
    stages: Mapping[str, str]
    boxes: Sequence[Box]
    measures: Table | None
    measures_of_dev: Table | None
    pairs: Table | None
    recall: Drawn | None
    recall_table: Table | None
    types: Sequence[tuple[str, Markup]]
    types_note: str
    failures: Failures | None
    steps: Sequence[FunnelStep]
    parts: Sequence[Part]
    loss: Drawn | None


def render(metrics: Metrics, dag: Dag | None, against: Comparison | None = None) -> str:
    """Return the page as HTML; the same metrics give the same bytes.

    Parameters
    ----------
    metrics : Metrics
        What the page shows; it says so where something is absent.
    dag : Dag, optional
        The graph of dvc.yaml.
    against : Comparison, optional
        What every value is compared with.
    """
    environment = Environment(
        loader=PackageLoader("onggi.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.j2").render(page=_page(metrics, dag, against))


def _page(metrics: Metrics, dag: Dag | None, against: Comparison | None) -> Page:
    then = against.metrics if against else Metrics()
    compare = against is not None
    retrieval = metrics.get("retrieval")
    systems = list(
        dict.fromkeys([*retrieval, *(p.system for p in metrics.recall), *(p.system for p in metrics.per_type)])
    )
    return Page(
        against=against.name if against else "",
        choice=to_choose(metrics),
        gains=gains(metrics),
        choice_then=to_choose(then) if compare else "",
        gains_then=gains(then) if compare else "",
        params=params_table(against.params_now, against.params_then) if against else None,
        dag=Drawn(draw_dag(dag, "dag-wide", WIDE), draw_dag(dag, "dag-narrow", NARROW)) if dag else None,
        stages=dag.stages if dag else {},
        boxes=[box for box in dag.boxes if not box.is_input] if dag else [],
        measures=measures_table(metrics, then, compare) if retrieval else None,
        measures_of_dev=measures_table(metrics, then, compare, "dev") if metrics.get("dev") else None,
        pairs=pairs_table(metrics, then, compare) if metrics.get("significance") else None,
        recall=_both(partial(recall_chart, metrics.recall, then.recall, systems), "recall") if metrics.recall else None,
        recall_table=recall_table(metrics.recall, then.recall, systems, compare) if metrics.recall else None,
        types=_types(metrics, then, systems),
        types_note=_types_note(metrics),
        failures=failures(metrics.get("failures"), then.get("failures")) if "failures" in metrics.objects else None,
        steps=funnel_steps(metrics, then, compare),
        parts=funnel_parts(metrics, then, compare),
        loss=_both(partial(loss_chart, metrics.loss, then.loss), "loss") if metrics.loss else None,
    )


def _both(draw: Callable[[str, float], Markup], name: str) -> Drawn:
    wide, narrow = (draw(f"{name}-{size}", width) for size, width in _WIDTHS.items())
    return Drawn(wide, narrow)


def _types(metrics: Metrics, then: Metrics, systems: Sequence[str]) -> list[tuple[str, Markup]]:
    drawn = []
    for number, kind in enumerate(_kinds(metrics)):
        now, before = (
            {v.system: v.value for v in side.per_type if v.type == kind and v.measure == MEASURE}
            for side in (metrics, then)
        )
        queries = max(v.queries for v in metrics.per_type if v.type == kind)
        title = f"{kind} (질문 {queries}개)"
        drawn.append((title, type_bars(title, now, before, systems, f"type-{number}", MEASURE)))
    return drawn


def _kinds(metrics: Metrics) -> list[str]:
    """Return the types that were measured: the six in their order, then any other."""
    found = dict.fromkeys(v.type for v in metrics.per_type if v.measure == MEASURE)
    return [kind for kind in QUESTION_TYPES if kind in found] + [kind for kind in found if kind not in QUESTION_TYPES]


def _types_note(metrics: Metrics) -> str:
    kinds = _kinds(metrics)
    missing = [kind for kind in QUESTION_TYPES if kind not in kinds]
    if not kinds:
        return f"유형별 값이 없습니다(per_type.csv에 {MEASURE} 없음)."
    return f"평가 질문에 없는 유형: {', '.join(missing)}." if missing else ""
