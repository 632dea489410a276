import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.performance.latency import latencies, percentile

SECONDS = st.lists(st.floats(0, 1e4, allow_subnormal=False), min_size=1, max_size=60)


def test_percentiles_by_hand() -> None:
    hundred = [float(n) for n in range(100, 0, -1)]  # 1 to 100, not in order
    assert percentile(hundred, 50) == 1 + 99 * 0.50
    assert percentile(hundred, 95) == pytest.approx(1 + 99 * 0.95)
    assert (percentile(hundred, 0), percentile(hundred, 100)) == (1.0, 100.0)
    assert [percentile([7.0], of) for of in (0, 50, 99, 100)] == [7.0] * 4
    assert percentile([1.0, 2.0, 4.0], 75) == 3.0


@given(SECONDS, st.floats(0, 100))
def test_a_percentile_is_numpys(values: list[float], of: float) -> None:
    assert percentile(values, of) == pytest.approx(float(np.percentile(values, of)), rel=1e-9, abs=1e-9)


@given(SECONDS)
def test_p50_p95_and_p99_never_fall_and_lie_between_the_extremes(values: list[float]) -> None:
    p50, p95, p99 = (percentile(values, of) for of in (50, 95, 99))
    assert min(values) <= p50 <= p95 <= p99 <= max(values)


def test_seconds_become_milliseconds() -> None:
    assert latencies([0.001, 0.002, 0.003]) == {"p50": 2.0, "p95": 2.9, "p99": 2.98}


def test_no_value_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no value"):
        percentile([], 50)
