"""The tables behind the charts: what a chart shows, for those who read numbers or hear the page."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from onggi.report.headline import MEASURE
from onggi.report.inputs import Asked, FactValue, FusionPoint, LossPoint, Metrics
from onggi.report.labels import label
from onggi.report.tabulate import Cell, Row, Table, cell
from onggi.report.values import text_of

CHOSEN_BY = "dev"
"""The split that settings are chosen by."""

_QUESTIONS = 200


def breakdown_tables(
    values: Sequence[FactValue], then: Sequence[FactValue], systems: Sequence[str], compare: bool, rests_on: str
) -> list[Table]:
    """Return a table for each fact: systems by what it is of the questions, by the headline measure.

    ``rests_on`` names the ground truth.
    """
    tables = []
    for fact in dict.fromkeys(v.fact for v in values):
        of = [v for v in values if v.fact == fact and v.measure == MEASURE]
        queries = {v.value: v.queries for v in of}
        now = {(v.system, v.value): v.mean for v in of}
        before = {(v.system, v.value): v.mean for v in then if v.fact == fact and v.measure == MEASURE}
        rows = []
        for system in systems:
            cells = (
                cell(now[system, value], before.get((system, value)), compare) if (system, value) in now else Cell("–")
                for value in queries
            )
            rows.append(Row((Cell(system, is_head=True), *cells)))
        columns = (f"{label(value)} (질문 {count}개)" for value, count in queries.items())
        tables.append(Table(f"{label(fact)}별 {MEASURE}({rests_on})", ("시스템", *columns), tuple(rows)))
    return tables


def fusion_table(points: Sequence[FusionPoint], rests_on: str) -> Table:
    """Return weights by split, by the headline measure; the best of dev is marked, test is not chosen by."""
    of = [p for p in points if p.measure == MEASURE]
    values = {(p.weight, p.split): p.value for p in of}
    splits = list(dict.fromkeys(p.split for p in of))
    best = max((p.value for p in of if p.split == CHOSEN_BY), default=None)
    rows = []
    for weight in dict.fromkeys(p.weight for p in of):
        cells = (
            cell(values[weight, split], is_best=split == CHOSEN_BY and values[weight, split] == best)
            if (weight, split) in values
            else Cell("–")
            for split in splits
        )
        rows.append(Row((Cell(f"{weight:g}", is_head=True), *cells)))
    caption = f"융합 {points[0].system}: 첫째 실행의 가중치마다의 {MEASURE}({rests_on})"
    return Table(caption, ("가중치", *splits), tuple(rows))


def fusion_note(points: Sequence[FusionPoint], weights: Mapping[str, float]) -> str:
    """Return which weights are best on dev, and which one params.yaml has, in words; empty without dev."""
    system = points[0].system
    of = {p.weight: p.value for p in points if p.split == CHOSEN_BY and p.measure == MEASURE}
    if not of:
        return ""
    best = [weight for weight, value in of.items() if value == max(of.values())]
    said = f"dev의 {MEASURE} 값이 가장 높은 가중치: {', '.join(f'{w:g}' for w in best)} ({max(of.values()):.4f})."
    if (declared := weights.get(system)) is None:
        return said
    scored = f" (dev {of[declared]:.4f})" if declared in of else ""
    return f"{said} params.yaml의 {system}: {declared:g}{scored}." + ("" if declared in best else " 서로 다릅니다.")


def asked_table(asked: Sequence[Asked], rests_on: str) -> Table:
    """Return the first questions by system, by the headline measure."""
    suffix = f" {MEASURE}"
    columns = [name for name in dict.fromkeys(name for a in asked for name in a.values) if name.endswith(suffix)]
    rows = (Row((_question(a), Cell(a.type), *(_score(a, name) for name in columns))) for a in asked[:_QUESTIONS])
    left = len(asked) - _QUESTIONS
    named = (name.removesuffix(suffix) for name in columns)
    note = f"그 밖에 {left:,}개는 per_query.csv에 있습니다." if left > 0 else ""
    return Table(f"질문마다의 {MEASURE}({rests_on})", ("질문", "유형", *named), tuple(rows), note)


def _question(asked: Asked) -> Cell:
    return Cell(asked.question, is_head=True, link="#q=" + quote(asked.query_id, safe=""))


def _score(asked: Asked, name: str) -> Cell:
    return cell(asked.values[name]) if name in asked.values else Cell("–")


def means_table(metrics: Metrics, rests_on: str) -> Table:
    """Return the mean of each system with its interval, by the headline measure."""
    rows = []
    for system, measures in metrics.get("intervals").get("systems", {}).items():
        found = measures.get(MEASURE, {})
        ends = found.get("interval")
        interval = " ~ ".join(map(text_of, ends)) if ends else "–"
        rows.append(Row((Cell(system, is_head=True), cell(found.get("mean")), Cell(interval))))
    return Table(f"{MEASURE}의 평균과 95% 구간: test({rests_on})", ("시스템", "평균", "95% 구간"), tuple(rows))


def loss_table(points: Sequence[LossPoint]) -> Table:
    """Return the loss by step."""
    rows = (Row((Cell(text_of(p.step), is_head=True), cell(p.epoch), cell(p.loss))) for p in points)
    return Table("미세조정의 loss", ("단계", "epoch", "loss"), tuple(rows))
