import json
import math
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from onggi.core.errors import ModelError
from onggi.index import bm25
from onggi.index.base import IndexCard
from onggi.index.bm25 import Bm25Index
from onggi.index.params import Bm25Params

TEXTS = [
    "독 물 콩",
    "독 독 소금 볏짚 메주 숯",
    "콩 메주 메주 메주",
    "소금",
    "물 소금 고추 숯 숯 대추 물",
    "누룩 쌀",
    "쌀 쌀 엿기름",
]
QUERIES = ["독", "메주 숯", "소금 소금 콩", "쌀 모름 누룩", "고추 대추 엿기름 독 독"]


CARD = IndexCard({"kind": "bm25"}, "words", {}, "0")


def params(method: str = "lucene", k1: float = 1.5, b: float = 0.75) -> Bm25Params:
    return Bm25Params.model_validate({"encoder": "words", "kind": "bm25", "method": method, "k1": k1, "b": b})


def build(texts: Sequence[str], settings: Bm25Params | None = None) -> Bm25Index:
    ids = [f"c{row}" for row in range(len(texts))]
    return Bm25Index.of(map(str.split, texts), ids, settings or params(), CARD)


def terms(queries: Sequence[str]) -> list[list[str]]:
    return [query.split() for query in queries]


def found(index: Bm25Index, query: str, top_k: int) -> list[tuple[int, float]]:
    """Return the rows and scores of one query, without the places that hold none."""
    rows, scores = index.search([query.split()], top_k)
    return [(row, score) for row, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True) if row >= 0]


def formula(method: str, texts: Sequence[str], query: str, k1: float, b: float) -> list[float]:
    """Return the score of each text as Kamphuis et al. 2020, table 1, write it."""
    bags = [Counter(text.split()) for text in texts]
    n, mean = len(texts), sum(bag.total() for bag in bags) / len(texts)
    scores = []
    for bag in bags:
        score = 0.0
        for term in query.split():
            df, tf = sum(term in other for other in bags), bag[term]
            if not tf:
                continue
            norm = k1 * (1 - b + b * bag.total() / mean)
            if method == "robertson":  # bm25s keeps its idf from falling below 0
                score += max(0.0, math.log((n - df + 0.5) / (df + 0.5))) * tf / (norm + tf)
            elif method == "lucene":
                score += math.log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (norm + tf)
            else:
                score += math.log(n / df) * (k1 + 1) * tf / (norm + tf)
        scores.append(score)
    return scores


@pytest.mark.parametrize("method", ["robertson", "lucene", "atire"])
@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.9, 0.4), (2.0, 0.0), (1.2, 1.0), (0.0, 0.5)])
@pytest.mark.parametrize("query", QUERIES)
def test_scores_are_those_of_the_paper(method: str, k1: float, b: float, query: str) -> None:
    expected = formula(method, TEXTS, query, k1, b)
    scores = dict(found(build(TEXTS, params(method, k1, b)), query, len(TEXTS)))
    assert scores == pytest.approx({row: score for row, score in enumerate(expected) if score > 0}, rel=1e-6)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.9, 0.4)])
def test_robertson_times_k1_plus_1_is_rank_bm25(query: str, k1: float, b: float) -> None:
    peer = BM25Okapi([text.split() for text in TEXTS], k1=k1, b=b)
    assert min(peer.idf.values()) > 0  # no term in half of the texts: there both have an idea of their own
    expected = {row: score for row, score in enumerate(peer.get_scores(query.split())) if score > 0}
    scores = found(build(TEXTS, params("robertson", k1, b)), query, len(TEXTS))
    assert {row: score * (k1 + 1) for row, score in scores} == pytest.approx(expected, rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("독물콩메쌀숯"), max_size=40).map(" ".join), min_size=1, max_size=40),
    st.sampled_from(["robertson", "lucene", "atire"]),
    st.sampled_from([(1.5, 0.75), (0.9, 0.4), (2.0, 0.0), (1.2, 1.0), (0.0, 0.5)]),
)
def test_the_bits_are_those_that_bm25s_makes(texts: list[str], method: str, weights: tuple[float, float]) -> None:
    index = build(texts, params(method, *weights))
    peer = bm25s.BM25(method=method, k1=weights[0], b=weights[1], dtype="float32")
    rows = [[index.vocabulary[term] for term in text.split()] for text in texts]
    if index.vocabulary:
        peer.index((rows, index.vocabulary), show_progress=False, create_empty_token=False)
        for name in ("data", "indices", "indptr"):
            expected, got = peer.scores[name], index.engine.scores[name]
            assert (got.dtype, got.tobytes()) == (expected.dtype, expected.tobytes())
        assert index.engine.scores["num_docs"] == peer.scores["num_docs"]


