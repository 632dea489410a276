"""What a meeting asks first, answered in a line each; the sections below have the evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onggi.report import truths
from onggi.report.forgetting import costs
from onggi.report.goals import GUARD, UNKNOWN, Goal, together
from onggi.report.headline import BETWEEN, MEASURE, choice, differences, tested, verdict
from onggi.report.inputs import FactValue, Metrics
from onggi.report.speed import at, timed
from onggi.report.values import change, is_number, p_text, text_of

_TOLD = 2
"""Targets that are told one by one; more are counted."""


@dataclass(frozen=True)
class Answer:
    """A question, its answer, a word that says it all where there is one, and the section that has the evidence."""

    question: str
    text: str
    verdict: str
    section: str


def answers(metrics: Metrics, found: Sequence[Goal], facts: Sequence[FactValue]) -> list[Answer]:
    """Return the answers that the files of metrics/ allow; a question without one is left out."""
    if not metrics.get("retrieval"):
        return []
    told = (
        _goals(found),
        _why(metrics),
        *_differences(metrics),
        _forgetting(metrics),
        _labels(metrics),
        _weakest(metrics, facts),
        _speed(metrics),
    )
    return [answer for answer in told if answer]


def _goals(found: Sequence[Goal]) -> Answer | None:
    of_systems = [goal for goal in found if goal.truth != GUARD]
    if not of_systems:
        return None
    if len(of_systems) <= _TOLD:
        text = "; ".join(map(_goal, of_systems))
    else:
        said = [goal.said for goal in of_systems]
        counts = (f"{word} {said.count(word)}" for word in dict.fromkeys(("달성", "미달", UNKNOWN)) if word in said)
        text = f"목표 {len(said)}개: {', '.join(counts)}"
    return Answer("목표에 닿았나", text, together(of_systems), "goals")


def _goal(goal: Goal) -> str:
    ends = f", 95% 구간 {goal.interval}" if goal.interval else ""
    return f"{goal.system} {goal.measure} {goal.measured}(정답셋 {goal.truth}, 목표 {goal.target}{ends})"


def _why(metrics: Metrics) -> Answer | None:
    chosen = choice(metrics)
    if not chosen:
        return None
    dev, test = (_scores(metrics, file) for file in ("dev", "retrieval"))
    asked = metrics.get("coverage").get("dev", {}).get("answerable")
    counted = f"dev 질문 {text_of(asked)}개의 평균이 " if is_number(asked) else "dev 평균이 "
    next_one = max((s for s in dev if s != chosen), key=lambda s: dev[s], default="")
    text = f"{counted}가장 높아서({text_of(dev[chosen])}" + (
        f"; 다음 {next_one} {text_of(dev[next_one])})" if next_one else ")"
    )
    first = max(test, key=lambda s: test[s], default="")
    if first and test[first] > test.get(chosen, test[first]):
        text += f". test 평균은 {first} {text_of(test[first])} 쪽이 높지만, test로 고르면 test가 더는 시험이 아닙니다"
    return Answer(f"왜 {chosen}인가", text, "", "measures")


def _differences(metrics: Metrics) -> Iterator[Answer]:
    for pair, tests in differences(metrics).items():
        difference, p = tested(tests)
        ends = tests[MEASURE].get("interval")
        interval = f"95% 구간 {' ~ '.join(change(float(end), 0.0) for end in ends)}, " if ends else ""
        first, _, second = pair.partition(BETWEEN)
        yield Answer(
            f"{first}보다 {second}",
            f"{MEASURE} {change(float(difference), 0.0)}({interval}{_p(tests[MEASURE], p)})",
            verdict(difference, p),
            "measures",
        )


def _p(found: Mapping[str, Any], p: float) -> str:
    return p_text(p) if found.get("p_holm") is None else f"보정한 {p_text(p)}"


def _forgetting(metrics: Metrics) -> Answer | None:
    found = costs(metrics)
    if not found:
        return None
    first = found[0]
    ends = f"95% 구간 {' ~ '.join(change(end, 0.0) for end in first.interval)}, " if first.interval else ""
    text = f"다른 영역에서 {first.pair} {MEASURE} {change(first.difference, 0.0)}({ends}보정한 {p_text(first.p)})"
    return Answer("튜닝으로 잊은 것은", text, first.said, "guard")


def _labels(metrics: Metrics) -> Answer | None:
    coverage = metrics.get("coverage")
    if not is_number(coverage.get("answerable")):
        return None
    told = [truths.basis(metrics)]
    judged = [v for of in metrics.get("retrieval").values() if is_number(v := of.get("judged@10"))]
    if judged:
        least, most = f"{min(judged):.2f}", f"{max(judged):.2f}"
        told.append(f"위의 10개 가운데 사람이 본 몫 {least if least == most else f'{least}~{most}'}")
    if kappas := [kappa for _, kappa in truths.kappas(metrics)]:
        least, most = f"{min(kappas):.2f}", f"{max(kappas):.2f}"
        told.append(f"정답셋끼리 κ {least if least == most else f'{least}~{most}'}")
    if coverage.get("unanswerable_left_out"):
        told.append(f"답이 없는 질문 {text_of(coverage['unanswerable_left_out'])}개는 검색 지표에서 빠짐")
    return Answer("무엇으로 재었나", "; ".join(told), "", "truths")


def _weakest(metrics: Metrics, facts: Sequence[FactValue]) -> Answer | None:
    chosen = choice(metrics) or next(iter(metrics.get("retrieval")), "")
    of = [v for v in facts if v.fact == "type" and v.measure == MEASURE and v.system == chosen]
    if len(of) < 2:
        return None
    low, high = (pick(of, key=lambda v: v.mean) for pick in (min, max))
    text = f"{chosen}: {_of_type(low)}에서 가장 낮고 {_of_type(high)}에서 가장 높음"
    return Answer("어떤 질문에 약한가", text, "", "types")


def _of_type(value: FactValue) -> str:
    return f"{value.value} {value.mean:.2f}(질문 {value.queries}개)"


def _speed(metrics: Metrics) -> Answer | None:
    p50 = {s: value for s, of in timed(metrics).items() if is_number(value := at(of, ("latency_ms", "p50")))}
    chosen = choice(metrics)
    if not p50:
        return None
    fastest = min(p50, key=lambda s: p50[s])
    p95 = at(timed(metrics).get(chosen, {}), ("latency_ms", "p95"))
    told = []
    if chosen in p50:
        told.append(f"{chosen} P50 {text_of(p50[chosen])} ms" + (f", P95 {text_of(p95)} ms" if is_number(p95) else ""))
    if fastest != chosen:
        told.append(f"가장 빠른 것은 {fastest} P50 {text_of(p50[fastest])} ms")
    return Answer("얼마나 빠른가", "; ".join(told), "", "performance")


def _scores(metrics: Metrics, file: str) -> Mapping[str, Any]:
    found = {system: of.get(MEASURE) for system, of in metrics.get(file).items()}
    return {system: value for system, value in found.items() if is_number(value)}
