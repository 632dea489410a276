"""Why questions failed, as failures.json counts it, in the words of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onggi.report.values import change

_NAMES = {
    "split by chunking": ("청크가 근거를 갈라 놓음", "근거를 절반 이상 담은 청크가 없음"),
    "not retrieved": ("어느 색인도 못 찾음", "어느 색인의 실행에도 답하는 청크가 없음"),
    "lost in fusion": ("융합에서 잃음", "융합하는 것 하나는 10위 안에 찾았으나 융합한 순위에는 없음"),
    "lost in reranking": ("재순위에서 잃음", "재순위 전에는 10위 안이었으나 뒤에는 아님"),
    "lost in transforming": ("질문을 바꾸어 잃음", "쓴 그대로 물으면 10위 안에 찾았으나 바꾸어 물으면 아님"),
    "lost in choosing": ("유형을 가려 잃음", "다른 유형에 쓰는 검색은 10위 안에 찾았으나 고른 검색은 아님"),
    "near-duplicate above": ("거의 같은 청크가 위에 옴", "거의 같은 말을 하는 청크가 10위 안에 있음"),
    "no shared term": ("겹치는 낱말이 없음", "질문과 근거에 함께 있는 내용 형태소가 없음"),
    "ranked low": ("낮은 순위", "위의 어느 것도 아님"),
}


@dataclass(frozen=True)
class Cause:
    """A cause: its name, its rule, how often it held, the change to the other commit, and questions as examples."""

    name: str
    rule: str
    count: int
    share: float
    change: str
    examples: tuple[str, ...]


def causes(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[Cause]:
    """Return the causes of failures.json, most frequent first; compared where the other is of the same system."""
    told = now.get("causes") or {}
    same = bool(then.get("causes")) and then.get("system") == now.get("system")
    before = then["causes"] if same else {}
    failed = sum(each.get("count", 0) for each in told.values())
    listed = []
    for key, each in sorted(told.items(), key=lambda item: -item[1].get("count", 0)):
        name, rule = _NAMES.get(key, (key, str(each.get("rule", ""))))
        count = each.get("count", 0)
        changed = change(count, before.get(key, {}).get("count", 0)) if same else ""
        listed.append(Cause(name, rule, count, count / (failed or 1), changed, tuple(each.get("examples") or ())))
    return listed
