import pytest

from onggi.llm.retries import LONGEST, backoff, retry_after

NOON = "Sun, 01 Nov 2026 12:00:%s GMT"


def test_waits_double_up_to_a_minute_and_are_not_all_the_same() -> None:
    for tries in range(1, 12):
        waits = [backoff(tries) for _ in range(50)]
        full = min(LONGEST, 2.0 ** (tries - 1))
        assert full / 2 <= min(waits) < max(waits) <= full


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": NOON % "30", "date": NOON % "10"}, 20.0),
        ({"retry-after": NOON % "10", "date": NOON % "30"}, 0.0),
        ({"retry-after": "Sun Nov  1 12:00:30 2026", "date": NOON % "10"}, 20.0),
    ],
)
def test_a_server_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_alone_is_compared_with_our_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1793534400.0)  # that noon
    assert retry_after({"retry-after": NOON % "30"}) == 30.0
