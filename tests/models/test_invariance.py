"""Promise: a row depends on its input alone, bit for bit, in any batch, in any order, from the memo or fresh.

On a CPU, that is; on a GPU the kernels depend on the size of the batch.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.models import encoder as module
from onggi.models import network
from onggi.models.cross_encoder import CrossEncoder
from onggi.models.embedder import Embedder
from onggi.models.encoder import Encoder
from onggi.models.late_interaction import LateInteraction
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import Reranker, load_reranker
from onggi.work import memo
from onggi.work.memo import Memo, using
from onggi.work.store import Store

pytestmark = pytest.mark.skipif(network.device() != "cpu", reason="holds on a CPU")

Item = TypeVar("Item", str, tuple[str, str])

CORPUS = ["", "독", "된장 독", "소금 창고는 겨울에 닫습니다.", "누룩방 알림: 단체 신청은 이레 전까지.", "장독대 " * 30]
TEXT = st.one_of(st.sampled_from(CORPUS), st.text("가나다 독장.12", max_size=40), st.text(max_size=8))
BATCH = st.lists(TEXT, min_size=1, max_size=14)
PAIRS = st.lists(st.tuples(st.one_of(st.sampled_from(CORPUS[:4]), TEXT), TEXT), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def encoder(random: Path, embed: EmbedParams) -> Encoder:
    return Encoder.load(random, embed)


@pytest.fixture(scope="module")
def embedder(random: Path, embed: EmbedParams) -> Embedder:
    return Embedder(random, embed.model_copy(update={"query_prefix": "질문: "}))


@pytest.fixture(scope="module", params=["late_interaction", "cross_encoder"])
def reranker(request: pytest.FixtureRequest, random: Path, cross: Path, embed: EmbedParams) -> Reranker:
    params = RerankerParams(kind=request.param, model="teacher", max_length=64)
    return load_reranker(params, cross if params.kind == "cross_encoder" else random, embed)


def through_the_memo(
    rows: Callable[[Sequence[Item]], Sequence[bytes]], asked: Sequence[Item], held: Sequence[Item], block: int
) -> list[bytes]:
    """Return rows from a memo that holds some of them, in blocks of a size."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "memo.sqlite"
        with using(Memo(Store(path))):
            rows(held)
        patch.setattr(memo, "ITEMS_PER_BLOCK", block)
        with using(Memo(Store(path))):
            return list(rows(asked))


@settings(max_examples=60)
@given(BATCH)
def test_a_vector_is_the_same_alone_and_in_any_company(encoder: Encoder, asked: list[str]) -> None:
    together = encoder.encode(asked, 64)
    alone = np.stack([encoder.encode([text], 64)[0] for text in asked])
    assert together.tobytes() == alone.tobytes()
    assert encoder.encode(asked[::-1], 64)[::-1].tobytes() == together.tobytes()


@settings(max_examples=30)
@given(BATCH, st.integers(1, 400), st.integers(8, 64))
def test_a_vector_is_the_same_in_batches_of_any_size(encoder: Encoder, asked: list[str], budget: int, cut: int) -> None:
    whole = encoder.encode(asked, cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(network.TOKENS_PER_BATCH, "cpu", budget)
        patch.setattr(module, "TEXTS_TOKENIZED", 1 + budget % 5)
        assert encoder.encode(asked, cut).tobytes() == whole.tobytes()


@settings(max_examples=40)
@given(BATCH)
def test_token_vectors_are_the_same_alone_and_in_any_company(encoder: Encoder, asked: list[str]) -> None:
    together = encoder.tokens(asked, 16)
    for text, tokens in zip(asked, together, strict=True):
        (alone,) = encoder.tokens([text], 16)
        assert tokens.shape == alone.shape and tokens.tobytes() == alone.tobytes()
    backwards = encoder.tokens(asked[::-1], 16)[::-1]
    assert [tokens.tobytes() for tokens in backwards] == [tokens.tobytes() for tokens in together]


@settings(max_examples=40)
@given(BATCH, st.data(), st.integers(1, 6))
@pytest.mark.parametrize("kind", ["queries", "passages"])
def test_a_vector_is_the_same_from_the_memo_and_fresh(
    embedder: Embedder, kind: str, asked: list[str], data: st.DataObject, block: int
) -> None:
    def rows(texts: Sequence[str]) -> list[bytes]:
        return [vector.tobytes() for vector in getattr(embedder, kind)(texts)]

    alone = [row for text in asked for row in rows([text])]
    assert rows(asked) == alone
    held = data.draw(st.lists(st.sampled_from(asked)))
    order = data.draw(st.permutations(range(len(asked))))
    shuffled = [asked[place] for place in order]
    assert through_the_memo(rows, shuffled, held, block) == [alone[place] for place in order]


@settings(max_examples=30)
@given(PAIRS, st.data(), st.integers(1, 6))
def test_a_score_is_the_same_in_any_company_from_the_memo_and_fresh(
    reranker: Reranker, asked: list[tuple[str, str]], data: st.DataObject, block: int
) -> None:
    def rows(pairs: Sequence[tuple[str, str]]) -> list[bytes]:
        return [np.float64(score).tobytes() for score in reranker.score(iter(pairs))]

    alone = [row for pair in asked for row in rows([pair])]
    assert rows(asked) == alone
    held = data.draw(st.lists(st.sampled_from(asked)))
    order = data.draw(st.permutations(range(len(asked))))
    shuffled = [asked[place] for place in order]
    assert through_the_memo(rows, shuffled, held, block) == [alone[place] for place in order]


@pytest.mark.parametrize("runtime", ["torch", "onnx"])
def test_vectors_and_scores_are_the_same_for_any_number_of_workers(
    random: Path, cross: Path, texts: list[str], embed: EmbedParams, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder.load(random, embed.model_copy(update={"runtime": runtime}))
    late, crossed = LateInteraction(encoder, embed), CrossEncoder.load(cross, 64)
    pairs = [(query, text) for query in ("소금 창고는 언제 닫나요", "누룩방", "") for text in texts]
    found = []
    for count in (1, 2, 5):
        monkeypatch.setenv("ONGGI_WORKERS", str(count))
        rows = [encoder.encode(texts, 64), *encoder.tokens(texts, 16)]
        found.append([[row.tobytes() for row in rows], sorted(late.scores(pairs)), sorted(crossed.scores(pairs))])
    assert found[0] == found[1] == found[2]
