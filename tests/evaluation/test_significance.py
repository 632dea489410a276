from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test, ttest_1samp

from onggi.evaluation import significance
from onggi.evaluation.significance import bootstrap, clustered, holm, randomization_test


def p_of(values, permutations=1000, seed=1):
    return randomization_test(np.array(values, dtype=float)[:, None], permutations, seed)[0]


def test_identical_systems_have_p_one():
    assert p_of([0.0] * 40) == 1.0


def test_exact_by_the_formula():
    # Only all signs as they are, and all flipped, reach the observed sum.
    for n in range(1, 15):
        assert p_of([0.5] * n) == 2 / 2**n


def test_exact_ignores_questions_without_a_difference():
    assert p_of([1.0, 1.0, 1.0] + [0.0] * 500) == 2 / 2**3


def test_ties_count_although_sums_differ_in_the_last_bit():
    values = [0.1, 0.2, -0.3, 0.7]
    sums = [sum(s * round(v * 10) for s, v in zip(signs, values, strict=True)) for signs in product((1, -1), repeat=4)]
    assert p_of(values) == np.mean([abs(s) >= 7 for s in sums])


@settings(max_examples=30, deadline=None)
# Binary fractions, whose sums are exact: scipy loses ties to rounding that ours counts (see the test above).
@given(st.lists(st.sampled_from([-1.0, -0.5, -0.375, 0.0, 0.25, 0.625, 1.0]), min_size=2, max_size=9))
def test_exact_agrees_with_scipy(values):
    if not any(values):
        return
    result = permutation_test(
        (np.array(values), np.zeros(len(values))),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert p_of(values) == pytest.approx(result.pvalue)


def test_drawn_agrees_with_exact_and_with_scipy(monkeypatch):
    rng = np.random.default_rng(3)
    values = rng.normal(0.4, 1, 13)
    exact = p_of(values)
    monkeypatch.setattr(significance, "EXACT_UP_TO", 0)
    assert p_of(values, permutations=40_000) == pytest.approx(exact, abs=0.01)
    many = rng.normal(0.15, 1, 200)
    result = permutation_test(
        (many, np.zeros(200)),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20_000,
        rng=np.random.default_rng(5),
    )
    assert p_of(many, permutations=20_000) == pytest.approx(result.pvalue, abs=0.02)


def test_the_smallest_p_is_one_over_one_more_than_drawn():
    assert p_of([1.0] * 60, permutations=999) == 1 / 1000


def test_sign_and_seed():
    values = np.random.default_rng(0).normal(0.1, 1, 100)
    assert p_of(values) == p_of(-values) == p_of(values)
    assert 0.05 < p_of(values) < 1
    assert p_of(values) != p_of(values, seed=2)


@pytest.mark.parametrize("queries", [15, 31, 32, 33, 100])
def test_blocks_change_nothing(monkeypatch, queries):
    table = np.random.default_rng(queries).normal(0.1, 1, (queries, 3))
    whole = randomization_test(table, 777, 4)
    monkeypatch.setattr(significance, "_SIGNS_PER_BLOCK", queries * 50)
    assert randomization_test(table, 777, 4).tolist() == whole.tolist()


def test_each_column_is_tested_as_if_alone():
    rng = np.random.default_rng(2)
    table = np.stack([np.zeros(50), rng.normal(0.2, 1, 50), np.r_[np.ones(5), np.zeros(45)]], axis=1)
    together = randomization_test(table, 500, 6)
    assert together.tolist() == [randomization_test(table[:, [c]], 500, 6)[0] for c in range(3)]
    assert together[2] == 2 / 2**5


def test_signs_are_fair_under_the_null():
    rng = np.random.default_rng(8)
    p = randomization_test(rng.normal(0, 1, (60, 400)), 500, 9)
    assert 0.02 < np.mean(p < 0.05) < 0.09


def test_neither_names_nor_what_else_is_tested_nor_the_direction_change_anything() -> None:
    """Documents are drawn in an order that what they score decides, so that renaming them draws the same."""
    rng = np.random.default_rng(4)
    steps = rng.choice([0.0, 0.0, 0.1, 0.3, -0.1, -0.3], (120, 3))  # with ties, which a name must not break
    about = [f"d{n}" for n in rng.integers(0, 40, 120)]
    called = dict(zip(sorted(set(about)), rng.permutation(len(set(about))), strict=True))
    order = rng.permutation(120)
    renamed = steps[order][:, [2, 0]], [f"다른 {called[about[n]]:02}" for n in order]
    (sums, sizes), (other, other_sizes) = clustered(steps, about), clustered(*renamed)
    assert randomization_test(other, 999, 1).tolist() == randomization_test(sums, 999, 1)[[2, 0]].tolist()
    drawn, again = bootstrap(sums, sizes, 999, 1), bootstrap(other, other_sizes, 999, 1)
    for name in ("low", "high", "p", "error"):
        assert getattr(again, name) == pytest.approx(getattr(drawn, name)[[2, 0]], abs=1e-9), name
    back = bootstrap(-sums, sizes, 999, 1)
    assert back.low == pytest.approx(-drawn.high) and back.high == pytest.approx(-drawn.low)
    assert back.p.tolist() == drawn.p.tolist()


def null(clusters: int, per_cluster: int, tests: int, kind: str) -> tuple[np.ndarray, list[str]]:
    """Return differences of systems that are equally good, and what each question is about."""
    rng = np.random.default_rng(clusters)
    sizes = rng.integers(1, 2 * per_cluster, clusters) if per_cluster > 1 else np.ones(clusters, int)
    about = np.repeat(np.arange(clusters), sizes)
    if kind in BINARY:  # Success@1 of two systems, each of which some documents suit better
        easy = np.clip(rng.normal(BINARY[kind], 0.2, (clusters, tests)), 0.02, 0.98)
        suits = rng.normal(0, 0.15, (clusters, tests))
        second, first = (rng.random((len(about), tests)) < np.clip(easy + s, 0, 1)[about] for s in (suits, -suits))
        return second.astype(float) - first, [f"d{n}" for n in about]
    shared = rng.normal(0, 0.7 * (per_cluster > 1), (clusters, tests))[about]
    values = shared + rng.normal(0, 1, (len(about), tests))
    if kind == "sparse":  # most questions are answered alike, and what differs are steps of a rank
        values = np.where(rng.random(values.shape) < 0.3, np.sign(values) * rng.choice([0.1, 0.5, 1], values.shape), 0)
    return values, [f"d{n}" for n in about]


BINARY = {"binary": 0.5, "mostly right": 0.85}
"""The share of questions that both systems answer."""


@pytest.mark.parametrize("kind", ["even", "sparse"])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(79, 1), (28, 3), (200, 3)])
def test_one_in_twenty_nulls_is_called_a_difference(clusters: int, per_cluster: int, kind: str) -> None:
    """With p < 0.05 in 5 % of 2,000 draws, give or take 1.5 %, also where the questions of a document move together."""
    sums, sizes = clustered(*null(clusters, per_cluster, 2000, kind))
    drawn = bootstrap(sums, sizes, 999, 2)
    assert np.mean(randomization_test(sums, 999, 1) < 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(drawn.p < 0.05) == pytest.approx(0.05, abs=0.015)
    covered = np.mean((drawn.low <= 0) & (drawn.high >= 0))
    assert covered == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("kind", ["even", "sparse", *BINARY])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(10, 4), (22, 4), (28, 3), (200, 3)])
