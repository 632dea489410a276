from itertools import pairwise
from pathlib import Path

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from onggi.core.errors import ParamsError
from onggi.report.dag import Dag, read_dag, reduced
from onggi.report.layout import lay_out


def dag_of(tmp_path: Path, text: str) -> Dag:
    path = tmp_path / "dvc.yaml"
    path.write_text(text, encoding="utf-8")
    dag = read_dag(path)
    assert dag is not None
    return dag


def test_variants_share_a_box_unless_that_closes_a_circle(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, sample.DVC_YAML)
    variants = {box.name: box.variants for box in dag.boxes}
    assert variants["retrieve"] == ("dense-base", "dense-tuned")
    assert "embed" not in variants and variants["embed@base"] == variants["embed@tuned"] == ()
    assert set(reduced(dag.arrows)) == {
        ("${corpus.path}", "ingest"),
        ("ingest", "chunk"),
        ("ingest", "base_model"),
        ("chunk", "embed@base"),
        ("base_model", "embed@base"),
        ("embed@base", "finetune"),
        ("finetune", "embed@tuned"),
        ("embed@tuned", "retrieve"),
        ("retrieve", "evaluate"),
        ("evaluate", "report"),
    }


def test_code_is_no_input(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, sample.DVC_YAML)
    assert [box.name for box in dag.boxes if box.is_input] == ["${corpus.path}"]
    assert dag.boxes[0].data == ("${corpus.path}",)


@pytest.mark.parametrize(
    ("repeat", "names"),
    [
        ("foreach: {x: {out: a}, y: {out: b}}", ["x", "y"]),
        ("foreach: [{out: a}, {out: b}]", ["0", "1"]),
        ("foreach: ${items}", ["0", "1"]),
    ],
)
def test_forms_of_foreach(tmp_path: Path, repeat: str, names: list[str]) -> None:
    items = "vars: [{items: [{out: a}, {out: b}]}]\n"
    text = items + "stages:\n  s:\n    " + repeat + "\n    do: {cmd: x, outs: ['d/${item.out}']}\n"
    (box,) = dag_of(tmp_path, text).boxes
    assert list(box.variants) == names
    assert box.outs == ("d/a", "d/b")


def test_a_repetition_over_params_is_one_box_whose_outs_match_any_name(tmp_path: Path) -> None:
    dag = dag_of(
        tmp_path,
        "stages:\n  s: {foreach: '${systems}', do: {cmd: x, outs: ['runs/${item}.parquet']}}\n"
        "  t: {cmd: x, deps: [runs/bm25.parquet]}\n"
        "  u: {cmd: x, deps: ['runs/${answer.system}.parquet', dvc.yaml]}\n"
        "  v: {cmd: x, deps: [runs/deeper/bm25.parquet]}\n",
    )
    assert dag.arrows == (("runs/deeper/bm25.parquet", "v"), ("s", "t"), ("s", "u"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stages: [a]", "no mapping of stages"),
        ("stages: {a: 3}", "no mapping of stages"),
        ("stages:\n  a: {deps: [x], outs: [y]}\n  b: {deps: [y], outs: [x]}", "in a circle: a, b"),
        ("stages: {", "not YAML"),
    ],
)
def test_a_bad_dvc_yaml_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        dag_of(tmp_path, text)


def test_no_dvc_yaml(tmp_path: Path) -> None:
    assert read_dag(tmp_path / "dvc.yaml") is None


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    names = [f"n{i}" for i in range(draw(st.integers(1, 9)))]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return names, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []


@given(graphs())
def test_boxes_never_touch_and_arrows_lead_down(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    names, arrows = graph
    layout = lay_out(names, arrows, box=100, bend=10, gap=10)
    depth = {node: number for number, layer in enumerate(layout.layers) for node in layer}
    assert sorted(node for node in depth if isinstance(node, str)) == sorted(names)
    for (a, b), route in layout.routes.items():
        assert (route[0], route[-1]) == (a, b)
        assert [depth[node] for node in route] == list(range(depth[a], depth[b] + 1))
    for layer in layout.layers:
        edges = [(layout.x[n] - w / 2, layout.x[n] + w / 2) for n in layer for w in [100 if isinstance(n, str) else 10]]
        assert all(right + 10 <= left + 1e-6 for (_, right), (left, _) in pairwise(edges))
        assert all(left >= -1e-6 for left, _ in edges)


@given(graphs())
def test_reduction_keeps_what_can_be_reached(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    names, arrows = graph

    def reach(edges: list[tuple[str, str]]) -> set[tuple[str, str]]:
        found = set(edges)
        for middle in names:
            found |= {(a, d) for a, b in found if b == middle for c, d in found if c == middle}
        return found

    kept = list(reduced(arrows))
    assert reach(kept) == reach(arrows)
    assert all(reach([e for e in kept if e != edge]) != reach(kept) for edge in kept)
