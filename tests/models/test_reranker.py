import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from onggi.core.errors import ModelError
from onggi.models.cross_encoder import CrossEncoder
from onggi.models.encoder import Encoder
from onggi.models.late_interaction import LateInteraction
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import CrossEncoderReranker, LateInteractionReranker, load_reranker
from onggi.work import journal, memo
from onggi.work.store import Store

PAIRS = [(query, passage) for query in ("소금 창고는?", "누룩방 문의") for passage in ("소금 창고", "독", "누룩 " * 9)]


def params(kind: str) -> RerankerParams:
    return RerankerParams.model_validate({"kind": kind, "model": "teacher", "max_length": 64})


def in_float32(scores: Iterator[tuple[int, float]]) -> list[float]:
    """Return scores by place, as the memo keeps them."""
    from onggi.models.reranker import ROW

    return [ROW.unpack(ROW.pack(score))[0] for _, score in sorted(scores)]


def test_params_name_the_kind(model: Path, cross: Path, embed: EmbedParams) -> None:
    late = load_reranker(params("late_interaction"), model, embed)
    other = load_reranker(params("cross_encoder"), cross, embed)
    assert isinstance(late, LateInteractionReranker) and isinstance(other, CrossEncoderReranker)
    scorer = LateInteraction(Encoder.load(model, embed), embed)
    assert list(late.score(iter(PAIRS))) == in_float32(scorer.scores(PAIRS))
    assert list(other.score(iter(PAIRS))) == in_float32(CrossEncoder.load(cross, 64).scores(PAIRS))
    assert list(late.score([])) == list(other.score([])) == []


def test_held_scores_load_no_model(cross: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cross"
    shutil.copytree(cross, folder)
    store = tmp_path / "memo.sqlite"
    with memo.using(memo.Memo(Store(store))):
        fresh = list(CrossEncoderReranker(folder, 64).score(PAIRS))
    with memo.using(memo.Memo(Store(store))):
        again = CrossEncoderReranker(folder, 64)
        assert list(again.score(PAIRS[::-1])) == fresh[::-1]
        assert "scorer" not in vars(again)


def test_other_weights_in_the_same_folder_give_other_rows(model: Path, embed: EmbedParams, tmp_path: Path) -> None:
    """A folder is read again where a file of it is another one, though the path is the same."""
    from onggi.models.bootstrap import bootstrap
    from onggi.models.embedder import Embedder
    from onggi.models.params import BootstrapParams

    folder = tmp_path / "base"
    shape = BootstrapParams(vocab_size=300, dimensions=32, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(lambda: ["독을 씻는다.", "콩을 삶는다."], shape, folder)
    with memo.using(memo.Memo(Store(tmp_path / "memo.sqlite"))):
        before = Embedder(folder, embed).passages(["독을 씻는다."])
        shutil.copytree(model, folder, dirs_exist_ok=True)
        after = Embedder(folder, embed).passages(["독을 씻는다."])
        assert after.tobytes() == Embedder(model, embed).passages(["독을 씻는다."]).tobytes() != before.tobytes()


@pytest.mark.parametrize("kind", ["late_interaction", "cross_encoder"])
def test_no_folder_is_named_before_any_pair_comes(kind: str, embed: EmbedParams, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: is no model folder"):
        load_reranker(params(kind), tmp_path / "nowhere", embed)


@pytest.mark.parametrize("model", ["", ".", "..", "a/b", "../x", "a\\b", "/x"])
def test_a_reranker_is_named_by_its_folder_below_models(model: str) -> None:
    with pytest.raises(ValidationError, match="model"):
        RerankerParams(kind="cross_encoder", model=model, max_length=64)


@pytest.mark.parametrize("kind", ["late_interaction", "cross_encoder"])
def test_a_reranker_asks_no_network(kind: str, model: Path, cross: Path, tmp_path: Path, embed: EmbedParams) -> None:
    """Neither while a plan counts its scores nor while they are computed."""
    reranker = load_reranker(params(kind), cross if kind == "cross_encoder" else model, embed)
    with no_sockets(), memo.using(memo.Memo(planning=True)), pytest.raises(journal.PlanEnds):
        list(reranker.score(PAIRS))
    assert "scorer" not in vars(reranker)
    with no_sockets():
        assert len(list(reranker.score(PAIRS))) == len(PAIRS)


@contextmanager
def no_sockets() -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "create_connection", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield
