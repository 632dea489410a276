"""What the charts are made of, before a browser draws them."""

from pathlib import Path
from typing import Any

import pytest
import sample

from onggi.report import load_folder, read_decided
from onggi.report.comparisons import breakdown_plot, differences_plot, gains_plot, means_plot
from onggi.report.curves import fusion_plot, latency_plot, loss_plot, recall_plot
from onggi.report.inputs import Asked, FactValue, FusionPoint, LossPoint, Metrics, RecallPoint
from onggi.report.tables import fusion_note, fusion_table

SYSTEMS = list(sample.RETRIEVAL)


def rows(plot: Any) -> list[dict[str, Any]]:
    return plot.spec["data"]["values"]


def signals(plot: Any) -> dict[str, Any]:
    return {param["name"]: param["value"] for param in plot.spec["params"]}


def test_a_difference_is_better_or_worse_only_after_correction() -> None:
    plot = differences_plot(sample.SIGNIFICANCE)
    said = {row["pair"]: row["verdict"] for row in rows(plot) if row["measure"] == "nDCG@10"}
    assert said["dense-base → dense-tuned"] == "더 좋음"
    assert said["bm25 → dense-tuned"] == "우연과 구별되지 않음"  # p = 0.0419, after correction 0.2514
    assert said["bm25 → dense-base"] == "더 나쁨"  # of a commit from before the correction
    (first,) = [row for row in rows(plot) if row["low"] is not None]
    assert (first["low"], first["difference"], first["high"]) == (0.0412, 0.1002, 0.1603)


def test_nothing_measured_is_no_chart() -> None:
    nothing = Metrics()
    assert differences_plot({}) is means_plot(nothing, {}, []) is latency_plot(nothing, []) is None
    assert gains_plot(nothing, []) is None
    alone = Metrics(asked=[Asked("q1", "정의", "물음", {"bm25 nDCG@10": 0.5})])
    assert gains_plot(alone, ["bm25"]) is None


@pytest.mark.parametrize(
    "timed",
    [{}, {"systems": 3}, {"systems": {"bm25": 4}}, {"systems": {"bm25": {"latency_ms": {"p50": None}}}},
     {"systems": {"another": {"latency_ms": {"p50": 1.0}}}}],
)  # fmt: skip
def test_times_of_another_shape_are_no_chart(timed: dict[str, Any]) -> None:
    assert latency_plot(Metrics({"retrieval": sample.RETRIEVAL, "performance": timed}), SYSTEMS) is None


def test_latency_stands_against_quality() -> None:
    timed = {"systems": {"bm25": {"latency_ms": {"p50": 2.0, "p95": 5.5}}}}
    plot = latency_plot(Metrics({"retrieval": sample.RETRIEVAL, "performance": timed}), SYSTEMS)
    assert rows(plot) == [{"system": "bm25", "p50": 2.0, "p95": 5.5, "quality": 0.6512}]


def test_the_weight_of_params_is_marked(project: Path) -> None:
    metrics = load_folder(project / "metrics")
    decided = read_decided(project / "params.yaml")
    assert decided.weights == {"hybrid": 0.6}
    marked = [layer["data"]["values"][0] for layer in fusion_plot(metrics, decided.weights).spec["layer"][4:]]
    assert [mark["weight"] for mark in marked] == [0.6, 0.6]
    assert len(fusion_plot(metrics, {}).spec["layer"]) == 4


def test_the_weight_to_choose_is_that_of_dev(project: Path) -> None:
    points = [
        FusionPoint("f", weight, split, "nDCG@10", value)
        for split, values in (("dev", (0.5, 0.7, 0.7)), ("test", (0.9, 0.6, 0.5)))
        for weight, value in zip((0.0, 0.5, 1.0), values, strict=True)
    ]
    assert fusion_note(points, {"f": 0.5}) == (
        "dev의 nDCG@10 값이 가장 높은 가중치: 0.5, 1 (0.7000). params.yaml의 f: 0.5 (dev 0.7000)."
    )
    assert fusion_note(points, {"f": 0.0}).endswith("params.yaml의 f: 0 (dev 0.5000). 서로 다릅니다.")
    assert fusion_note(points, {}).endswith("(0.7000).") and not fusion_note(points[3:], {"f": 0.5})
    bold = [[c.is_best for c in row.cells[1:]] for row in fusion_table(points, "").rows]
    assert bold == [[False, False], [True, False], [True, False]]  # test is not chosen by


