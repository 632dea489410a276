import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from onggi.report.charts import Frame, _spread, _ticks, recall_chart, type_bars
from onggi.report.inputs import RecallPoint
from onggi.report.svg import marker

SVG = "{http://www.w3.org/2000/svg}"


def test_frame_is_linear_up_and_logarithmic_across() -> None:
    frame = Frame(0, 0, 100, 50, (1, 100), (0, 1), log_x=True)
    assert [frame.x(1), frame.x(10), frame.x(100)] == [0, 50, 100]
    assert [frame.y(0), frame.y(0.5), frame.y(1)] == [50, 25, 0]


def test_bar_lengths_are_in_proportion() -> None:
    picture = etree.fromstring(type_bars("정의", {"a": 0.5, "b": 1.0}, {}, ["a", "b", "c"], "x", "nDCG@10"))
    short, long = (float(bar.get("width")) for bar in picture.iter(f"{SVG}rect"))
    assert math.isclose(2 * short, long, abs_tol=0.2)
    assert "값 없음" in [text.text for text in picture.iter(f"{SVG}text")]


def test_curves_are_labelled_in_legend_and_at_their_ends() -> None:
    points = [RecallPoint(system, k, 0.5 + k / 400) for system in ("bm25", "hybrid") for k in range(1, 101)]
    picture = etree.fromstring(recall_chart(points, [], ["bm25", "hybrid"], "r", 800))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"bm25", "hybrid", "bm25 0.750", "hybrid 0.750", "1", "10", "100"} <= set(texts)


def test_32_systems_differ_in_colour_or_shape() -> None:
    assert len({marker(number, 0, 0, class_=f"s{number % 8}") for number in range(32)}) == 32


def test_long_names_leave_room_for_the_plot() -> None:
    systems = [f"{number} 다시 묻고 재순위를 매긴 시스템 with a very long name" for number in range(10)]
    points = [RecallPoint(system, k, 0.5 + k / 400) for system in systems for k in (1, 10, 100)]
    picture = etree.fromstring(recall_chart(points, [], systems, "r", 348))
    (width,) = [
        float(line.get("x2")) - float(line.get("x1"))
        for line in picture.iter(f"{SVG}line")
        if line.get("class") == "axis" and line.get("y1") == line.get("y2")
    ]
    assert width > 348 / 2
    bars = etree.fromstring(type_bars("정의", {systems[0]: 0.5}, {}, systems, "x", "nDCG@10"))
    assert all(len(text.text) < 20 for text in bars.iter(f"{SVG}text"))


@given(st.lists(st.floats(0, 200), min_size=1, max_size=8))
def test_labels_keep_their_distance_and_order(wanted: list[float]) -> None:
    placed = _spread(wanted, 17, 0, 200)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    assert all(placed[b] - placed[a] >= 17 - 1e-6 for a, b in pairwise(order))
    assert max(placed) <= 200 + 17


@given(st.floats(-10, 10), st.floats(0.001, 1000))
def test_ticks_enclose_the_range(low: float, size: float) -> None:
    ticks = _ticks(low, low + size)
    assert ticks[0] <= low + 1e-9 * max(1, abs(low)) and ticks[-1] >= low + size - 1e-6 * size
    assert 2 <= len(ticks) <= 9
