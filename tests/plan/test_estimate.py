import pytest

from onggi.plan.estimate import Rates
from onggi.plan.simulate import Rows, Step
from onggi.work.journal import Entry, Work


def run(stage: str, seconds: float, status: str = "done", **works: tuple[int, float]) -> Entry:
    made = {kind: Work(computed=rows, seconds=took) for kind, (rows, took) in works.items()}
    return Entry(stage, seconds=seconds, status=status, works=made)


def step(stage: str, **rows: int) -> Step:
    return Step(stage, "runs", (), {kind: Rows(count, 0) for kind, count in rows.items()})


def test_rows_take_what_they_took_and_the_rest_of_the_stage_is_added() -> None:
    rates = Rates([run("encode@base", 12.0, embeddings=(100, 10.0))])
    assert rates.seconds(step("encode@base", embeddings=50)) == pytest.approx(50 * 0.1 + 2.0)
    assert rates.seconds(step("encode@base", embeddings=0)) == pytest.approx(2.0)


def test_the_own_stage_counts_before_others() -> None:
    rates = Rates([run("encode@base", 12.0, embeddings=(100, 10.0)), run("mine", 5.0, embeddings=(10, 4.0))])
    assert rates.seconds(step("encode@base", embeddings=10)) == pytest.approx(10 * 0.1 + 2.0)
    assert rates.seconds(step("encode@tuned", embeddings=10)) == pytest.approx((100 + 10) ** -1 * 14.0 * 10 + 2.0)


def test_only_the_last_runs_count_and_only_those_that_were_finished() -> None:
    old = [run("encode@base", 1000.0, embeddings=(1, 900.0))]
    new = [run("encode@base", 3.0, embeddings=(10, 1.0))] * 5
    rates = Rates([*old, *new, run("encode@base", 99.0, "failed", embeddings=(1, 90.0))])
    assert rates.seconds(step("encode@base", embeddings=10)) == pytest.approx(1.0 + 2.0)


def test_what_the_journal_does_not_know_has_no_estimate() -> None:
    rates = Rates([run("encode@base", 12.0, embeddings=(100, 10.0))])
    assert rates.seconds(step("mine")) is None
    assert rates.seconds(step("encode@base", scores=5)) is None
    assert rates.seconds(Step("encode@base", "may run", known_after=("chunk",))) is None
    assert Rates([]).seconds(step("ingest")) is None


def test_rows_that_are_held_take_no_time_though_nobody_knows_their_rate() -> None:
    rates = Rates([run("finetune", 3.0)])
    assert rates.seconds(Step("finetune", "runs", rows={"training": Rows(0, 1)})) == pytest.approx(3.0)


def test_what_does_not_run_takes_no_time() -> None:
    assert Rates([]).seconds(Step("mine", "restored")) == Rates([]).seconds(Step("mine", "up to date")) == 0


def test_work_in_parallel_takes_no_less_than_nothing() -> None:
    rates = Rates([run("mine", 3.0, scores=(10, 2.0), morphemes=(10, 2.0))])
    assert rates.seconds(step("mine")) == 0
