"""What was gained, in words: the system to choose, by dev, and the differences on test that were tested.

What is not known is said to be so, with the reason. No system's name is known here.
"""

from collections.abc import Mapping
from typing import Any

from onggi.report.inputs import Metrics
from onggi.report.values import change, is_number, p_text

MEASURE = "nDCG@10"
_BETWEEN = " → "
_CHANCE = 0.05
_MOST = 4
"""Pairs that the sentence tells; the table tells all."""


def to_choose(metrics: Metrics) -> str:
    """Return a sentence with the system to choose by dev.json, and what it scored on test."""
    if not metrics.get("retrieval"):
        return "아직 평가한 시스템이 없습니다(retrieval.json 없음)."
    chosen = choice(metrics)
    coverage = metrics.get("coverage")
    if not chosen:
        absent = f"{MEASURE} 값 없음" if "dev" in metrics.objects else "dev.json 없음"
        return f"dev를 재지 않아 시스템을 고를 수 없습니다({_reason(coverage.get('dev', {})) or absent})."
    dev, test = (_score(metrics, file, chosen) for file in ("dev", "retrieval"))
    on_test = f"{test:.4f}" if is_number(test) else ": ".join(["없음", *filter(None, [_reason(coverage)])])
    return f"고를 시스템은 dev에서 가장 좋은 {chosen}입니다({MEASURE} dev {dev:.4f}, test {on_test})."


def gains(metrics: Metrics) -> str:
    """Return a sentence with the tested differences: of pairs that params name, and of the chosen system.

    Pairs with the baseline are last in significance.json, so that its last pair begins with the baseline.
    """
    if not metrics.get("retrieval"):
        return ""
    significance = metrics.get("significance")
    told = {key: said for key, tests in significance.items() if (said := _difference(tests))}
    if not told:
        return "test에서 차이를 검정한 짝은 없습니다" + ("." if significance else "(significance.json 없음).")
    baseline, chosen = next(reversed(told)).partition(_BETWEEN)[0], choice(metrics)
    ends = {key: key.partition(_BETWEEN)[::2] for key in told}
    to_tell = [key for key, (first, second) in ends.items() if first != baseline or second == chosen]
    return "test의 차이는 " + ", ".join(f"{key} {told[key]}" for key in (to_tell or list(told))[:_MOST]) + "입니다."


def choice(metrics: Metrics) -> str:
    """Return the system that is best on dev, the first of equals; empty where dev was not measured."""
    scores = {system: found for system in metrics.get("dev") if is_number(found := _score(metrics, "dev", system))}
    return max(scores, key=lambda system: scores[system], default="")


def verdict(difference: float, p: float) -> str:
    """Return whether the second system of a pair is better, worse, or neither that can be said.

    Examples
    --------
    >>> verdict(0.1, 0.003), verdict(-0.1, 0.003), verdict(0.1, 0.05)
    ('더 좋음', '더 나쁨', '우연과 구별되지 않음')
    """
    if p >= _CHANCE or not difference:
        return "우연과 구별되지 않음"
    return "더 좋음" if difference > 0 else "더 나쁨"


def _score(metrics: Metrics, file: str, system: str) -> Any:
    return metrics.get(file).get(system, {}).get(MEASURE)


def _reason(coverage: Mapping[str, Any]) -> str:
    """Return why nothing of a split was measured, as coverage.json tells it."""
    return str(coverage.get("not_computed", {}).get("retrieval", ""))


def _difference(tests: Mapping[str, Any]) -> str:
    difference, p = tested(tests)
    if not is_number(difference) or not is_number(p):
        return ""
    return f"{change(float(difference), 0.0)}({p_text(p)}, {verdict(difference, p)})"


def tested(tests: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the difference of a pair by `MEASURE` and its p, corrected for all that was tested where that was done."""
    found = tests.get(MEASURE)
    if not isinstance(found, Mapping):
        return None, None
    return found.get("difference"), found.get("p_holm", found.get("p"))
