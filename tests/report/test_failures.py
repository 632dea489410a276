from collections.abc import Mapping
from typing import Any

from onggi.report.failures import failures


def listed(system: str, **ranks: int | None) -> Mapping[str, Any]:
    found = [{"query_id": name, "question": name, "first_relevant_rank": rank} for name, rank in ranks.items()]
    return {"system": system, "split": "test", "failures": found}


def changes(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    return [failure.change for failure in failures(now, then).shown]


def test_a_rank_that_was_is_named_where_there_is_none_now() -> None:
    now, then = listed("a", q1=None, q2=3), listed("a", q1=12, q2=None)
    assert changes(now, then) == ["이전 12위", "이전 찾은 목록에 없음"]


def test_ranks_are_compared() -> None:
    assert changes(listed("a", q1=12, q2=3, q3=2), listed("a", q1=10, q2=3)) == [
        "+2",
        "±0",
        "이전에는 실패 목록에 없었음",
    ]


def test_the_failures_of_another_system_are_not_compared() -> None:
    for then, other in (
        (listed("b", q1=10, q2=2), "b"),
        ({"failures": [{"query_id": "q1"}]}, "이름이 적혀 있지 않은 시스템"),
    ):
        found = failures(listed("a", q1=12), then)
        assert (found.system, found.other, found.solved, found.shown[0].change) == ("a", other, (), "")


def test_ten_are_shown_and_what_is_no_longer_listed_is_named() -> None:
    found = failures(listed("a", **{f"q{n}": None for n in range(12)}), listed("a", gone=2, q11=3))
    assert len(found.shown) == 10
    assert found.solved == ("gone: gone",)
