import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub.errors import HfHubHTTPError
from pytest import MonkeyPatch

from onggi.core.errors import ModelError
from onggi.models.cross_encoder import CrossEncoder
from onggi.models.encoder import Encoder
from onggi.models.late_interaction import LateInteraction
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import CrossEncoderReranker, LateInteractionReranker, load_reranker
from onggi.work import memo
from onggi.work.store import Store

PAIRS = [(query, passage) for query in ("소금 창고는?", "누룩방 문의") for passage in ("소금 창고", "독", "누룩 " * 9)]


def params(name: str | Path = "", kind: str = "cross_encoder", revision: str = "local") -> RerankerParams:
    return RerankerParams.model_validate({"kind": kind, "name": str(name), "revision": revision, "max_length": 64})


def in_float32(scores: Iterator[tuple[int, float]]) -> list[float]:
    """Return scores by place, as the memo keeps them."""
    from onggi.models.reranker import ROW

    return [ROW.unpack(ROW.pack(score))[0] for _, score in sorted(scores)]


def test_params_name_the_kind(model: Path, cross: Path, embed: EmbedParams) -> None:
    late = load_reranker(params(kind="late_interaction"), model, embed)
    other = load_reranker(params(cross), model, embed)
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
        fresh = list(CrossEncoderReranker(params(folder)).score(PAIRS))
    with memo.using(memo.Memo(Store(store))):
        again = CrossEncoderReranker(params(folder))
        assert list(again.score(PAIRS[::-1])) == fresh[::-1]
        assert "scorer" not in vars(again)


def test_other_weights_in_the_same_folder_give_other_rows(model: Path, embed: EmbedParams, tmp_path: Path) -> None:
    """A folder is read again where a file of it is another one, though the path is the same."""
    from onggi.models.bootstrap import bootstrap
    from onggi.models.embedder import Embedder
    from onggi.models.shape import BootstrapParams

    folder = tmp_path / "base"
    shape = BootstrapParams(vocab_size=300, dimensions=32, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(["독을 씻는다.", "콩을 삶는다."], shape, folder)
    with memo.using(memo.Memo(Store(tmp_path / "memo.sqlite"))):
        before = Embedder(folder, embed).passages(["독을 씻는다."])
        shutil.copytree(model, folder, dirs_exist_ok=True)
        after = Embedder(folder, embed).passages(["독을 씻는다."])
        assert after.tobytes() == Embedder(model, embed).passages(["독을 씻는다."]).tobytes() != before.tobytes()


def test_a_model_that_cannot_be_fetched_is_one_line(monkeypatch: MonkeyPatch) -> None:
    import huggingface_hub
    from httpx import Request, Response

    def fail(*_: object, **__: object) -> str:
        raise HfHubHTTPError("503\nlater", response=Response(503, request=Request("GET", "https://hub.invalid")))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(ModelError, match=r"someone/reranker: cannot be fetched \(503 later\); check reranker\.name"):
        CrossEncoderReranker(params("someone/reranker", revision="0" * 40))


def test_a_folder_is_taken_as_it_is(cross: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.chdir(cross.parent)
    assert CrossEncoderReranker(params(cross.name, revision="0" * 40)).folder == Path(cross.name)
    assert os.fspath(CrossEncoderReranker(params("nowhere")).folder) == "nowhere"
