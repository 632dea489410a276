from typing import Any

import pytest

from onggi.core import params
from onggi.core.errors import ParamsError
from onggi.index.params import Indexes
from onggi.search.checks import problems
from onggi.search.spec import Systems
from onggi.search.walk import leaves, models_of, parts, prompts_of, title

HYBRID = {"fuse": ["bm25", "dense"], "by": "weighted", "weights": [0.6, 0.4]}
RERANKED = {"rerank": "hybrid", "by": "late_interaction", "model": "base", "depth": 20}


def systems(**declared: Any) -> Systems:
    return Systems.parse({"systems": declared})


def refused(**declared: Any) -> list[str]:
    return [str(problem) for problem in params.problems(Systems, {"systems": declared})]


def named(declared: Systems) -> list[str]:
    indexes = {"bm25": {"encoder": "kiwi", "kind": "bm25"}, "dense": {"encoder": "base", "kind": "hnsw"}}
    return [str(problem) for problem in problems(declared, Indexes.parse({"indexes": indexes}))]


def test_systems_of_systems_to_any_depth() -> None:
    declared = systems(
        hybrid=HYBRID,
        reranked=RERANKED,
        vote={"fuse": ["bm25", {"cut": {"transform": "dense", "by": "spacing"}, "depth": 3}, "reranked"], "by": "vote",
              "weights": [6, 3, 1]},
    )  # fmt: skip
    assert named(declared) == []
    vote = declared.resolved("vote")
    assert title(vote) == "fuse(bm25, cut(transform(dense)), rerank(fuse(bm25, dense)))"
    assert leaves(vote) == ["bm25", "dense"]
    assert [type(part).__name__ for part in parts(vote)] == [
        "Fuse", "str", "Cut", "Transform", "str", "Rerank", "Fuse", "str", "str",
    ]  # fmt: skip
    assert models_of(vote) == ["base"] and prompts_of(vote) == []
    assert vote.model_dump(exclude_none=True)["fuse"][2]["rerank"]["weights"] == [0.6, 0.4]


def test_a_system_returns_as_much_as_its_narrowest_part() -> None:
    declared = systems(
        hybrid=HYBRID,
        reranked=RERANKED,
        first={"cut": "reranked", "depth": 90},
        both={"fuse": ["bm25", "reranked"], "by": "rrf"},
    )
    assert declared.depths(100) == {"hybrid": 100, "reranked": 20, "first": 20, "both": 100}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"fuse": ["a"], "by": "rrf", "weights": [1]}, "weights is for weighted and vote, not for rrf"),
        ({"fuse": ["a", "b"], "by": "weighted", "weights": [1]}, "weights must be one for each of fuse (2), are 1"),
        ({"fuse": ["a"], "by": "weighted"}, "weighted takes weights"),
        ({"fuse": ["a"], "by": "vote", "weights": [1, -1]}, "of which none is below 0"),
        ({"fuse": ["a", "b"], "by": "weighted", "weights": [0, 0]}, "and one is above"),
        ({"fuse": [], "by": "rrf"}, "fuse: got []"),
        ({"fuse": ["a"], "by": "rrf", "normalise": "rank"}, "normalise is for weighted, not for rrf"),
        ({"fuse": ["a"], "by": "vote", "weights": [1], "k": 10}, "k is for rrf and union, not for vote"),
        ({"fuse": ["a"], "by": "rrf", "top": 5}, "top is for union, not for rrf"),
        ({"fuse": ["a", "b"], "by": "weighted", "weights": [1, 1], "normalise": "l2"}, "normalise: got 'l2'"),
        ({"fuse": ["a", 3], "by": "rrf"}, "fuse.1: got 3; a name; or a composition is {fuse: [NAME, …]}"),
        ({"fuse": ["a"], "by": "sum"}, "by: got 'sum'; input should be 'weighted', 'rrf', 'vote' or 'union'"),
        ({"fus": ["a"]}, "a composition is {fuse: [NAME, …]}, {rerank: NAME}"),
        ({"rerank": "a", "by": "cross_encoder"}, "model: the key is missing; add it (a folder below models/)"),
        ({"rerank": {"cut": "a", "dept": 3}, "by": "cross_encoder", "model": "m"}, "s.rerank.dept: unknown key"),
        ({"transform": "a", "by": "magic"}, "by: got 'magic'"),
        ({"cut": "a", "depth": 0}, "depth: got 0"),
        ({"rerank": "a", "by": "late_interaction", "model": "m", "label": 1}, "label is for cross_encoder"),
        ({"rerank": "a", "by": "late_interaction", "model": "m", "max_length": 64}, "max_length is for cross_encoder"),
        ({"choose": {"정의": "a"}, "by": "llm"}, "otherwise: the key is missing"),
        ({"choose": {}, "otherwise": "a", "by": "llm"}, "choose: got {}"),
        ({"choose": {"뜻": "a"}, "otherwise": "a", "by": "llm"}, "input should be '정의', '절차', '규정'"),
        ({"choose": {"정의": 3}, "otherwise": "a", "by": "llm"}, "s.choose.정의: got 3; a name; or a composition"),
        ({"choose": {"정의": "a"}, "otherwise": "a", "by": "encoder"}, "model must be named for encoder"),
        ({"choose": {"정의": "a"}, "otherwise": "a", "by": "llm", "model": "m"}, "model must be named for encoder"),
        ("bm25", "got 'bm25'"),
    ],
)
def test_what_no_system_is(declared: Any, said: str) -> None:
    (problem,) = refused(s=declared)
    assert problem.startswith("params.yaml: systems.s") and said in problem and "\n" not in problem


