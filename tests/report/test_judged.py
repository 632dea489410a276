import pytest

from onggi.report.judged import answers_tables

COVERAGE = {"faithfulness": {"of": 40, "measured": 39, "without_model": 0}}


def answers(value, half_range=None, identity="a1", **more):
    judge = {"backend": "openai", "model": "solar", "revision": "2027-01", "identity": identity, "repeats": 1}
    if half_range is not None:
        judge |= {"repeats": 3, "spread": {"faithfulness": {"half_range": half_range, "std": half_range}}}
    ragas = {"non_llm_context_recall": 0.5} | ({"faithfulness": value} if value is not None else {})
    return {"ragas": ragas, "judge": judge | {"coverage": COVERAGE} | more, "not_computed": {"faithfulness": "no"}}


def texts(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_judged_measure_stands_with_coverage_spread_and_agreement():
    agreement = {"faithfulness": {"answers": 60, "judged": 60, "equal": 0.9, "kappa": 0.81}}
    table, rest = answers_tables(answers(0.75, 0.02, agreement=agreement), {}, False)
    assert table.caption == "LLM의 판정: solar 2027-01 (openai)"
    assert texts(table) == [["faithfulness", "0.7500", "39 / 40", "±0.0200", "0.8100"]]
    assert "3번" in table.footnote and "60개" in table.footnote
    assert texts(rest) == [["non_llm_context_recall", "0.5000"]]


def test_failures_are_counted_and_listed():
    failed = [{"query_id": "q1", "measure": "faithfulness", "repeat": 0, "reason": "timeout", "detail": ""}]
    failures = {"faithfulness": {"timeout": 1}}
    tables = answers_tables(answers(0.75, failures=failures, failed=failed), {}, False)
    assert [table.caption for table in tables][-2:] == ["판정하지 못한 이유별 횟수", "판정하지 못한 것"]
    assert texts(tables[-1]) == [["q1", "faithfulness", "0", "timeout", ""]]


def test_what_has_no_mean_is_a_dash_with_its_reason():
    (table, *_) = answers_tables(answers(None), {}, False)
    (row,) = table.rows
    assert (row.cells[1].text, row.cells[1].reason) == ("–", "no")
    assert row.cells[3].text == "–" and "한 번만" in table.footnote


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (answers(0.75, 0.02), answers(0.72, 0.01), "+0.0300 (판정의 흔들림 안)"),
        (answers(0.75, 0.02), answers(0.719, 0.01), "+0.0310 (흔들림보다 큼)"),
        (answers(0.75, 0.02), answers(0.75), "±0 (흔들림을 모름)"),
        (answers(0.75, 0.02), answers(0.72, 0.01, identity="b2"), "+0.0300 (판정한 모델이 다름)"),
        (answers(0.75, 0.02), {}, "새로 생김"),
    ],
)
def test_a_difference_is_held_against_the_spread(now, then, said):
    (table, *_) = answers_tables(now, then, True)
    assert table.rows[0].cells[1].change == said


def test_without_a_judge_all_is_as_it_was():
    plain = {"ragas": {"non_llm_context_recall": 0.5}, "not_computed": {"faithfulness": "needs an LLM"}}
    assert [table.caption for table in answers_tables(plain, {}, False)] == [
        "RAGAS(LLM 없이)", "계산하지 않은 것과 이유",
    ]  # fmt: skip
