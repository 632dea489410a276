"""What was gained, in words: the system to choose, by dev, and the differences on test that were tested.

What is not known is said to be so, with the reason. No system's name is known here.
"""

from collections.abc import Mapping
from typing import Any

from onggi.report.inputs import Metrics
from onggi.report.values import change, is_number, p_text

MEASURE = "nDCG@10"
BETWEEN = " → "
BETTER, WORSE, UNSURE = "더 좋음", "더 나쁨", "우연과 구별되지 않음"
_CHANCE = 0.05
_MOST = 4
"""Pairs that the head of the page tells; the table tells all."""


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
    """Return a sentence with the tested differences (see `differences`)."""
    if not metrics.get("retrieval"):
        return ""
    if not (told := differences(metrics)):
        return "test에서 차이를 검정한 짝은 없습니다" + (
            "." if metrics.get("significance") else "(significance.json 없음)."
        )
    return "test의 차이는 " + ", ".join(f"{key} {_difference(tests)}" for key, tests in told.items()) + "입니다."


def differences(metrics: Metrics) -> dict[str, Mapping[str, Any]]:
    """Return the tested pairs that matter most: those that params name, and that of the chosen system."""
    significance = metrics.get("significance")
    told = [key for key, tests in significance.items() if _difference(tests)]
    ends = {key: key.partition(BETWEEN)[::2] for key in told}
    named, chosen = baseline({key: significance[key] for key in told}), choice(metrics)
    to_tell = [key for key, (first, second) in ends.items() if first != named or second == chosen]
    return {key: significance[key] for key in (to_tell or told)[:_MOST]}


def baseline(significance: Mapping[str, Any]) -> str:
    """Return the baseline: pairs with it are last in significance.json; empty where there are none."""
    return next(reversed(list(significance)), "").partition(BETWEEN)[0]


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
        return UNSURE
    return BETTER if difference > 0 else WORSE


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


def tested(tests: Mapping[str, Any], measure: str = MEASURE) -> tuple[Any, Any]:
    """Return the difference of a pair by a measure and its p, corrected for all that was tested where that was done."""
    found = tests.get(measure)
    if not isinstance(found, Mapping):
        return None, None
    return found.get("difference"), found.get("p_holm", found.get("p"))
