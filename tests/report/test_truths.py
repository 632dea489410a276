"""What the page says of ground truths, of forgetting and of speed."""

import json
from pathlib import Path
from typing import Any

import pytest
import sample

from onggi.report import load_folder, read_decided
from onggi.report.forgetting import costs, guard_tables, sentence
from onggi.report.goals import goals, together
from onggi.report.inputs import Asked, Metrics
from onggi.report.speed import speed_table
from onggi.report.truths import agreement_table, basis, kinds_table, leaders, truths_table


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.fixture
def metrics(project: Path) -> Metrics:
    return load_folder(project / "metrics")


def test_systems_stand_by_truths_which_say_their_questions_and_pairs(metrics: Metrics) -> None:
    table = truths_table(metrics, Metrics(), False)
    assert table.columns == (
        "시스템", "gold: 질문 40개, 쌍 61개", "lexical: 질문 38개, 쌍 190개", "llm: 질문 40개, 쌍 220개",
    )  # fmt: skip
    rows = {row[0]: row[1:] for row in cells(table)}
    assert rows["bm25"] == ["0.6512", "0.9000", "–"] and rows["hybrid"] == ["0.7654", "0.8000", "0.6100"]
    assert [row.cells[2].is_best for row in table.rows if row.cells[0].text == "bm25"] == [True]


def test_a_truth_is_compared_with_itself_at_the_other_commit(metrics: Metrics) -> None:
    then = Metrics({"truths": {"truths": {"lexical": {"systems": {"bm25": {"nDCG@10": 0.8}}}}}})
    row = truths_table(metrics, then, True).rows[0]
    assert [cell.change for cell in row.cells] == ["", "새로 생김", "+0.1000", ""]


def test_what_could_not_be_measured_gives_its_reason(metrics: Metrics) -> None:
    kinds = {row[0]: row[2:] for row in cells(kinds_table(metrics))}
    assert kinds["llm"] == ["40", "220", "있음, 3 이상이 맞음", "문서", "–"]
    assert kinds["qrels"] == ["–", "–", "–", "–", "no <b>qrels</b> are imported"]
    assert cells(agreement_table(metrics)) == [
        ["gold · lexical", "38", "61", "190", "30", "0.1357", "212", "0.2104", ""],
        ["gold · qrels", "–", "–", "–", "–", "–", "–", "–", "no question in common"],
    ]


def test_the_page_says_whether_truths_have_one_winner(metrics: Metrics) -> None:
    assert leaders(metrics) == (
        "정답셋에 따라 평균이 가장 높은 시스템이 다릅니다: gold에서는 hybrid-rrf; lexical에서는 bm25; llm에서는 hybrid."
    )
    one = {name: {"systems": {"a": {"nDCG@10": 0.5}, "b": {"nDCG@10": 0.4}}} for name in ("gold", "llm")}
    assert leaders(Metrics({"truths": {"truths": one}})) == "어느 정답셋으로 재어도 평균이 가장 높은 시스템은 a입니다."
    assert leaders(Metrics({"truths": {"truths": {"gold": one["gold"]}}})) == leaders(Metrics()) == ""


def test_what_tables_rest_on_is_told_by_coverage_where_there_are_no_truths() -> None:
    coverage = {"answerable": 78, "evidence": 101, "dev": {"answerable": 28, "evidence": 34}}
    assert basis(Metrics({"coverage": coverage})) == "정답셋 gold: 질문 78개, 근거 101개"
    assert basis(Metrics({"coverage": coverage}), "dev") == "정답셋 gold: 질문 28개, 근거 34개"
    assert basis(Metrics()) == "정답셋 gold"


@pytest.mark.parametrize(
    "told", [{}, {"truths": 3, "agreement": []}, {"truths": {"gold": 3}, "agreement": {"a ~ b": 4}}]
)
def test_truths_of_another_shape_are_no_table(told: dict[str, Any]) -> None:
    found = Metrics({"truths": told})
    assert truths_table(found, Metrics(), False) is kinds_table(found) is agreement_table(found) is None


def test_what_tuning_cost_is_said_after_correction(metrics: Metrics) -> None:
    (cost,) = costs(metrics)
    assert (cost.pair, cost.difference, cost.p, cost.said) == ("dense-base → dense-tuned", -0.0412, 0.0198, "더 나쁨")
    assert sentence(metrics) == (
        "다른 영역(질문 30개, 문서 15건, 청크 210개)의 nDCG@10: dense-base → dense-tuned −0.0412"
        "(95% 구간 −0.0801 ~ −0.0111), 더 나쁨."
    )
    means, differences = guard_tables(metrics, Metrics(), False)
    assert cells(means) == [["dense-base", "0.7100", "0.9000"], ["dense-tuned", "0.6688", "0.8800"]]
    assert cells(differences)[0][:3] == ["dense-base → dense-tuned", "더 나쁨", "−0.0412"]
    assert not means.footnote and guard_tables(Metrics(), metrics, True) == () and sentence(Metrics()) == ""


