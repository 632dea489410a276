"""What the build made of the documents, step by step, and what each file of metrics/ says about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onggi.report.candidates import NAME as CANDIDATES
from onggi.report.candidates import candidates_tables
from onggi.report.inputs import Metrics
from onggi.report.judged import answers_tables
from onggi.report.labels import label
from onggi.report.tabulate import Table, cell, columns_table, object_tables
from onggi.report.values import is_number

PARTS = {
    "ingest": "문서",
    "chunks": "청크",
    "gold": "정답 질문(gold)",
    "questions": "합성 질문",
    "negatives": "부정 예제(hard negative)",
    "training": "미세조정",
    "coverage": "평가 범위",
    "answers": "답변",
}
"""The files of the funnel in the order of the build, and their headings."""

_STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("문서", "ingest", ("documents", "counts.documents", "total")),
    ("청크", "chunks", ("chunks", "counts.chunks", "total")),
    ("정답 질문", "gold", ("questions", "total")),
    ("합성 질문", "questions", ("kept.total", "kept", "questions.total", "questions")),
    ("학습 예제", "negatives", ("examples", "queries", "questions", "rows")),
    ("평가 질문", "coverage", ("measured", "answerable", "queries", "questions")),
)


@dataclass(frozen=True)
class FunnelStep:
    """One number of the funnel; ``text`` says why it is absent where it is."""

    name: str
    text: str
    change: str
    is_absent: bool


@dataclass(frozen=True)
class Part:
    """One file of metrics/: its heading and tables; no tables where the file is absent."""

    name: str
    title: str
    tables: tuple[Table, ...]


def funnel_steps(metrics: Metrics, then: Metrics, compare: bool) -> list[FunnelStep]:
    """Return how many there were of what, in the order of the build."""
    steps = []
    for name, file, paths in _STEPS:
        now, before = (_first(side.get(file), paths) for side in (metrics, then))
        if now is None:
            reason = f"{file}.json에 없음" if file in metrics.objects else f"{file}.json 없음"
            steps.append(FunnelStep(name, reason, "", True))
        else:
            shown = cell(now, before, compare)
            steps.append(FunnelStep(name, shown.text, shown.change, False))
    return steps


def funnel_parts(metrics: Metrics, then: Metrics, compare: bool) -> list[Part]:
    """Return every file of the funnel as tables, and the language models that were compared, where some were."""
    compared = candidates_tables(metrics.get(CANDIDATES))
    beside = [Part(CANDIDATES, "언어 모델", compared)] if compared else []
    return [
        Part(
            name,
            title,
            _TABLES.get(name, _any)(metrics.get(name), then.get(name), compare) if name in metrics.objects else (),
        )
        for name, title in PARTS.items()
    ] + beside


def _any(now: Mapping[str, Any], then: Mapping[str, Any], compare: bool) -> tuple[Table, ...]:
    return tuple(object_tables(now, then, compare))


def _coverage(now: Mapping[str, Any], then: Mapping[str, Any], compare: bool) -> tuple[Table, ...]:
    """Return the tables of coverage.json, which says the same things of test and, below ``dev``, of dev."""
    splits = {"test": (now, then), "dev": (now.get("dev") or {}, then.get("dev") or {})}
    keys = dict.fromkeys(key for both in splits.values() for side in both for key in side if key != "dev")
    nested = [k for k in keys if any(isinstance(side.get(k), Mapping) for both in splits.values() for side in both)]

    def within(side: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = side.get(key)
        return value if isinstance(value, Mapping) else {}

    plain = {
        split: tuple({k: v for k, v in side.items() if k in keys and k not in nested} for side in both)
        for split, both in splits.items()
    }
    counts = columns_table("요약", {split: (both[0], both[1]) for split, both in plain.items()}, compare)
    below = (
        columns_table(
            label(key),
            {split: (within(here, key), within(there, key)) for split, (here, there) in splits.items()},
            compare,
            labelled=False,
        )
        for key in nested
    )
    return (counts, *below)


def _first(content: Mapping[str, Any], paths: tuple[str, ...]) -> int | float | None:
    """Return the first number at one of the dotted paths; a mapping of counts stands for its sum."""
    for path in paths:
        value: Any = content
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and value and all(isinstance(count, int) for count in value.values()):
            value = sum(value.values())
        if is_number(value):
            return value
    return None


_TABLES = {"coverage": _coverage, "answers": answers_tables}
"""The files that have tables of their own."""
