from pathlib import Path

import pytest
from lxml import etree

from onggi.report import read_dag
from onggi.report.picture import standalone

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
    assert {"ingest", "chunk", "gold", "mine", "finetune", "evaluate", "report"} <= texts
    assert root[0].tag == "{http://www.w3.org/2000/svg}style"
    assert not root.xpath("//@href | //@*[contains(., 'http')]")
