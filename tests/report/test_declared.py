from pathlib import Path

import pytest
from dvc.repo import Repo

from onggi.report.declared import DeclaredStage, read_stages


def stages_of(folder: Path, text: str, params: str = "{}") -> list[DeclaredStage]:
    (folder / "dvc.yaml").write_text(text, encoding="utf-8")
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    return read_stages(folder / "dvc.yaml")


@pytest.mark.parametrize(
    ("repeat", "names"),
    [
        ("foreach: {x: {out: a}, y: {out: b}}", ["s@x", "s@y"]),
        ("foreach: [{out: a}, {out: b}]", ["s@0", "s@1"]),
        ("foreach: ${items}", ["s@0", "s@1"]),
        ("foreach: ${deep.items}", ["s@가", "s@나"]),
        ("foreach: ${none}", []),
    ],
)
def test_forms_of_foreach(tmp_path: Path, repeat: str, names: list[str]) -> None:
    text = "vars: [{items: [{out: a}, {out: b}]}]\nstages:\n  s:\n    " + repeat
    text += "\n    do: {outs: ['d/${item.out}']}\n"
    stages = stages_of(tmp_path, text, "{deep: {items: {가: {out: a}, 나: {out: b}}}, none: {}}")
    assert [stage.name for stage in stages] == names
    assert [stage.outs for stage in stages] == [("d/a",), ("d/b",)][: len(names)]


def test_dvc_reads_the_same_names_deps_and_outs(tmp_path: Path) -> None:
    text = """\
vars: [{yes: true, list: [a, {b: c}]}]
stages:
  plain: {cmd: x, desc: 설명, deps: ["d/${yes}", "d/${list[1].b}"], outs: [o], metrics: [m.json: {cache: false}]}
  each: {foreach: "${models.hub}", do: {cmd: x, deps: ["${item.path}"], outs: ["models/${key}"], plots: ["p-${key}"]}}
  none: {foreach: "${models.local}", do: {cmd: x, outs: ["models/${key}"]}}
  over: {foreach: ["${list[0]}", 2], do: {cmd: x, outs: ["over-${item}"]}}
  grid: {matrix: {one: [1, true], two: [{a: b}, c]}, cmd: x, outs: ["grid-${key}"]}
"""
    stages = stages_of(tmp_path, text, "models: {hub: {가-나: {path: in/a}, b: {path: in/b}}, local: {}}")
    Repo.init(str(tmp_path), no_scm=True)
    known = {stage.name: stage for stage in Repo(str(tmp_path)).index.stages}
    assert {stage.name for stage in stages} == set(known)
    for stage in stages:
        assert stage.deps == tuple(dep.def_path for dep in known[stage.name].deps)
        assert set(stage.outs) == {out.def_path for out in known[stage.name].outs}