def test_a_term_counts_as_often_as_the_query_has_it() -> None:
    index = build(TEXTS)
    once, twice = dict(found(index, "독", 7)), dict(found(index, "독 독", 7))
    assert twice == {row: 2 * score for row, score in once.items()}


def test_a_term_without_weight_finds_nothing() -> None:
    texts = ["독 물", "독 콩", "독", "물"]  # 독 stands in three of four
    assert found(build(texts, params("robertson")), "독", 4) == []
    assert {row for row, _ in found(build(texts, params("lucene")), "독", 4)} == {0, 1, 2}
    assert found(build(["독", "독 물"], params("atire")), "독", 4) == []  # log(2 / 2)


def test_ties_are_ordered_by_row() -> None:
    assert [row for row, _ in found(build(["물", "독", "콩", "독", "독"]), "독", 5)] == [1, 3, 4]
    assert [row for row, _ in found(build(["물", "독", "콩", "독", "독"]), "독", 2)] == [1, 3]


def test_places_without_a_result_hold_minus_1_and_0() -> None:
    rows, scores = build(TEXTS).search([["고추"], ["모름"], []], 3)
    assert rows.tolist() == [[4, -1, -1], [-1, -1, -1], [-1, -1, -1]]
    assert scores[0, 0] > 0 and scores[:, 1:].tolist() == [[0, 0]] * 3 and scores[1:, 0].tolist() == [0, 0]


def test_no_more_than_there_are() -> None:
    rows, scores = build(TEXTS).search([["독"]], 100)
    assert rows.shape == scores.shape == (1, len(TEXTS))
    assert build(TEXTS).search([], 5)[0].shape == (0, 5)
    assert build(TEXTS).search([["독"]], 0)[0].shape == (1, 0)


@pytest.mark.parametrize("texts", [[], [""], ["", " "]])
def test_nothing_to_find(texts: list[str], tmp_path: Path) -> None:
    index = build(texts)
    index.save(tmp_path / "bm25")
    for each in (index, Bm25Index.load(tmp_path / "bm25")):
        rows, scores = each.search([["독"], []], 3)
        assert rows.tolist() == [[-1] * len(texts)] * 2 and scores.shape == rows.shape
        assert each.chunk_ids == [f"c{row}" for row in range(len(texts))]


TERMS = st.sampled_from("독물콩메쌀숯")
BAGS = st.lists(TERMS, max_size=8).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(BAGS, min_size=1, max_size=30), st.lists(BAGS, min_size=1, max_size=5), st.integers(1, 35), st.data())
def test_search_is_a_sort_by_score_and_row(
    texts: list[str], queries: list[str], top_k: int, data: st.DataObject
) -> None:
    index = build(texts, params(data.draw(st.sampled_from(["robertson", "lucene", "atire"]))))
    weights = index.weights.toarray()  # (terms, rows)
    rows, scores = index.search(terms(queries), top_k)
    for query, query_rows, query_scores in zip(queries, rows.tolist(), scores.tolist(), strict=True):
        known = Counter(term for term in query.split() if term in index.vocabulary)
        every = np.zeros(len(texts))
        for term, times in known.items():
            every += times * weights[index.vocabulary[term]].astype(np.float64)
        best = [row for row in query_rows if row >= 0]
        assert len(best) == min(top_k, int((every > 0).sum()))
        assert [query_scores[place] for place in range(len(best))] == pytest.approx(
            [every[row] for row in best], rel=1e-6
        )
        assert query_scores == sorted(query_scores, reverse=True)
        left_out = [every[row] for row in range(len(texts)) if row not in best]
        if best and left_out:
            assert max(left_out) <= every[best[-1]] * (1 + 1e-6)
        pairs = list(zip([-score for score in query_scores[: len(best)]], best, strict=True))
        assert pairs == sorted(pairs)


