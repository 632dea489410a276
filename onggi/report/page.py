"""The page: everything that was found in metrics/ and dvc.yaml, put into the template."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onggi.core.schema import QUESTION_TYPES
from onggi.report import comparisons, curves
from onggi.report.causes import Cause, causes
from onggi.report.dag import Box, Dag
from onggi.report.decided import Decided
from onggi.report.failures import Failures, failures
from onggi.report.forgetting import guard_tables, sentence
from onggi.report.funnel import FunnelStep, Part, funnel_parts, funnel_steps
from onggi.report.glance import Answer, answers
from onggi.report.goals import goals, goals_table
from onggi.report.headline import MEASURE, baseline, gains, to_choose
from onggi.report.inlined import data, policy, scripts
from onggi.report.inputs import FactValue, Metrics
from onggi.report.picture import NARROW, WIDE, draw_dag
from onggi.report.plot import Plot
from onggi.report.scores import measures_table, pairs_table, recall_table
from onggi.report.speed import speed_table
from onggi.report.tables import (
    asked_table,
    breakdown_tables,
    fusion_note,
    fusion_table,
    loss_table,
    means_table,
)
from onggi.report.tabulate import Table, params_table
from onggi.report.truths import HOW_TO_READ, agreement_table, basis, kinds_table, leaders, truths_table

_BAND = re.compile(r"([≤>]) ([\d,.]+)")


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
    answers: Sequence[Answer]
    choice_then: str
    gains_then: str
    params: Table | None
    dag: Drawn | None
    stages: Mapping[str, str]
    boxes: Sequence[Box]
    measures: Table | None
    measures_of_dev: Table | None
    baseline: str
    pairs: Table | None
    truths: Sequence[Table]
    truths_note: str
    agreement: Table | None
    how_to_read: str
    guard: Sequence[Table]
    guard_note: str
    speed: Table | None
    plots: Mapping[str, Plot]
    goals: Table | None
    targets: bool
    means_table: Table | None
    recall_table: Table | None
    breakdown_tables: Sequence[Table]
    types_note: str
    fusion_table: Table | None
    fusion_note: str
    asked_table: Table | None
    failures: Failures | None
    causes: Sequence[Cause]
    steps: Sequence[FunnelStep]
    parts: Sequence[Part]
    loss_table: Table | None
    questions: str
    systems: Sequence[str]
    kinds: Sequence[str]
    scripts: Sequence[Markup]
    policy: str
    chart_data: Markup
    question_data: Markup
    licences: Sequence[str]


def render(metrics: Metrics, dag: Dag | None, against: Comparison | None = None, decided: Decided | None = None) -> str:
    """Return the page as HTML; the same metrics give the same bytes.

    Parameters
    ----------
    metrics : Metrics
        What the page shows; it says so where something is absent.
    dag : Dag, optional
        The graph of dvc.yaml.
    against : Comparison, optional
        What every value is compared with.
    decided : Decided, optional
        Targets, and weights that were chosen.
    """
    environment = Environment(
        loader=PackageLoader("onggi.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.j2").render(page=_page(metrics, dag, against, decided or Decided()))


def _page(metrics: Metrics, dag: Dag | None, against: Comparison | None, decided: Decided) -> Page:
    then = against.metrics if against else Metrics()
    compare = against is not None
    retrieval = metrics.get("retrieval")
    facts, facts_then = _facts(metrics), _facts(then)
    systems = list(dict.fromkeys([*retrieval, *(p.system for p in metrics.recall), *(v.system for v in facts)]))
    charts = _plots(metrics, then, decided, systems)
    beside = metrics.get("side_by_side")
    rests_on = basis(metrics)
    held = goals(metrics, decided)
    loaded = scripts()
    return Page(
        against=against.name if against else "",
        choice=to_choose(metrics),
        answers=answers(metrics, held, facts),
        choice_then=to_choose(then) if compare else "",
        gains_then=gains(then) if compare else "",
        params=params_table(against.params_now, against.params_then) if against else None,
        dag=Drawn(draw_dag(dag, "dag-wide", WIDE), draw_dag(dag, "dag-narrow", NARROW)) if dag else None,
        stages=dag.stages if dag else {},
        boxes=[box for box in dag.boxes if not box.is_input] if dag else [],
        measures=measures_table(metrics, then, compare) if retrieval else None,
        measures_of_dev=measures_table(metrics, then, compare, "dev") if metrics.get("dev") else None,
        baseline=baseline(metrics.get("significance")),
        pairs=pairs_table(metrics, then, compare) if metrics.get("significance") else None,
        truths=[table for table in (truths_table(metrics, then, compare), kinds_table(metrics)) if table],
        truths_note=leaders(metrics),
        agreement=agreement_table(metrics),
        how_to_read=HOW_TO_READ,
        guard=guard_tables(metrics, then, compare),
        guard_note=sentence(metrics),
        speed=speed_table(metrics, then, compare),
        plots=charts,
        goals=goals_table(held, metrics),
        targets=bool(decided.targets),
        means_table=means_table(metrics, rests_on) if metrics.get("intervals").get("systems") else None,
        recall_table=recall_table(metrics.recall, then.recall, systems, compare, rests_on) if metrics.recall else None,
        breakdown_tables=breakdown_tables(facts, facts_then, systems, compare, rests_on),
        types_note=_types_note(facts),
        fusion_table=fusion_table(metrics.fusion, rests_on) if metrics.fusion else None,
        fusion_note=fusion_note(metrics.fusion, decided.weights) if metrics.fusion else "",
        asked_table=asked_table(metrics.asked, rests_on) if metrics.asked else None,
        failures=failures(metrics.get("failures"), then.get("failures")) if "failures" in metrics.objects else None,
        causes=causes(metrics.get("failures"), then.get("failures")),
        steps=funnel_steps(metrics, then, compare),
        parts=funnel_parts(metrics, then, compare),
        loss_table=loss_table(metrics.loss) if metrics.loss else None,
        questions=_shown(beside),
        systems=systems,
        kinds=list(dict.fromkeys(asked.type for asked in metrics.asked if asked.type)),
        scripts=loaded,
        policy=policy(loaded),
        chart_data=data({name: chart.spec for name, chart in charts.items()}),
        question_data=data(beside),
        licences=_licences(),
    )


def _plots(metrics: Metrics, then: Metrics, decided: Decided, systems: Sequence[str]) -> dict[str, Plot]:
    facts = _facts(metrics)
    drawn = (
        comparisons.means_plot(metrics, decided.targets, systems),
        comparisons.differences_plot(metrics.get("significance")),
        curves.recall_plot(metrics.recall, then.recall, systems) if metrics.recall else None,
        curves.fusion_plot(metrics, decided.weights) if metrics.fusion else None,
        comparisons.breakdown_plot(facts, _facts(then), systems) if facts else None,
        comparisons.gains_plot(metrics, systems),
        curves.latency_plot(metrics, systems),
        curves.loss_plot(metrics.loss, then.loss) if metrics.loss else None,
    )
    return {plot.name: plot for plot in drawn if plot}


def _facts(metrics: Metrics) -> Sequence[FactValue]:
    """Return the lines of breakdown.csv or, of a commit from before it, those of per_type.csv as such."""
    of_types = (FactValue("type", v.type, v.system, v.queries, v.measure, v.value) for v in metrics.per_type)
    values = metrics.breakdown or list(of_types)
    facts = list(dict.fromkeys(v.fact for v in values))
    return sorted(values, key=lambda v: (facts.index(v.fact), _place(v.value), v.value))


def _place(value: str) -> float:
    """Return where a value of a fact stands: the six types in their order, bands such as ``≤ 1,000`` by their ends."""
    if value in QUESTION_TYPES:
        return QUESTION_TYPES.index(value)
    if band := _BAND.fullmatch(value):
        return float(band[2].replace(",", "")) + (0.5 if band[1] == ">" else 0)
    return 0.0


def _types_note(facts: Sequence[FactValue]) -> str:
    kinds = dict.fromkeys(v.value for v in facts if v.fact == "type" and v.measure == MEASURE)
    missing = [kind for kind in QUESTION_TYPES if kind not in kinds]
    if not kinds:
        return f"유형별 값이 없습니다(breakdown.csv와 per_type.csv에 {MEASURE} 없음)."
    return f"평가 질문에 없는 유형: {', '.join(missing)}." if missing else ""


def _shown(beside: Mapping[str, Any]) -> str:
    """Return of how many questions the page shows what was found; empty of none."""
    listed = beside.get("questions") or []
    return f"평가({beside.get('split')}) 질문 {beside.get('of')}개 가운데 {len(listed)}개" if listed else ""


def _licences() -> list[str]:
    folder = files("onggi.report") / "assets"
    return [(folder / f"{name}.LICENSE").read_text("utf-8") for name in ("vega", "vega-lite", "vega-embed")]
