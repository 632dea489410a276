import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Chunk, Source
from onggi.index.passages import Passages
from onggi.models.embedder import Embedder
from onggi.models.reranker import Reranker
from onggi.search.inputs import Inputs, Places, reads
from onggi.search.retriever import Query, Ranking, Retriever, ranked
from onggi.search.spec import Choose, Rerank, Systems, Transform
from onggi.search.system import build
from onggi.search.transforms import TRANSFORMS

CHUNKS = [Chunk(f"a#{n}-{n + 1}", "a", n, n + 1, text, 1, "") for n, text in enumerate(["독", "콩 메주", "콩", "물"])]
IDS = [chunk.chunk_id for chunk in CHUNKS]


class Fixed:
    """A retriever that gives every query the same scores, and notes what it was asked."""

    def __init__(self, *scores: float) -> None:
        self.scores = scores
        self.asked: list[str] = []

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        self.asked += [query.text for query in queries]
        return [ranked(query.query_id, zip(IDS, self.scores, strict=False)) for query in queries]


class Longest:
    """A reranker that likes long passages, and notes how often it was called."""

    def __init__(self) -> None:
        self.calls: list[list[tuple[str, str]]] = []

    def score(self, pairs: Iterable[tuple[str, str]]) -> Iterator[float]:
        self.calls.append(list(pairs))
        return (len(passage) / 10 for _, passage in self.calls[-1])


class Parts:
    """What systems of these tests are built of."""

    def __init__(self, folder: Path) -> None:
        self.run = {"bm25": Fixed(4, 3, 2, 1), "dense": Fixed(0.1, 0.2, 0.3, 0.4)}
        self.live = {"bm25": Fixed(1, 1, 1, 9), "dense": Fixed(1, 2, 3, 4)}
        self.longest = Longest()
        tables.write(folder / "chunks", Chunk, CHUNKS)
        self.passages = Passages(folder / "chunks")

    def retriever(self, index: str, *, live: bool) -> Retriever:
        return (self.live if live else self.run)[index]

    def reranker(self, spec: Rerank) -> Reranker:
        assert spec.model == "base"
        return self.longest

    def embedder(self, model: str) -> Embedder:
        assert model == "base"
        return ByFirstSign()  # type: ignore[return-value]

    def transform(self, spec: Transform) -> Callable[[Sequence[str]], Sequence[str]]:
        return TRANSFORMS[spec.by]

    def types(self, spec: Choose) -> Callable[[Sequence[str]], Sequence[str]]:
        return lambda texts: ["정의" if "?" in text else "절차" if "독" in text else "" for text in texts]


