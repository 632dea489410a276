"""What of section truths does not fit the rest of params.yaml is one line each."""

import copy
from pathlib import Path
from typing import Any

import pytest

from onggi import settings
from onggi.assessment.params import TruthsParams
from onggi.core import params

LOADED = params.read(Path(__file__).parents[2] / "params.yaml")


def problems(**changed: Any) -> list[str]:
    loaded = copy.deepcopy(LOADED)
    judge = changed.pop("judge", None)
    gate = changed.pop("gate", None)
    loaded["truths"] |= changed
    if judge:
        loaded["judge"] |= judge
    if gate:
        loaded["gate"] |= gate
    return [str(problem) for problem in settings.unknown_names(loaded)]


def test_the_shipped_settings_are_right() -> None:
    assert problems() == []
    assert TruthsParams.parse(LOADED).names == ["lexical"]


def test_a_judge_that_is_none_grades_nothing() -> None:
    (problem,) = problems(names=["lexical", "llm"])
    assert problem == (
        "params.yaml: truths.names: llm is graded by the judge, and judge.backend is embedded; "
        "name a backend in judge.backend (recorded, openai or transformers), or remove llm"
    )
    assert problems(names=["lexical", "llm"], judge={"backend": "recorded"}) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"names": ["lexical", "lexical"]}, "truths.names: names one twice"),
        ({"names": ["qrels"]}, "truths.qrels.path: data/gold/none.jsonl stands for no file"),
        ({"llm": {"systems": ["bm26"], "k": 10, "relevant_from": 4}}, "truths.llm.systems: got 'bm26'"),
        ({"names": ["intersection"]}, "truths.intersection.of: lexical is not made; add lexical to truths.names"),
        (
            {"names": ["lexical", "intersection"], "intersection": {"of": ["gold", "gold"]}},
            "truths.intersection.of: names gold twice",
        ),
        ({"names": [], "gate": {"truths": ["gold", "lexical"]}}, "gate.truths: got 'lexical'; name one of gold"),
    ],
)
def test_what_does_not_fit_is_named(changed: dict[str, Any], named: str) -> None:
    (problem,) = problems(**changed)
    assert problem.startswith(f"params.yaml: {named}")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"names": ["bm25"]}, r"truths\.names\.0: got 'bm25'"),
        ({"llm": {"k": 10, "relevant_from": 1}}, r"truths\.llm\.relevant_from: got 1"),
        ({"intersection": {"of": ["gold"]}}, r"truths\.intersection\.of"),
        ({"lexical": {"of": "title", "passage_tokens": 60, "most": 5, "least": 0.3}}, r"truths\.lexical\.of"),
    ],
)
def test_impossible_settings_are_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(params.ParamsError, match=named):
        TruthsParams.parse({"truths": LOADED["truths"] | changed})