def test_what_the_guard_could_not_ask_is_told() -> None:
    assert sentence(Metrics({"guard": {"reason": "no guard set"}})) == "재지 않았습니다(no guard set)."
    left = {"guard": {**sample.OBJECTS["guard"], "left_out": {"hyde": "no reply is held"}}}
    assert guard_tables(Metrics(left), Metrics(), False)[0].footnote == "묻지 못한 시스템: hyde(no reply is held)."


@pytest.mark.parametrize(
    ("interval", "p_holm", "margin", "said"),
    [
        ([-0.05, -0.02], 0.01, 0.01, "미달"),
        ([-0.05, -0.02], 0.20, 0.01, "알 수 없음"),  # many were tested: what is lost may be chance
        ([-0.05, -0.02], 0.01, 0.10, "달성"),
        ([-0.05, 0.02], 0.01, 0.01, "알 수 없음"),
        ([-0.005, 0.02], 0.9, 0.01, "달성"),
        (None, 0.01, 0.01, "알 수 없음"),
    ],
)
def test_tuning_may_cost_no_more_than_the_margin(
    project: Path, interval: list[float] | None, p_holm: float, margin: float, said: str
) -> None:
    guard = json.loads(json.dumps(sample.OBJECTS["guard"]))
    guard["differences"]["dense-base → dense-tuned"]["nDCG@10"] |= {"interval": interval, "p_holm": p_holm}
    params = sample.PARAMS_YAML.replace("measures: {nDCG@10: 0.01}", f"measures: {{nDCG@10: {margin}}}")
    (project / "params.yaml").write_text(params, "utf-8")
    goal = goals(Metrics({"guard": guard}), read_decided(project / "params.yaml"))[-1]
    assert (goal.truth, goal.said) == ("guard", said)


def test_the_truths_of_the_gate_are_held_to_the_targets_too(project: Path, metrics: Metrics) -> None:
    params = sample.PARAMS_YAML.replace(
        "gate: {systems: [hybrid, bm25, 투표]", "gate: {systems: [bm25], truths: [lexical]"
    )
    (project / "params.yaml").write_text(params, "utf-8")
    found = goals(metrics, read_decided(project / "params.yaml"))
    assert [(goal.truth, goal.measure, goal.measured, goal.said) for goal in found[:4]] == [
        ("gold", "nDCG@10", "0.6512", "알 수 없음"),
        ("gold", "R@10", "0.8500", "알 수 없음"),
        ("lexical", "nDCG@10", "0.9000", "알 수 없음"),  # without an interval nobody can say
        ("lexical", "R@10", "없음", "알 수 없음"),
    ]
    assert together(found[:1]) == "알 수 없음"


def test_speed_stands_by_systems_and_leaves_out_what_nobody_measured(metrics: Metrics) -> None:
    table = speed_table(metrics, Metrics(), False)
    assert table.columns == (
        "시스템", "P50(ms)", "P95(ms)", "P99(ms)", "질문/초", "색인(MB)", "최대 메모리(MB)", "첫 시작(초)",
        "다시 시작(초)", "물은 질문", "오류",
    )  # fmt: skip
    assert cells(table)[0] == ["bm25", "2.5", "9", "12.25", "210.5", "1.75", "612.5", "2.5", "0.5000", "1,000", "0"]
    assert table.footnote == (
        "잰 기계: CPU a <b>processor</b>, 코어 2, GPU 없음, 재기 전의 부하 0.1000. "
        "재지 않은 시스템: 사내 용어로 다시 묻기(it asks a language model)."
    )
    assert speed_table(Metrics(), metrics, True) is None


def test_times_of_another_machine_are_not_compared(metrics: Metrics) -> None:
    same = json.loads(json.dumps(sample.OBJECTS["performance"]))
    same["systems"]["bm25"]["latency_ms"]["p50"] = 2.0
    same["machine"]["load_before"] = 3.5  # the same machine, busier
    assert speed_table(metrics, Metrics({"performance": same}), True).rows[0].cells[1].change == "+0.5000"
    same["machine"]["cores"] = 64
    other = speed_table(metrics, Metrics({"performance": same}), True)
    assert not any(cell.change for row in other.rows for cell in row.cells) and "다른 기계" in other.footnote


def test_questions_are_those_of_gold_and_a_table_without_truths_is_all_gold(project: Path) -> None:
    now = load_folder(project / "metrics")
    assert [asked.query_id for asked in now.asked] == ["q007", "q019", "q021"]
    assert list(now.asked_otherwise) == ["lexical"]
    (one, *_) = now.asked_otherwise["lexical"]
    assert one == Asked("q007", "규정", one.question, {"bm25 nDCG@10": 1.0}, "d")  # an empty cell: not measured
    old = "query_id,about,type,question,a nDCG@10\nq1,d,정의,물음,0.5\n"
    (project / "metrics" / "per_query.csv").write_text(old, "utf-8")
    then = load_folder(project / "metrics")
    assert then.asked == [Asked("q1", "정의", "물음", {"a nDCG@10": 0.5}, "d")] and not then.asked_otherwise
