import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from onggi.core.errors import ModelError
from onggi.index.base import IndexCard
from onggi.index.dense import DenseIndex
from onggi.index.params import FlatParams
from onggi.models.embedder import Embedder
from onggi.models.joined import JoinedEmbedder, join, open_embedder
from onggi.models.params import EmbedParams, JoinedParams
from onggi.search.fusion import weighted_sum
from onggi.search.retriever import IndexRetriever, Query
from onggi.work import memo
from onggi.work.memo import Memo
from onggi.work.store import Store

CARD = IndexCard({"kind": "flat"}, "both", {}, "")


@pytest.fixture
def joined(model: Path, random: Path, embed: EmbedParams, tmp_path: Path) -> Path:
    """A folder that joins two encoders, the second with a prefix and three times the share."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "base").symlink_to(model)
    (models / "other").symlink_to(random)
    (models / "both").mkdir()
    params = JoinedParams(encoders=["base", "other"], weights=[1, 3])
    join(params, models, [embed, embed.model_copy(update={"query_prefix": "질문: "})], models / "both")
    return models / "both"


def test_its_cosine_is_the_weighted_mean_of_the_encoders_cosines(
    joined: Path, model: Path, random: Path, embed: EmbedParams, texts: list[str]
) -> None:
    both = JoinedEmbedder(joined)
    first, second = Embedder(model, embed), Embedder(random, embed.model_copy(update={"query_prefix": "질문: "}))
    queries, passages = ["장독대는 언제 여나요?", "소금"], texts[:5]
    cosines = 0.25 * first.queries(queries) @ first.passages(passages).T
    cosines += 0.75 * second.queries(queries) @ second.passages(passages).T
    assert both.queries(queries) @ both.passages(passages).T == pytest.approx(cosines, abs=1e-6)
    assert np.linalg.norm(both.passages(passages), axis=1) == pytest.approx(np.ones(5), abs=1e-6)
    assert np.array_equal(np.concatenate(list(both.passage_blocks(iter(passages)))), both.passages(passages))


def unit(rows: int, size: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def side_by_side(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    return np.concatenate([np.float32(share**0.5) * first, np.float32((1 - share) ** 0.5) * second], axis=1)


@examples(deadline=None, max_examples=50)
@given(st.integers(1, 40), st.floats(0.05, 0.95), st.integers(0, 1 << 20))
def test_one_index_ranks_as_the_summed_scores_of_full_runs_do(rows: int, share: float, seed: int) -> None:
    """Up to the rounding of float32: where two chunks' scores are nearer than 1e-6, either may be first."""
    ids = [f"{row:02}" for row in range(rows)]
    chunks, asked = (unit(rows, 8, seed), unit(rows, 12, seed + 1)), (unit(3, 8, seed + 2), unit(3, 12, seed + 3))
    queries = [Query(str(place), "") for place in range(3)]

    def run(vectors: np.ndarray, encoded: np.ndarray):  # type: ignore[no-untyped-def]
        index = DenseIndex.of(vectors, ids, FlatParams(encoder="x", kind="flat"), CARD)
        return IndexRetriever(index, lambda texts: encoded, rows).search(queries)

    one = run(side_by_side(*chunks, share), side_by_side(*asked, share))
    for ranking, *each in zip(one, run(chunks[0], asked[0]), run(chunks[1], asked[1]), strict=True):
        summed = weighted_sum(each, (share, 1 - share), "none")
        assert {hit.chunk_id: hit.score for hit in ranking} == pytest.approx(summed, abs=1e-6)
        order = [summed[hit.chunk_id] for hit in ranking]
        assert all(first >= second - 1e-6 for first, second in pairwise(order))


def test_rows_of_its_encoders_are_held_from_when_they_were_asked_alone(
    joined: Path, model: Path, random: Path, embed: EmbedParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with memo.using(Memo(Store(tmp_path / "memo.sqlite"))):
        alone = [Embedder(folder, embed).passages(["소금 창고"]) for folder in (model, random)]
        monkeypatch.setattr(Embedder, "encoder", property(lambda self: pytest.fail("all rows are held")))
        assert np.array_equal(JoinedEmbedder(joined).passages(["소금 창고"]), side_by_side(alone[0], alone[1], 0.25))


def test_joined_encoders_are_joined_again(joined: Path, model: Path, embed: EmbedParams) -> None:
    (joined.parent / "three").mkdir()
    join(
        JoinedParams(encoders=["both", "base"], weights=[2, 1]), joined.parent, [embed, embed], joined.parent / "three"
    )
    three, both, base = (open_embedder(joined.parent / name, embed) for name in ("three", "both", "base"))
    vector = side_by_side(both.queries(["독"]), base.queries(["독"]), 2 / 3)
    assert three.queries(["독"]) == pytest.approx(vector, abs=1e-6)


def test_a_folder_holds_all_that_decides_its_vectors(joined: Path, model: Path, embed: EmbedParams) -> None:
    before = JoinedEmbedder(joined).queries(["독"])
    for link in ("base", "other"):
        (joined.parent / link).unlink()
    assert np.array_equal(open_embedder(joined, embed.model_copy(update={"query_prefix": "!"})).queries(["독"]), before)


@pytest.mark.parametrize(
    "change", [{"encoders": ["a"]}, {"weights": [1, 0]}, {"weights": [1]}, {"weights": [1e308, 1e308]}]
)
def test_impossible_settings(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        JoinedParams.model_validate({"encoders": ["a", "b"], "weights": [1, 1]} | change)


def test_what_is_no_encoder(joined: Path, model: Path, embed: EmbedParams, tmp_path: Path) -> None:
    (joined.parent / "words").mkdir()
    with pytest.raises(ModelError, match="words: is no encoder folder"):
        join(JoinedParams(encoders=["base", "words"], weights=[1, 1]), joined.parent, [embed, embed], tmp_path)
    manifest = joined / "joined-onggi.json"
    manifest.write_text(json.dumps({"parts": [{"folder": "0"}]}), "utf-8")
    with pytest.raises(ModelError, match=r"both: joins no encoders \(.*\); run `dvc repro join@both`$"):
        open_embedder(joined, embed)