def test_the_other_commit_is_dashed_only_where_there_is_one() -> None:
    now, then = [RecallPoint("bm25", 1, 0.5)], [RecallPoint("bm25", 1, 0.25)]
    alone, both = recall_plot(now, (), SYSTEMS), recall_plot(now, then, SYSTEMS)
    assert [(row["when"], row["recall"]) for row in rows(both)] == [("지금", 0.5), ("이전", 0.25)]
    assert "strokeDash" in str(both.spec) and "strokeDash" not in str(alone.spec)
    assert "strokeDash" in str(loss_plot([LossPoint(1, 0.1, 2.0)], [LossPoint(1, 0.1, 3.0)]).spec)


def test_a_band_is_drawn_where_the_file_has_intervals() -> None:
    plain, banded = [RecallPoint("bm25", 1, 0.5)], [RecallPoint("bm25", 1, 0.5, 0.4, 0.6)]
    marks = [[layer["mark"]["type"] for layer in recall_plot(p, (), SYSTEMS).spec["layer"]] for p in (plain, banded)]
    assert marks == [["line", "point"], ["area", "line", "point"]]
    (row,) = rows(recall_plot(banded, (), SYSTEMS))
    assert (row["low"], row["high"]) == (0.4, 0.6)
    assert [row.get("low") for row in rows(recall_plot(plain, banded, SYSTEMS))] == [None, None]  # of the other commit


def test_a_question_that_a_system_was_not_measured_on_is_no_difference() -> None:
    asked = [Asked("q1", "정의", "물음", {"a nDCG@10": 0.5}), Asked("q2", "정의", "물음", {"b nDCG@10": 0.25})]
    plot = gains_plot(Metrics(asked=asked), ["a", "b"])
    assert [row["v"] for row in rows(plot)] == [[0.5, None], [None, 0.25]]
    assert {"filter": "isValid(datum.a) && isValid(datum.b) && datum.difference != 0"} in plot.spec["transform"]


def test_a_breakdown_tells_what_it_was_before() -> None:
    now = [FactValue("type", "정의", "bm25", 7, "nDCG@10", 0.5), FactValue("type", "", "bm25", 2, "nDCG@10", 0.4)]
    plot = breakdown_plot(now, [FactValue("type", "정의", "bm25", 7, "nDCG@10", 0.3)], ["bm25"])
    assert [(row["of"], row["mean"], row.get("then")) for row in rows(plot)] == [
        ("정의 (7)", 0.5, 0.3),
        (" (2)", 0.4, None),
    ]


def test_a_system_keeps_its_colour_whichever_are_shown(project: Path) -> None:
    metrics = load_folder(project / "metrics")
    for plot in (recall_plot(metrics.recall, (), SYSTEMS), means_plot(metrics, {}, SYSTEMS)):
        assert str(plot.spec).count(f"'domain': {SYSTEMS}") >= 1 and signals(plot)["systems"] == SYSTEMS


def test_gains_carry_few_measures_of_a_bounded_number_of_questions() -> None:
    values = {f"{s} {m}": 0.5 for s in SYSTEMS for m in sample.MEASURES}
    plot = gains_plot(Metrics(asked=[Asked(f"q{n}", "정의", "물음", values) for n in range(3_000)]), SYSTEMS)
    assert len(rows(plot)) == 1_000
    assert {name.rpartition(" ")[2] for name in signals(plot)["columns"]} == {"nDCG@10", "R@10", "RR@10", "Success@1"}
    assert [len(row["v"]) for row in rows(plot)[:1]] == [4 * len(SYSTEMS)]


def test_a_breakdown_draws_the_values_of_most_questions() -> None:
    now = [FactValue("domain", f"영역 {n:03}", "bm25", n, m, 0.5) for n in range(300) for m in sample.MEASURES]
    drawn = rows(breakdown_plot(now, (), ["bm25"]))
    assert [row["queries"] for row in drawn if row["measure"] == "nDCG@10"] == list(range(280, 300))
    assert {row["measure"] for row in drawn} == {"nDCG@10", "R@10", "RR@10", "Success@1"}
