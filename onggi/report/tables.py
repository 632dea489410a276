"""The tables behind the charts: what a chart shows, for those who read numbers or hear the page."""

from collections.abc import Sequence

from onggi.report.headline import MEASURE
from onggi.report.inputs import Asked, FactValue, FusionPoint, LossPoint, Metrics
from onggi.report.labels import label
from onggi.report.tabulate import Cell, Row, Table, cell
from onggi.report.values import text_of

_QUESTIONS = 200


def breakdown_tables(
    values: Sequence[FactValue], then: Sequence[FactValue], systems: Sequence[str], compare: bool
) -> list[Table]:
    """Return a table for each fact: systems by what it is of the questions, by the headline measure."""
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
        tables.append(Table(f"{label(fact)}별 {MEASURE}", ("시스템", *columns), tuple(rows)))
    return tables


def fusion_table(points: Sequence[FusionPoint]) -> Table:
    """Return weights by split, by the headline measure."""
    of = [p for p in points if p.measure == MEASURE]
    values = {(p.weight, p.split): p.value for p in of}
    splits = list(dict.fromkeys(p.split for p in of))
    best = {split: max(p.value for p in of if p.split == split) for split in splits}
    rows = []
    for weight in dict.fromkeys(p.weight for p in of):
        cells = (
            cell(values[weight, split], is_best=values[weight, split] == best[split])
            if (weight, split) in values
            else Cell("–")
            for split in splits
        )
        rows.append(Row((Cell(f"{weight:g}", is_head=True), *cells)))
    return Table(f"융합 {points[0].system}: 첫째 실행의 가중치마다의 {MEASURE}", ("가중치", *splits), tuple(rows))


def asked_table(asked: Sequence[Asked]) -> Table:
    """Return the first questions by system, by the headline measure."""
    suffix = f" {MEASURE}"
    columns = [name for name in asked[0].values if name.endswith(suffix)]
    rows = (
        Row((Cell(a.question, is_head=True), Cell(a.type), *(cell(a.values[name]) for name in columns)))
        for a in asked[:_QUESTIONS]
    )
    left = len(asked) - _QUESTIONS
    named = (name.removesuffix(suffix) for name in columns)
    note = f"그 밖에 {left:,}개는 per_query.csv에 있습니다." if left > 0 else ""
    return Table(f"질문마다의 {MEASURE}", ("질문", "유형", *named), tuple(rows), note)


def means_table(metrics: Metrics) -> Table:
    """Return the mean of each system with its interval, by the headline measure."""
    rows = []
    for system, measures in metrics.get("intervals").get("systems", {}).items():
        found = measures.get(MEASURE, {})
        ends = found.get("interval")
        interval = " ~ ".join(map(text_of, ends)) if ends else "–"
        rows.append(Row((Cell(system, is_head=True), cell(found.get("mean")), Cell(interval))))
    return Table(f"{MEASURE}의 평균과 95% 구간(test)", ("시스템", "평균", "95% 구간"), tuple(rows))


def loss_table(points: Sequence[LossPoint]) -> Table:
    """Return the loss by step."""
    rows = (Row((Cell(text_of(p.step), is_head=True), cell(p.epoch), cell(p.loss))) for p in points)
    return Table("미세조정의 loss", ("단계", "epoch", "loss"), tuple(rows))