def test_few_documents_and_measures_of_right_and_wrong_call_no_more_nulls_a_difference(
    clusters: int, per_cluster: int, kind: str
) -> None:
    """Of few documents, or of values that are 0 or 1, p takes few values: then it errs to the safe side."""
    sums, sizes = clustered(*null(clusters, per_cluster, 2000, kind))
    drawn = bootstrap(sums, sizes, 999, 2)
    assert np.mean(randomization_test(sums, 999, 1) < 0.05) <= 0.065
    assert np.mean(drawn.p < 0.05) <= 0.065
    told = np.isfinite(drawn.low)
    assert np.mean(told) > 0.95
    assert np.mean((drawn.low <= 0) & (drawn.high >= 0), where=told) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("clusters", "per_cluster"), [(22, 4), (28, 3), (200, 3)])
def test_binary_nulls_of_many_documents_are_called_a_difference_one_time_in_twenty(
    clusters: int, per_cluster: int
) -> None:
    sums, _ = clustered(*null(clusters, per_cluster, 2000, "binary"))
    assert np.mean(randomization_test(sums, 999, 1) < 0.05) == pytest.approx(0.05, abs=0.02)


def test_the_error_is_that_of_a_ratio_of_sums() -> None:
    rng = np.random.default_rng(11)
    about = rng.integers(0, 30, 200)
    sums, sizes = clustered(rng.uniform(0, 1, (200, 1)), [str(n) for n in about])
    mean = sums.sum() / sizes.sum()
    strayed = (sums[:, 0] - mean * sizes) ** 2  # Cochran, Sampling Techniques, 1977, 2.11
    expected = (strayed.sum() * len(sizes) / (len(sizes) - 1)) ** 0.5 / sizes.sum()
    assert bootstrap(sums, sizes, 200, 1).error == pytest.approx([expected])