def test_a_tie_at_the_border_goes_to_the_smaller_row_in_a_large_corpus() -> None:
    texts = ["독 물" if row % 3 else "독" for row in range(1000)]
    assert [row for row, _ in found(build(texts), "독", 7)] == [0, 3, 6, 9, 12, 15, 18]
    assert [row for row, _ in found(build(texts), "물", 7)] == [1, 2, 4, 5, 7, 8, 10]


def test_blocks_of_queries_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    index, queries = build(TEXTS), terms(QUERIES * 3)
    whole = index.search(queries, 4)
    for size in (1, 2 * len(TEXTS), 4 * len(TEXTS) + 1):
        monkeypatch.setattr(bm25, "SCORES_PER_BLOCK", size)
        for expected, got in zip(whole, index.search(queries, 4), strict=True):
            assert expected.tobytes() == got.tobytes()


@settings(max_examples=40)
@given(st.lists(BAGS, min_size=1, max_size=20), st.lists(BAGS, min_size=1, max_size=6), st.integers(1, 9))
def test_a_query_alone_is_a_query_among_many(texts: list[str], queries: list[str], top_k: int) -> None:
    index = build(texts)
    rows, scores = index.search(terms(queries), top_k)
    for place, query in enumerate(queries):
        alone, own_scores = index.search([query.split()], top_k)
        assert alone[0].tolist() == rows[place].tolist() and own_scores[0].tobytes() == scores[place].tobytes()
    backwards = index.search(terms(queries)[::-1], top_k)[1][::-1]
    assert np.ascontiguousarray(backwards).tobytes() == scores.tobytes()


def test_what_is_loaded_is_what_was_saved(tmp_path: Path) -> None:
    index = build(TEXTS, params("atire", 0.9, 0.4))
    index.save(tmp_path / "a")
    loaded = Bm25Index.load(tmp_path / "a")
    assert (loaded.card, loaded.chunk_ids) == (index.card, index.chunk_ids)
    for expected, got in zip(index.search(terms(QUERIES), 5), loaded.search(terms(QUERIES), 5), strict=True):
        assert expected.tobytes() == got.tobytes()
    loaded.save(tmp_path / "b")
    build(TEXTS, params("atire", 0.9, 0.4)).save(tmp_path / "c")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert "index.json" in names and not any(name.endswith((".pkl", ".pickle")) for name in names)
    for other in ("b", "c"):
        assert sorted(path.name for path in (tmp_path / other).iterdir()) == names
        for name in names:
            assert (tmp_path / other / name).read_bytes() == (tmp_path / "a" / name).read_bytes(), name


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bm25") / "index"
    build(TEXTS).save(folder)
    return folder


FILES = [
    "chunk_ids.parquet",
    "index.json",
    "params.index.json",
    "vocab.index.json",
    "data.csc.index.npy",
    "indices.csc.index.npy",
    "indptr.csc.index.npy",
]


def test_the_files_of_an_index(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_folder(saved: Path, tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "bm25"
    shutil.copytree(saved, folder)
    content = (folder / name).read_bytes()
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(ModelError, match=r"bm25: not an index \(.*\); run `dvc repro index@bm25`$"):
        Bm25Index.load(folder)


@pytest.mark.parametrize("manifest", [[], {}, {"params": {}}, {"encoder": "words"}])
def test_a_manifest_of_something_else(saved: Path, tmp_path: Path, manifest: object) -> None:
    folder = tmp_path / "bm25"
    shutil.copytree(saved, folder)
    (folder / "index.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="not an index"):
        Bm25Index.load(folder)


def test_ids_of_another_corpus(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bm25"
    shutil.copytree(saved, folder)
    CARD.write(folder, ["c0"])
    with pytest.raises(ModelError, match=r"not an index \(7 rows, 1 ids\)"):
        Bm25Index.load(folder)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        Bm25Index.load(tmp_path / "none")
