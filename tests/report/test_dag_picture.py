from pathlib import Path

import pytest
from lxml import etree

from onggi.report import read_dag
from onggi.report.dag import Box, Dag
from onggi.report.picture import NARROW, WIDE, draw_dag, standalone
from onggi.report.svg import text_width

ROOT = Path(__file__).parents[2]


@pytest.mark.docs
def test_the_committed_picture_is_what_dvc_yaml_draws() -> None:
    dag = read_dag(ROOT / "dvc.yaml")
    assert dag is not None
    committed = (ROOT / "docs" / "dag.svg").read_text(encoding="utf-8")
    assert committed == standalone(dag), "docs/dag.svg is stale: run `onggi dag --out docs/dag.svg`"


def test_the_picture_stands_alone_and_names_every_stage() -> None:
    dag = read_dag(ROOT / "dvc.yaml")
    assert dag is not None
    root = etree.fromstring(standalone(dag).encode())
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(dag.stages) <= texts
    assert root[0].tag == "{http://www.w3.org/2000/svg}style"
    assert not root.xpath("//@href | //@*[contains(., 'http')]")


def test_long_names_and_many_variants_stay_inside_their_box() -> None:
    names = tuple(f"아주-긴-이름의-색인-{number}-with-a-tail" for number in range(30))
    path = "/data/deep/문서 모음.jsonl"
    dag = Dag((Box("index", "index", names), Box(path, path, is_input=True)), ())
    for size in (WIDE, NARROW):
        root = etree.fromstring(draw_dag(dag, "d", size))
        texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        assert texts[9] == "외 22개" and texts[10].startswith("문서 모음")
        assert all(text_width(text, size.variant) <= size.box for text in texts)
