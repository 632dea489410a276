import shutil
from pathlib import Path

import numpy as np
import pytest

from onggi import settings
from onggi.core import tables
from onggi.core.schema import Chunk, Evidence, Hit, Question
from onggi.evaluation.curve import best, curve
from onggi.evaluation.measured import Measured
from onggi.evaluation.params import CurveParams
from onggi.search.retriever import Query, RunRetriever, ranked
from onggi.search.spec import Systems
from onggi.search.system import build
from onggi.truth.relevance import ChunkIndex

ROOT = Path(__file__).parents[2]
CHUNKS = [Chunk(f"d{n}#0-10", f"d{n}", 0, 10, "가" * 10, 5, "") for n in range(40)]
INDEX = ChunkIndex.of(CHUNKS)
QUESTIONS = [
    Question(f"q{n:02}", f"물음 {n}", "정의", ["답"], [Evidence(f"d{n}", 0, 10)], "gold", "test" if n < 20 else "dev")
    for n in range(40)
]
SYSTEMS = Systems.model_validate(
    {
        name: {"fuse": ["a", "b"], "by": "weighted", "weights": [0.3, 0.7], "normalise": scale}
        for name, scale in (("both", "min_max"), ("spread", "z_score"), ("ranks", "rank"))
    }
)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Write two runs whose scores are drawn, with ties, and the one that fuses them."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "runs"
    folder.mkdir()
    for name in ("a", "b"):
        hits: list[Hit] = []
        for question in QUESTIONS:
            found = rng.choice(40, 15, replace=False)
            hits += ranked(question.query_id, [(f"d{n}#0-10", int(rng.integers(5)) / 4) for n in found])
        tables.write(folder / f"{name}.parquet", Hit, hits)

    class Runs:
        def retriever(self, index: str, *, live: bool) -> RunRetriever:
            return RunRetriever(folder / f"{index}.parquet")

    for name in SYSTEMS:
        system = build(SYSTEMS.resolved(name), Runs(), 100)  # type: ignore[arg-type]
        fused = system.search([Query(question.query_id, question.text) for question in QUESTIONS])
        tables.write(folder / f"{name}.parquet", Hit, [hit for ranking in fused for hit in ranking])
    return folder


def test_at_its_own_weight_it_is_the_system_and_at_the_ends_each_run(runs: Path) -> None:
    depths = {"a": 100, "b": 100, "both": 100}
    splits = [Measured.of(QUESTIONS, split, depths, runs, INDEX, 20) for split in ("dev", "test")]
    lines = list(curve(CurveParams(system="both", step=0.1), SYSTEMS, runs, splits, INDEX, 20))
    values = {(weight, split, measure): value for _, weight, split, measure, value in lines}
    assert len({weight for weight, _, _ in values}) == 11
    for measured in splits:
        for weight, system in ((0.3, "both"), (1.0, "a"), (0.0, "b")):
            for measure, scores in measured.scores[system].items():
                if weight == 0.3 or measure not in ("AP", "R@100", "R@20tok"):  # beyond what one run alone found
                    expected = sum(scores.values()) / len(scores)
                    assert values[weight, measured.split, measure] == pytest.approx(expected, abs=6e-5), (
                        weight,
                        measure,
                    )


@pytest.mark.parametrize("name", ["spread", "ranks"])
def test_scores_are_made_comparable_as_the_system_does(runs: Path, name: str) -> None:
    measured = Measured.of(QUESTIONS, "test", {name: 100}, runs, INDEX, 20)
    lines = list(curve(CurveParams(system=name, step=0.1), SYSTEMS, runs, [measured], INDEX, 20))
    values = {measure: value for _, weight, _, measure, value in lines if weight == 0.3}
    for measure, scores in measured.scores[name].items():
        assert values[measure] == pytest.approx(sum(scores.values()) / len(scores), abs=6e-5), measure


def test_without_such_a_fusion_there_is_no_curve(runs: Path) -> None:
    assert list(curve(None, SYSTEMS, runs, [], INDEX, 20)) == []
    nested = Systems.model_validate({"both": {"fuse": ["a", "b"], "by": "rrf"}})
    assert CurveParams(system="both", step=0.1).operands(nested) is None


TOLD = "system,weight,split,measure,value\n" + "".join(
    f"hybrid,{weight},{split},nDCG@10,{value}\n"
    for weight, dev, test in ((0.2, 0.5, 0.6), (0.6, 0.7, 0.7), (0.8, 0.7, 0.9))
    for split, value in (("dev", dev), ("test", test))
)


def test_the_best_weights_of_a_split() -> None:
    assert best(TOLD, "hybrid") == {"dev": [0.6, 0.8], "test": [0.8]}
    assert best(TOLD, "other") is None


@pytest.mark.parametrize(
    ("weights", "dev_at_best", "refused"),
    [("[0.8, 0.2]", 0.7, False), ("[0.8, 0.2]", 0.6, True), ("[4, 1]", 0.6, True), ("[0.6, 0.4]", 0.6, False)],
)
def test_a_weight_picked_on_test_is_refused(tmp_path: Path, weights: str, dev_at_best: float, refused: bool) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    params = tmp_path / "params.yaml"
    text = params.read_text("utf-8")
    declared = "hybrid: {fuse: [bm25, dense-tuned], by: weighted, weights: "
    start = text.index(declared) + len(declared)
    params.write_text(text[:start] + weights + text[text.index("]", start) + 1 :], "utf-8")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "fusion_curve.csv").write_text(
        TOLD.replace("0.8,dev,nDCG@10,0.7", f"0.8,dev,nDCG@10,{dev_at_best}")
    )
    found = settings.picked_on_test(params)
    assert [str(problem) for problem in found] == (
        [
            f"{params}: systems.hybrid.weights: 0.8 is the best weight on test, and not on dev; "
            "choose on dev, which says 0.6"
        ]
        if refused
        else []
    )
