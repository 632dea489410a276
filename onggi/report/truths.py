"""Ground truths: what each table rests on, how the systems stand by each of them, and how they agree."""

from collections.abc import Mapping
from typing import Any

from onggi.report.headline import MEASURE
from onggi.report.inputs import GOLD, Metrics
from onggi.report.tabulate import Cell, Row, Table, cell
from onggi.report.values import is_number, text_of

NAMES = {
    GOLD: "사람이 쓴 질문과 근거",
    "lexical": "낱말이 비슷한 이웃(TF-IDF)",
    "llm": "언어 모델이 1~5로 매긴 등급",
    "intersection": "두 정답셋이 함께 맞다고 한 것",
    "qrels": "들여온 판정(TREC, BEIR)",
    "guard": "튜닝에 쓰지 않은 다른 영역",
}
HOW_TO_READ = (
    "겹침은 어느 한쪽이라도 맞다고 한 쌍 가운데 둘 다 맞다고 한 몫입니다. "
    "κ는 둘 다 판정한 쌍에서 우연히 같을 몫을 뺀 일치로, 1이면 늘 같고 0이면 우연만큼 같습니다. "
    "κ가 낮은 두 정답셋은 서로 다른 것을 재므로, 한쪽의 점수로 다른 쪽을 말할 수 없습니다."
)

Side = Mapping[str, Any]


def basis(metrics: Metrics, split: str = "test") -> str:
    """Return what tables of gold questions rest on: the ground truth, questions, pieces of evidence and pairs.

    What is not known is not told; pairs, of a question and what is right of it, are told of test alone.
    """
    coverage = metrics.get("coverage")
    told = coverage.get("dev", {}) if split == "dev" else coverage
    found = _truths(metrics).get(GOLD, {}) if split == "test" else {}
    return counted(GOLD, found.get("queries", told.get("answerable")), found.get("pairs"), told.get("evidence"))


def counted(name: str, queries: Any, pairs: Any, evidence: Any = None) -> str:
    """Return the name of a ground truth with what it has.

    Examples
    --------
    >>> counted("gold", 78, 103, 101), counted("gold", 78, None)
    ('정답셋 gold: 질문 78개, 근거 101개, 쌍 103개', '정답셋 gold: 질문 78개')
    """
    counts = (("질문", queries), ("근거", evidence), ("쌍", pairs))
    numbers = [f"{what} {text_of(count)}개" for what, count in counts if is_number(count)]
    return f"정답셋 {name}" + (": " + ", ".join(numbers) if numbers else "")


def truths_table(now: Metrics, then: Metrics, compare: bool) -> Table | None:
    """Return systems by ground truths, by the headline measure; None where no ground truth gives a value."""
    told, before = _truths(now), _truths(then)
    measured = [name for name, of in told.items() if _systems(of)]
    systems = list(dict.fromkeys(system for name in measured for system in _systems(told[name])))
    if not systems:
        return None
    best = {name: max(_systems(told[name]).values()) for name in measured}
    rows = []
    for system in systems:
        cells = []
        for name in measured:
            value, was = _systems(told[name]).get(system), _systems(before.get(name, {})).get(system)
            cells.append(Cell("–") if value is None else cell(value, was, compare, is_best=value == best[name]))
        rows.append(Row((Cell(system, is_head=True), *cells)))
    columns = (_column(name, told[name]) for name in measured)
    return Table(f"정답셋마다의 {MEASURE}(test)", ("시스템", *columns), tuple(rows))


def kinds_table(metrics: Metrics) -> Table | None:
    """Return what each ground truth is: questions, pairs, grades and unit, or why it gives no value."""
    rows = []
    for name, of in _truths(metrics).items():
        graded = f"1~{most}" if is_number(most := of.get("grades")) else "있음" if of.get("graded") else "없음"
        least = f", {of['min_relevance']} 이상이 맞음" if is_number(of.get("min_relevance")) else ""
        reason = str(of.get("reason") or "")
        cells = (
            Cell(NAMES.get(name, "")),
            *(Cell(text_of(of[key]) if is_number(of.get(key)) else "–") for key in ("queries", "pairs")),
            Cell("–" if reason else graded + (least if of.get("graded") else "")),
            Cell(_UNITS.get(str(of.get("unit")), str(of.get("unit") or "–"))),
            Cell(reason or "–"),
        )
        rows.append(Row((Cell(name, is_head=True), *cells)))
    columns = ("정답셋", "무엇인가", "질문", "쌍", "등급", "단위", "재지 못한 까닭")
    return Table("정답셋의 종류", columns, tuple(rows)) if rows else None


def agreement_table(metrics: Metrics) -> Table | None:
    """Return how far each two ground truths agree on the questions that both have."""
    agreement = metrics.get("truths").get("agreement")
    rows = []
    for pair, found in agreement.items() if isinstance(agreement, Mapping) else ():
        if not isinstance(found, Mapping):
            continue
        cells = (Cell(text_of(found[key]) if is_number(found.get(key)) else "–") for key in _AGREED)
        rows.append(Row((Cell(pair.replace(" ~ ", " · "), is_head=True), *cells, Cell(str(found.get("reason") or "")))))
    if not rows:
        return None
    columns = ("두 정답셋", *_AGREED.values(), "재지 못한 까닭")
    if not any(row.cells[-1].text for row in rows):
        columns, rows = columns[:-1], [Row(row.cells[:-1]) for row in rows]
    return Table("정답셋끼리의 일치", columns, tuple(rows))


def leaders(metrics: Metrics) -> str:
    """Return a sentence that says whether the same system is first by every ground truth; empty of fewer than two."""
    first: dict[str, list[str]] = {}
    for name, of in _truths(metrics).items():
        if systems := _systems(of):
            first.setdefault(max(systems, key=lambda system: systems[system]), []).append(name)
    if sum(map(len, first.values())) < 2:
        return ""
    if len(first) == 1:
        return f"어느 정답셋으로 재어도 평균이 가장 높은 시스템은 {next(iter(first))}입니다."
    told = "; ".join(f"{', '.join(names)}에서는 {system}" for system, names in first.items())
    return f"정답셋에 따라 평균이 가장 높은 시스템이 다릅니다: {told}."


def kappas(metrics: Metrics) -> list[tuple[str, float]]:
    """Return the kappa of each two ground truths of which it could be computed."""
    agreement = metrics.get("truths").get("agreement")
    pairs = agreement.items() if isinstance(agreement, Mapping) else ()
    return [(pair, of["kappa"]) for pair, of in pairs if isinstance(of, Mapping) and is_number(of.get("kappa"))]


def _truths(metrics: Metrics) -> dict[str, Side]:
    told = metrics.get("truths").get("truths")
    return {name: of for name, of in told.items() if isinstance(of, Mapping)} if isinstance(told, Mapping) else {}


def _systems(of: Side) -> dict[str, float]:
    """Return what each system scored, by the headline measure."""
    systems = of.get("systems")
    items = systems.items() if isinstance(systems, Mapping) else ()
    return {name: found[MEASURE] for name, found in items if is_number(found.get(MEASURE))}


def _column(name: str, of: Side) -> str:
    return counted(name, of.get("queries"), of.get("pairs")).removeprefix("정답셋 ")


_UNITS = {"chunk": "청크", "document": "문서", "chunk and document": "청크와 문서"}
_AGREED = {
    "queries": "함께 가진 질문",
    "pairs_first": "앞의 쌍",
    "pairs_second": "뒤의 쌍",
    "pairs_both": "같은 쌍",
    "overlap": "겹침",
    "pairs_judged": "둘 다 판정한 쌍",
    "kappa": "κ",
}
