"""Intervals: known values, how often they hold the truth, and what they say of too little."""

import numpy as np
import pytest

from onggi.choosing.intervals import mean, quantile, wilson


@pytest.mark.parametrize(
    ("hits", "of", "expected"),
    [
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (1, 2, (0.0945, 0.9055)),
        (81, 263, (0.2553, 0.3662)),
        (0, 0, (0, 1)),
    ],
)
def test_wilson_by_his_formula(hits: int, of: int, expected: tuple[float, float]) -> None:
    """81 of 263 is Newcombe's example (Statistics in Medicine 1998, table I)."""
    assert wilson(hits, of) == pytest.approx(expected, abs=5e-5)


def test_a_mean_of_right_and_wrong_that_all_agree_has_wilsons_interval() -> None:
    assert mean([1.0] * 10, [str(n) for n in range(10)], 200, 0) == {"value": 1.0, "low": 0.7225, "high": 1.0, "of": 10}


def test_a_mean_of_shares_that_all_agree_has_none() -> None:
    assert mean([0.5] * 10, [str(n) for n in range(10)], 200, 0) == {"value": 0.5, "low": None, "high": None, "of": 10}


def test_questions_of_one_document_count_as_less() -> None:
    values = [float(n % 10 < 5) for n in range(100)]
    apart = mean(values, [str(n) for n in range(100)], 2000, 0)
    together = mean(values, [str(n // 5) for n in range(100)], 2000, 0)  # each document all right or all wrong
    assert width(together) > 1.8 * width(apart) > 0.3


@pytest.mark.parametrize("right", range(13))
def test_an_interval_holds_its_mean_and_stays_within_shares(right: int) -> None:
    found = mean([1.0] * right + [0.0] * (12 - right), [str(n) for n in range(12)], 2000, 0)
    low, value, high = found["low"], found["value"], found["high"]
    assert low is not None and high is not None and value is not None
    assert 0 <= low <= value <= high <= 1
    assert high - low > 0.2


def test_nothing_has_no_figures() -> None:
    nothing = {"value": None, "low": None, "high": None, "of": 0}
    assert mean([], [], 200, 0) == quantile([], 0.5, 200, 0) == nothing


def test_a_quantile_is_the_nearest_rank() -> None:
    calls = [float(n) for n in range(1, 21)]
    assert [quantile(calls, share, 200, 0)["value"] for share in (0.5, 0.95, 1.0)] == [10.0, 19.0, 20.0]


def test_the_interval_of_a_median_holds_it_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for seed in range(200):
        found = quantile(list(rng.exponential(1.0, 60)), 0.5, 500, seed)
        held += (found["low"] or 0) <= float(np.log(2)) <= (found["high"] or 0)
    assert 0.90 <= held / 200 <= 0.99


def width(figure: dict[str, float | int | None]) -> float:
    assert figure["high"] is not None and figure["low"] is not None
    return figure["high"] - figure["low"]