@pytest.mark.parametrize("name", ["a b", "$(touch x)", "a;b", "a'b", "a/b", "a.b", "-a", ""])
def test_names_that_are_no_names(name: str) -> None:
    (problem,) = refused(**{name: HYBRID})
    assert problem.endswith("a name is made of letters, digits, _ and -, and begins with none of the last")


def test_korean_names() -> None:
    assert refused(하이브리드=HYBRID) == []


def test_names_of_nothing_of_two_things_and_circles() -> None:
    assert named(systems(s={"cut": "bm26"})) == [
        "params.yaml: systems.s: 'bm26' is neither an index nor a system; known: bm25, dense, s"
    ]
    assert named(systems(bm25=HYBRID)) == [
        "params.yaml: systems.bm25: is the name of an index, too; rename one of them"
    ]
    (first, second) = named(systems(a={"cut": "b"}, b={"fuse": ["dense", "a"], "by": "rrf"}))
    assert first == "params.yaml: systems.a: is made of itself (a → b → a); name another system"
    assert second.startswith("params.yaml: systems.b: is made of itself (b → a → b)")


def test_a_circle_is_found_when_it_is_built_too() -> None:
    with pytest.raises(ParamsError, match="is made of itself"):
        systems(a={"cut": "a"}).resolved("a")


def test_a_system_for_each_type_of_questions() -> None:
    imagined = {"transform": "dense", "by": "hyde"}
    chosen = {"choose": {"정의": "imagined", "적용": {"cut": "hybrid", "depth": 5}}, "otherwise": "bm25", "by": "llm"}
    within = {"choose": {"비교": "chosen"}, "otherwise": "dense", "by": "encoder", "model": "base"}
    declared = systems(hybrid=HYBRID, imagined=imagined, chosen=chosen, within=within)
    assert named(declared) == []
    resolved = declared.resolved("within")
    assert title(resolved) == "choose(choose(transform(dense), cut(fuse(bm25, dense)), bm25), dense)"
    assert leaves(resolved) == ["dense", "bm25"]
    assert models_of(resolved) == ["base"] and prompts_of(resolved) == ["classify", "hyde"]
    assert prompts_of(declared["within"]) == []  # what another asks, that one is named for
    assert declared.depths(100) == {"hybrid": 100, "imagined": 100, "chosen": 5, "within": 5}
    assert named(systems(chosen={**chosen, "otherwise": "bm26"}))[0].startswith(
        "params.yaml: systems.chosen: 'imagined'"
    )
    (circle,) = named(systems(a={"choose": {"정의": "a"}, "otherwise": "dense", "by": "llm"}))
    assert "is made of itself (a → a)" in circle
