"""Tables of what the systems scored: the measures, the tested differences of pairs, and recall at some k."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onggi.report.headline import BETWEEN, MEASURE, UNSURE, baseline, tested, verdict
from onggi.report.inputs import Metrics, RecallPoint
from onggi.report.tabulate import Cell, Row, Table, cell
from onggi.report.truths import basis
from onggi.report.values import change, is_number, p_text, text_of

_SPLITS = {"retrieval": "test", "dev": "dev"}
"""The split that each file of measures is about."""

_OF_LABELS = "judged@10"
"""A measure of the labels, of which no system has the best."""


def measures_table(now: Metrics, then: Metrics, compare: bool, file: str = "retrieval") -> Table:
    """Return systems by the measures of one split, the highest of each marked; beside test, what dev says.

    A value of test has a sign where its system is better or worse than the baseline, after correction. A measure that a
    system lacks, because it looks deeper than the system's run, is a dash with its reason.
    """
    here, there = now.get(file), then.get(file)
    systems, measures = _union(here, there), _by_length([*here.values(), *there.values()])
    reasons = _reasons(now.get("coverage"), file)
    beside = ([("dev", MEASURE)] if file == "retrieval" and now.get("dev") else []) + [(file, m) for m in measures]
    best = {
        (source, m): max((v for s in systems if is_number(v := _value(now, source, s, m))), default=None)
        for source, m in beside
    }

    def shown(source: str, system: str, measure: str) -> Cell:
        value, was = (_value(side, source, system, measure) for side in (now, then))
        if value is None and was is None:
            return Cell("–", reason=reasons.get(system, {}).get(measure, ""))
        is_best = value is not None and value == best[source, measure] and measure != _OF_LABELS
        shown = cell(value, was, compare, is_best=is_best)
        return replace(shown, sign=_sign(now, system, measure)) if source == "retrieval" else shown

    rows = (Row((Cell(system, is_head=True), *(shown(f, system, m) for f, m in beside))) for system in systems)
    columns = (f"{m} (dev)" if source != file else m for source, m in beside)
    split = _SPLITS[file]
    caption = f"시스템별 검색 지표: {split}({basis(now, split)})"
    return Table(caption, ("시스템", *columns), tuple(rows), _footnote(reasons))


def pairs_table(now: Metrics, then: Metrics, compare: bool) -> Table:
    """Return the pairs that were tested, those that params name first: difference, what it means, and how sure that is.

    What a difference means is said by p after correction for all that was tested.
    """
    found = now.get("significance")
    documents = next((of.get("documents") for of in found.values() if is_number(of.get("documents"))), None)
    grouped = f"문서 {text_of(documents)}개로 묶은" if documents else "문서별로 묶은"
    caption = f"짝지은 차이: test의 {MEASURE}({basis(now)}; {grouped} 무작위화, Holm 보정)"
    return compared_table(found, then.get("significance"), compare, caption)


def compared_table(here: Mapping[str, Any], there: Mapping[str, Any], compare: bool, caption: str) -> Table:
    """Return tested pairs, what can be said of each first, then how large the difference is and how sure."""
    rows = []
    for key in _union(here, there):
        told, was = _tested(here.get(key, {})), _tested(there.get(key, {}))
        changes = (
            f"이전 {before}" if compare and before != text else "" for text, before in zip(told, was, strict=True)
        )
        cells = (Cell(text, changed) for text, changed in zip(told, changes, strict=True))
        rows.append(Row((Cell(key, is_head=True), *cells)))
    columns = ("앞 → 뒤", "뒤의 것은", "차이", "95% 구간", "p", "보정한 p", "승·무·패", "알아볼 수 있는 차이", "질문")
    return Table(caption, columns, tuple(rows))


def _tested(tests: Mapping[str, Any]) -> tuple[str, ...]:
    difference, corrected = tested(tests)
    if not is_number(difference) or not is_number(corrected):
        return "검정하지 않음", "–", "–", "–", "–", "–", "–", "–"
    found = tests[MEASURE]
    interval, detectable = found.get("interval"), found.get("detectable")
    return (
        verdict(difference, corrected),
        change(float(difference), 0.0),
        " ~ ".join(change(float(end), 0.0) for end in interval) if interval else "–",
        _only_p(found.get("p")),
        _only_p(found.get("p_holm")),
        "·".join(text_of(found[name]) for name in ("wins", "ties", "losses")) if "wins" in found else "–",
        text_of(detectable) if is_number(detectable) else "–",
        text_of(tests.get("queries")),
    )


def _only_p(p: Any) -> str:
    return p_text(p).removeprefix("p = ").removeprefix("p ") if is_number(p) else "–"


def recall_table(
    points: Sequence[RecallPoint], then: Sequence[RecallPoint], systems: Sequence[str], compare: bool, rests_on: str
) -> Table:
    """Return recall at some k as a table, for those who do not read curves; a dash beyond the depth of a system.

    Where the file has intervals they stand beside the values.
    """
    ends = {(p.system, p.k): f"{p.low:.2f}~{p.high:.2f}" for p in points if p.low is not None and p.high is not None}
    at = {(p.system, p.k): p.recall for p in points}
    before = {(p.system, p.k): p.recall for p in then}
    depths = [k for k in (1, 2, 5, 10, 20, 50, 100) if any((s, k) in at for s in systems)]
    best = {k: max(at[s, k] for s in systems if (s, k) in at) for k in depths}
    rows = []
    for s in systems:
        values = [
            replace(
                cell(at.get((s, k)), before.get((s, k)), compare, is_best=at.get((s, k)) == best[k]),
                aside=ends.get((s, k), ""),
            )
            if (s, k) in at or (s, k) in before
            else Cell("–")
            for k in depths
        ]
        rows.append(Row((Cell(s, is_head=True), *values)))
    return Table(f"몇 가지 k에서의 recall: test({rests_on})", ("시스템", *(f"k = {k}" for k in depths)), tuple(rows))


def _sign(metrics: Metrics, system: str, measure: str) -> str:
    """Return what can be said of a system against the baseline; empty where nothing can."""
    significance = metrics.get("significance")
    difference, p = tested(significance.get(f"{baseline(significance)}{BETWEEN}{system}", {}), measure)
    if not is_number(difference) or not is_number(p):
        return ""
    return said if (said := verdict(difference, p)) != UNSURE else ""


def _value(metrics: Metrics, file: str, system: str, measure: str) -> Any:
    return metrics.get(file).get(system, {}).get(measure)


def _reasons(coverage: Mapping[str, Any], file: str) -> dict[str, Mapping[str, str]]:
    """Return ``{system: {measure: reason}}``; without it where nothing at all was measured."""
    told = (coverage.get("dev", {}) if file == "dev" else coverage).get("not_computed", {})
    return {system: measures for system, measures in told.items() if isinstance(measures, Mapping)}


def _footnote(reasons: Mapping[str, Mapping[str, str]]) -> str:
    lines: dict[tuple[str, str], list[str]] = {}
    for system, measures in reasons.items():
        for reason in dict.fromkeys(measures.values()):
            named = ", ".join(measure for measure, of in measures.items() if of == reason)
            lines.setdefault((named, reason), []).append(system)
    told = [f"{', '.join(systems)}의 {named}({reason})" for (named, reason), systems in lines.items()]
    return "–는 계산하지 않은 값: " + "; ".join(told) + "." if told else ""


def _by_length(sides: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return all measures in the order of the system that has most of them."""
    return _union(*sorted(sides, key=len, reverse=True))


def _union(*sides: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for side in sides for key in side))