class ByFirstSign:
    """An encoder that finds passages alike which begin with the same sign."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        signs = sorted({text[0] for text in texts})
        return np.array([[float(text[0] == sign) for sign in signs] for text in texts], np.float32)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def asked(parts: Parts, depth: int = 100, **declared: Any) -> list[Ranking]:
    """Ask the last of the systems two questions."""
    systems = Systems.parse({"systems": declared})
    system = build(systems.resolved(list(declared)[-1]), parts, depth)
    return system.search([Query("q1", "콩은 어디에 있나요?"), Query("q2", "독")])


def ids(ranking: Ranking) -> list[str]:
    return [IDS[IDS.index(hit.chunk_id)][2] for hit in ranking]


def test_fusion_of_any_number_of_parts(parts: Parts) -> None:
    one, two = asked(parts, s={"fuse": ["bm25", "dense", "bm25"], "by": "weighted", "weights": [1, 1, 1]})
    assert ids(one) == ids(two) == ["0", "1", "2", "3"]
    assert one[0].sources == [Source("bm25", 1, 4.0), Source("dense", 4, 0.1), Source("bm25", 1, 4.0)]
    assert {hit.query_id for hit in two} == {"q2"}


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ({"by": "rrf"}, "0312"),  # both orders are each other's reverse: the ends lead
        ({"by": "vote", "weights": [6, 3, 1]}, "0312"),
        ({"by": "union", "top": 1}, "03"),
        ({"by": "weighted", "weights": [0, 1]}, "3210"),
    ],
)
def test_every_way_of_fusing(parts: Parts, by: dict[str, Any], order: str) -> None:
    assert "".join(ids(asked(parts, s={"fuse": ["bm25", "dense"], **by})[0])) == order


def test_depths(parts: Parts) -> None:
    fuse = {"fuse": ["bm25", "dense"], "by": "rrf"}
    assert len(asked(parts, depth=3, s=fuse)[0]) == 3
    assert len(asked(parts, depth=3, s={**fuse, "depth": 2})[0]) == 2
    assert ids(asked(parts, s={"cut": "bm25", "depth": 2})[0]) == ["0", "1"]
    assert ids(asked(parts, s={"cut": "bm25", "min_score": 3.0})[0]) == ["0", "1"]
    assert asked(parts, s={"cut": "bm25", "min_score": 5.0}) == [[], []]


def test_reranking_scores_the_first_hits_of_all_queries_together(parts: Parts) -> None:
    one, two = asked(parts, s={"rerank": "bm25", "by": "late_interaction", "model": "base", "depth": 3})
    assert ids(one) == ids(two) == ["1", "0", "2"]  # 4, 1 and 1 characters; ties by id
    assert [hit.score for hit in one] == [0.4, 0.1, 0.1]
    (pairs,) = parts.longest.calls
    assert pairs == [(q, p) for q in ("콩은 어디에 있나요?", "독") for p in ("독", "콩 메주", "콩")]


def test_a_query_whose_ranking_is_sure_is_not_reranked(parts: Parts) -> None:
    rerank = {"rerank": "bm25", "by": "late_interaction", "model": "base", "depth": 3}
    assert ids(asked(parts, s={**rerank, "sure": 0.5})[0]) == ["0", "1", "2"]  # 4, 3, 2: leads by half
    assert parts.longest.calls == [[]]
    assert ids(asked(parts, s={**rerank, "sure": 0.6})[0]) == ["1", "0", "2"]
    assert ids(asked(parts, s={**rerank, "min_score": 0.4})[0]) == ["1"]


def test_hits_that_say_the_same_do_not_follow_each_other(parts: Parts) -> None:
    def order(balance: float) -> list[str]:
        return ids(asked(parts, s={"diversify": "bm25", "model": "base", "balance": balance})[0])

    assert order(1.0) == ["0", "1", "2", "3"]
    assert order(0.5) == ["0", "1", "3", "2"]  # 1 and 2 both begin with 콩
    one, two = asked(parts, s={"diversify": "bm25", "model": "base", "balance": 0.5})
    assert [hit.rank for hit in one] == [1, 2, 3, 4]
    assert [hit.score for hit in one] == pytest.approx([0.5, 1 / 3, 0, 1 / 6 - 0.5])
    assert {hit.query_id for hit in two} == {"q2"}
    assert asked(parts, s={"diversify": {"cut": "bm25", "min_score": 9.0}, "model": "base"}) == [[], []]


def test_below_a_transform_indexes_are_asked_themselves(parts: Parts) -> None:
    one, _ = asked(parts, s={"fuse": ["dense", {"transform": {"cut": "bm25", "depth": 1}, "by": "content_words"}],
                             "by": "weighted", "weights": [0, 1]})  # fmt: skip
    assert ids(one)[0] == "3" and parts.live["bm25"].asked == ["콩 있", "독"]
    assert parts.run["dense"].asked == ["콩은 어디에 있나요?", "독"] and parts.run["bm25"].asked == []


def test_each_query_is_asked_of_the_system_for_its_type(parts: Parts) -> None:
    chosen = {"choose": {"정의": "dense", "비교": "bm25"}, "otherwise": {"cut": "bm25", "depth": 2}, "by": "llm"}
    one, two = asked(parts, s={**chosen, "depth": 3})
    assert (ids(one), ids(two)) == (["3", "2", "1"], ["0", "1"])
    assert [hit.query_id for hit in (*one, *two)] == ["q1"] * 3 + ["q2"] * 2
    assert parts.run["dense"].asked == ["콩은 어디에 있나요?"] and parts.run["bm25"].asked == ["독"]


def test_a_choice_below_a_transform_and_above_one(parts: Parts) -> None:
    chosen = {"choose": {"정의": "dense", "절차": "bm25"}, "otherwise": "dense", "by": "llm"}
    asked(parts, chosen=chosen, s={"transform": "chosen", "by": "content_words"})
    assert parts.live["bm25"].asked == ["독"] and parts.live["dense"].asked == ["콩 있"]  # 콩 있 is of no type
    above = {**chosen, "choose": {"정의": {"transform": "dense", "by": "content_words"}}, "otherwise": "bm25"}
    asked(parts, s=above)
    assert parts.live["dense"].asked == ["콩 있"] * 2 and parts.run["bm25"].asked == ["독"]


def test_systems_of_systems(parts: Parts) -> None:
    hybrid = {"fuse": ["bm25", "dense"], "by": "rrf"}
    reranked = {"rerank": "hybrid", "by": "cross_encoder", "model": "base", "depth": 2}
    both = {"fuse": ["reranked", "bm25"], "by": "vote", "weights": [3, 2]}
    one, _ = asked(parts, hybrid=hybrid, reranked=reranked, both=both)
    assert [(hit.chunk_id[2], hit.score) for hit in one] == [("0", 3 + 3), ("1", 2), ("3", 2)]
    assert one[0].sources[0].system == "rerank(fuse(bm25, dense))"


def test_nothing_asked(parts: Parts) -> None:
    system = build(Systems.parse({"systems": {"s": {"fuse": ["bm25"], "by": "rrf"}}}).resolved("s"), parts, 9)
    assert system.search([]) == []


@pytest.fixture
def folders(tmp_path: Path) -> Places:
    for name in ("models/base", "indexes/bm25", "indexes/dense", "searched", "prompts"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text(name)
    for name in ("bm25", "dense"):
        (tmp_path / "searched" / f"{name}.json").write_text(json.dumps({"digest": name}))
    for name in ("chunks", "replies", "prompts/hyde.jinja", "prompts/classify.jinja"):
        (tmp_path / name).write_text(name)
    folders = (tmp_path / name for name in ("models", "indexes", "searched", "chunks", "prompts", "replies"))
    return Places(*folders)


def read(folders: Places, **declared: Any) -> set[str]:
    spec = Systems.parse({"systems": declared}).resolved(list(declared)[-1])
    return {Path(path).name if "/" in path else f"run of {path}" for path in reads(spec, folders)}


def test_a_system_reads_the_runs_of_its_parts_and_what_else_it_needs(folders: Places) -> None:
    hybrid = {"fuse": ["bm25", "dense"], "by": "rrf"}
    reranked = {"rerank": "hybrid", "by": "late_interaction", "model": "base"}
    assert read(folders, s={"cut": "bm25"}) == {"run of bm25"}
    assert read(folders, hybrid=hybrid, s=reranked) == {"run of bm25", "run of dense", "base", "chunks"}
    assert read(folders, s={"transform": "dense", "by": "spacing"}) == {"run of dense", "dense"}
    assert read(folders, s={"diversify": "bm25", "model": "base"}) == {"run of bm25", "base", "chunks"}


def test_only_a_system_that_asks_a_language_model_reads_what_decides_its_replies(folders: Places) -> None:
    imagined = {"transform": "dense", "by": "hyde"}
    runs = {"run of dense", "run of bm25"}
    assert read(folders, s=imagined) == {"run of dense", "dense", "hyde.jinja", "replies"}
    chosen = {"choose": {"정의": "imagined"}, "otherwise": "bm25", "by": "encoder", "model": "base"}
    assert read(folders, imagined=imagined, s=chosen) == {*runs, "dense", "base", "hyde.jinja", "replies"}
    by_type = {"choose": {"정의": "dense"}, "otherwise": "bm25", "by": "llm"}
    assert read(folders, s=by_type) == {*runs, "classify.jinja", "replies"}
    assert read(replace(folders, rewriter=None), s=by_type) == {*runs, "classify.jinja"}  # an endpoint
    assert read(folders, s={**by_type, "by": "encoder", "model": "base"}) == {*runs, "base"}


def test_a_run_that_is_not_there(folders: Places) -> None:
    with pytest.raises(TableError, match=r"ivf\.json: does not describe a run \(.*\); run `dvc repro search@ivf`"):
        read(folders, s={"cut": "ivf"})


@pytest.mark.parametrize("rewriter", [None, {"backend": "recorded"}])
def test_what_is_written_for_a_system_is_what_is_read(tmp_path: Path, rewriter: dict[str, Any] | None) -> None:
    spec = Systems.parse({"systems": {"s": {"fuse": ["a", {"cut": "b"}], "by": "vote", "weights": [2, 1]}}}).resolved(
        "s"
    )
    inputs = Inputs(spec, 7, {"base": {"precision": "fp32"}}, rewriter)
    inputs.write(tmp_path / "s.json", {"b": "2", "a": "1"})
    assert Inputs.read(tmp_path / "s.json") == inputs
    first = (tmp_path / "s.json").read_bytes()
    assert (b"rewriter" in first) == (rewriter is not None)
    inputs.write(tmp_path / "s.json", {"a": "1", "b": "2"})
    assert (tmp_path / "s.json").read_bytes() == first


@pytest.mark.parametrize("content", [None, "{", "[]", '{"system": {"cut": "a"}}'])
def test_what_describes_no_system(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "s.json").write_text(content)
    with pytest.raises(TableError, match=r"s\.json: does not describe a system \(.*\); run `dvc repro inputs`"):
        Inputs.read(tmp_path / "s.json")
