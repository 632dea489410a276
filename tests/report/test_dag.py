from itertools import pairwise
from pathlib import Path

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from onggi.core.errors import ParamsError
from onggi.report.arrange import arrange
from onggi.report.dag import Dag, read_dag, reduced


def dag_of(tmp_path: Path, text: str, params: str = "{}") -> Dag:
    path = tmp_path / "dvc.yaml"
    path.write_text(text, encoding="utf-8")
    path.with_name("params.yaml").write_text(params, encoding="utf-8")
    dag = read_dag(path)
    assert dag is not None
    return dag


def test_variants_share_a_box_with_those_of_their_side_of_a_circle(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, sample.DVC_YAML, sample.PARAMS_YAML)
    variants = {box.name: box.variants for box in dag.boxes if box.variants}
    assert variants == {
        "bootstrap": ("base", "other"),
        "encode@base,other": ("base", "other"),
        "encode@tuned": ("tuned",),
        "index@dense-base,다른": ("dense-base", "다른"),
        "index@dense-tuned": ("dense-tuned",),
        "search": ("dense-base", "다른", "dense-tuned"),
    }
    assert set(reduced(dag.arrows)) == {
        ("data/raw", "ingest"),
        ("ingest", "chunk"),
        ("ingest", "bootstrap"),
        ("chunk", "encode@base,other"),
        ("bootstrap", "encode@base,other"),
        ("encode@base,other", "index@dense-base,다른"),
        ("index@dense-base,다른", "finetune"),
        ("finetune", "encode@tuned"),
        ("encode@tuned", "index@dense-tuned"),
        ("index@dense-tuned", "search"),
        ("search", "evaluate"),
        ("evaluate", "report"),
    }


def test_variants_are_apart_where_only_that_opens_the_circle(tmp_path: Path) -> None:
    text = """\
stages:
  a: {foreach: {x: {from: in}, y: {from: b-y}}, do: {deps: ["d/${item.from}"], outs: ["d/a-${key}"]}}
  b: {foreach: {x: {from: a-x}, y: {from: in}}, do: {deps: ["d/${item.from}"], outs: ["d/b-${key}"]}}
"""
    dag = dag_of(tmp_path, text)
    assert [box.name for box in dag.boxes] == ["a@x", "a@y", "b@x", "b@y", "d/in"]
    assert dag.arrows == (("a@x", "b@x"), ("b@y", "a@y"), ("d/in", "a@x"), ("d/in", "b@y"))


def test_code_and_the_committed_picture_are_no_input(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, sample.DVC_YAML, sample.PARAMS_YAML)
    assert [box.name for box in dag.boxes if box.is_input] == ["data/raw"]
    assert dag.boxes[0].data == ("data/raw",)


def test_each_stage_is_described_once(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, sample.DVC_YAML, sample.PARAMS_YAML)
    assert dag.stages["bootstrap"] == "an encoder"
    assert list(dag.stages).count("encode") == 1 and "fetch" not in dag.stages


def test_a_folder_is_fed_by_all_that_is_written_into_it(tmp_path: Path) -> None:
    dag = dag_of(
        tmp_path,
        "stages:\n  a: {outs: [models/x]}\n  b: {outs: [models/y]}\n  c: {deps: [models], outs: [o]}\n"
        "  d: {deps: [o/part]}\n  e: {deps: [model]}\n",
    )
    assert dag.arrows == (("a", "c"), ("b", "c"), ("c", "d"), ("model", "e"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stages: [a]", "no mapping of stages"),
        ("stages: {a: 3}", "no mapping of stages"),
        ("stages:\n  a: {deps: [x], outs: [y]}\n  b: {deps: [y], outs: [x]}", "in a circle: a, b"),
        ("stages: {", "not YAML"),
        (
            "stages: {a: {deps: ['${b.c}']}}",
            r"stages.a: \$\{b.c\} is not declared; declare it",
        ),
        ("stages: {a: {foreach: 3, do: {}}}", "repeated over 3"),
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
    placed = arrange(names, arrows, box=100, bend=10, gap=10)
    depth = {node: number for number, layer in enumerate(placed.layers) for node in layer}
    assert sorted(node for node in depth if isinstance(node, str)) == sorted(names)
    for (a, b), route in placed.routes.items():
        assert (route[0], route[-1]) == (a, b)
        assert [depth[node] for node in route] == list(range(depth[a], depth[b] + 1))
    for layer in placed.layers:
        edges = [(placed.x[n] - w / 2, placed.x[n] + w / 2) for n in layer for w in [100 if isinstance(n, str) else 10]]
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
