"""The one sentence that says what was gained, with p; what is not known is said to be so, with the reason."""

from collections.abc import Mapping
from typing import Any

from onggi.report.values import change, is_number, p_text

MEASURE = "nDCG@10"
TUNING = ("dense-base", "dense-tuned")
FUSION = ("bm25", "hybrid")

_CHANCE = 0.05


def headline(retrieval: Mapping[str, Any], significance: Mapping[str, Any], reason: str = "") -> str:
    """Return the sentence made from retrieval.json and significance.json.

    ``reason`` is why nothing was measured, as coverage.json tells it.
    """
    scores = {system: measures[MEASURE] for system, measures in retrieval.items() if is_number(measures.get(MEASURE))}
    if not retrieval:
        return "아직 평가한 시스템이 없습니다(retrieval.json 없음)."
    if not scores:
        return (
            f"어느 시스템에도 {MEASURE} 값이 없어 가장 좋은 것을 말할 수 없습니다({reason or '이유가 적혀 있지 않음'})."
        )
    best = max(scores, key=lambda system: scores[system])
    tuning = _gain("미세조정", TUNING, scores, significance)
    fusion = _gain("융합", FUSION, scores, significance)
    return f"가장 좋은 시스템은 {MEASURE} {scores[best]:.4f}의 {best}이며, {tuning}, {fusion}입니다."


def pair(systems: tuple[str, str]) -> str:
    """Return the key of a pair of systems in significance.json."""
    return f"{systems[0]} → {systems[1]}"


def _gain(what: str, systems: tuple[str, str], scores: Mapping[str, float], significance: Mapping[str, Any]) -> str:
    absent = [system for system in systems if system not in scores]
    if absent:
        return f"{what}의 차이는 알 수 없음({', '.join(absent)}의 {MEASURE} 없음)"
    gain = change(float(scores[systems[1]]), float(scores[systems[0]]))
    tested = significance.get(pair(systems), {}).get(MEASURE, {})
    p = tested.get("p") if isinstance(tested, Mapping) else None
    if not is_number(p):
        reason = "비교 없음" if significance else "significance.json 없음"
        return f"{what}({pair(systems)})의 차이는 {gain}(p 없음: {reason})"
    doubt = ", 우연과 구별되지 않음" if p >= _CHANCE else ""
    return f"{what}({pair(systems)})의 차이는 {gain}({p_text(p)}{doubt})"