@pytest.mark.parametrize("clusters", [22, 60])
@pytest.mark.parametrize("kind", ["binary", "graded"])
def test_the_interval_of_a_mean_covers_it_where_documents_have_unlike_many_questions(clusters: int, kind: str) -> None:
    rng = np.random.default_rng(clusters)
    about = np.repeat(np.arange(clusters), rng.integers(1, 8, clusters))
    by_document = rng.uniform(0.4, 1, (clusters, 2000))[about]  # what is true of a document; 0.7 on the whole
    values = rng.random(by_document.shape) < by_document if kind == "binary" else by_document
    drawn = bootstrap(*clustered(values.astype(float), [str(n) for n in about]), 999, 3)
    assert np.mean((drawn.low <= 0.7) & (drawn.high >= 0.7)) == pytest.approx(0.95, abs=0.02)


def test_questions_taken_for_independent_would_be_called_different_too_often() -> None:
    values, about = null(28, 6, 2000, "even")
    sums, _ = clustered(values, about)
    assert np.mean(randomization_test(values, 999, 1) < 0.05) > 0.1
    assert np.mean(randomization_test(sums, 999, 1) < 0.05) < 0.065


def test_the_interval_is_that_of_student_where_values_are_normal() -> None:
    values = np.random.default_rng(5).normal(0.2, 1, (300, 1))
    drawn = bootstrap(*clustered(values, [str(n) for n in range(300)]), 20_000, 1)
    low, high = ttest_1samp(values[:, 0], 0).confidence_interval(0.95)
    assert drawn.low[0] == pytest.approx(low, abs=0.01)
    assert drawn.high[0] == pytest.approx(high, abs=0.01)
    assert drawn.p[0] == pytest.approx(ttest_1samp(values[:, 0], 0).pvalue, abs=0.005)
    assert drawn.detectable[0] == pytest.approx(2.8016 * values.std(ddof=1) / 300**0.5, rel=0.01)


def test_the_smallest_difference_to_show_is_shown_four_times_in_five() -> None:
    rng = np.random.default_rng(6)
    noise = rng.normal(0, 1, (100, 2000))
    effect = bootstrap(noise[:, :1], np.ones(100), 500, 1).detectable[0]
    assert np.mean(randomization_test(noise + effect, 999, 1) < 0.05) == pytest.approx(0.8, abs=0.06)


def test_sums_and_sizes_of_clusters() -> None:
    sums, sizes = clustered(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), ["b", "a", "b"])
    assert sums.tolist() == [[3.0, 4.0], [6.0, 8.0]]
    assert sizes.tolist() == [1.0, 2.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_no_corrected_p_is_below_its_own_and_their_order_stays(p: list[float]) -> None:
    corrected = holm(p)
    assert all(raw <= more <= 1 for raw, more in zip(p, corrected, strict=True))
    for raw, more in zip(p, corrected, strict=True):  # as the paper steps down: ties take the larger factor
        assert more == max(min(1.0, sum(other >= step for other in p) * step) for step in p if step <= raw)
    order = sorted(range(len(p)), key=p.__getitem__)
    assert [corrected[n] for n in order] == sorted(corrected)
