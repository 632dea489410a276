import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from onggi.core.errors import ModelError
from onggi.models import embedder as module
from onggi.models.embedder import Embedder
from onggi.models.encoder import Encoder
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import load_reranker
from onggi.work import memo
from onggi.work.store import Store, checksum

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "memo.sqlite"


def test_prefixes_go_in_front_and_lengths_are_kept(random: Path, texts: list[str], embed: EmbedParams) -> None:
    params = embed.model_copy(update={"query_prefix": "질문: ", "passage_prefix": "글: "})
    embedder, encoder = Embedder(random, params), Encoder.load(random, params)
    assert (embedder.queries(texts) == encoder.encode([f"질문: {text}" for text in texts], 16)).all()
    assert (embedder.passages(texts) == encoder.encode([f"글: {text}" for text in texts], 64)).all()


@pytest.mark.parametrize("block", [1, 5, 36, 4096])
@pytest.mark.parametrize("known", [True, False])
def test_blocks_of_passages_are_the_passages_in_order(
    random: Path, texts: list[str], embed: EmbedParams, block: int, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = Embedder(random, embed.model_copy(update={"passage_prefix": "글: "}))
    whole = embedder.passages(texts)
    monkeypatch.setattr(module, "ROWS_A_BLOCK", block)
    blocks = list(embedder.passage_blocks(iter(texts), len(texts) if known else None))
    assert [len(rows) for rows in blocks][:-1] == [block] * (len(blocks) - 1)
    assert np.concatenate(blocks).tobytes() == whole.tobytes()


def test_passages_are_read_as_they_are_encoded(
    random: Path, texts: list[str], embed: EmbedParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_A_BLOCK", 4)
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 4)
    read = []
    blocks = Embedder(random, embed).passage_blocks(read.append(text) or text for text in texts)
    for taken in range(1, 4):
        assert len(next(blocks)) == 4
        assert len(read) == 4 * taken
    assert list(Embedder(random, embed).passage_blocks([])) == []


def test_nothing_gives_no_rows(random: Path, embed: EmbedParams) -> None:
    assert len(Embedder(random, embed).passages([])) == 0


def test_held_vectors_are_the_same_and_load_no_encoder(
    random: Path, texts: list[str], embed: EmbedParams, store: Path
) -> None:
    with memo.using(memo.Memo(Store(store))):
        fresh = Embedder(random, embed).passages(texts)
    with memo.using(memo.Memo(Store(store))):
        embedder = Embedder(random, embed)
        held = embedder.passages(texts[::-1])
        assert "encoder" not in vars(embedder)
    assert held.dtype == np.float32 and held.tobytes() == fresh[::-1].tobytes()
    held[0] = 0  # they are the caller's


def test_what_decides_a_vector_decides_its_row(
    random: Path, model: Path, texts: list[str], embed: EmbedParams, store: Path
) -> None:
    """Other lengths, prefixes or another folder share no row; where they change no vector's text, they do."""
    folders = {"random": random, "model": model}
    asked = {
        ("random", ()): True,
        ("random", (("query_max_length", 32),)): False,
        ("random", (("passage_max_length", 4096),)): False,  # the model takes no more than 64
        ("random", (("passage_max_length", 32),)): True,
        ("random", (("passage_prefix", "글: "),)): True,
        ("model", ()): True,
    }
    for (name, changed), computed in asked.items():
        params = embed.model_copy(update=dict(changed))
        with memo.using(memo.Memo(Store(store))):
            embedder = Embedder(folders[name], params)
            vectors = embedder.passages(texts)
        assert ("encoder" in vars(embedder)) is computed, (name, changed)
        assert vectors.tobytes() == Embedder(folders[name], params).passages(texts).tobytes()


def test_no_folder_is_named_before_any_text_comes(embed: EmbedParams, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: is no encoder folder"):
        Embedder(tmp_path / "nowhere", embed)


HELD = """
import json, sys
from pathlib import Path
from onggi.work import memo
import onggi.index.dense  # noqa: F401
from onggi.models.embedder import Embedder
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import load_reranker

given = json.load(sys.stdin)
embed = EmbedParams(**given["embed"])
with memo.using(memo.open_memo()):
    vectors = Embedder(Path(given["model"]), embed).passages(given["texts"])
    scores = {}
    for kind, folder in (("late_interaction", "model"), ("cross_encoder", "cross")):
        params = RerankerParams(kind=kind, model="teacher", max_length=64)
        scores[kind] = list(load_reranker(params, Path(given[folder]), embed).score(given["pairs"]))
loaded = sorted({"torch", "transformers", "tokenizers"} & sys.modules.keys())
print(json.dumps({"vectors": vectors.tobytes().hex(), "scores": scores, "loaded": loaded}))
"""


def test_with_all_rows_held_neither_embed_nor_mine_import_torch(
    model: Path, cross: Path, texts: list[str], embed: EmbedParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "memo"))
    pairs = [(query, text) for query in texts[:3] for text in texts]
    scores = {}
    with memo.using(memo.open_memo()):
        vectors = Embedder(model, embed).passages(texts)
        for kind, folder in (("late_interaction", model), ("cross_encoder", cross)):
            params = RerankerParams(kind=kind, model="teacher", max_length=64)
            scores[kind] = list(load_reranker(params, folder, embed).score(pairs))
    given = {"model": str(model), "cross": str(cross), "texts": texts, "pairs": pairs, "embed": embed.model_dump()}
    done = subprocess.run(
        [sys.executable, "-c", HELD], input=json.dumps(given), cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == {"vectors": vectors.tobytes().hex(), "scores": scores, "loaded": []}


def test_a_held_vector_of_another_size_counts_as_missing(model: Path, embed: EmbedParams, tmp_path: Path) -> None:
    """As a forged memo may hold them, under the right keys; they would make an index of their own size."""
    texts = ["독을 씻는다.", "콩을 삶는다."]
    right = Embedder(model, embed).passages(texts)
    path = tmp_path / "memo.sqlite"
    with memo.using(memo.Memo(Store(path))):
        Embedder(model, embed).passages(texts)
    with closing(sqlite3.connect(path)) as file, file:
        keys = [key for (key,) in file.execute("SELECT key FROM rows").fetchall()]
        wrong = np.array([1.0, 0.0], np.float32).tobytes()
        for key in keys:
            file.execute("UPDATE rows SET value = ?, sum = ? WHERE key = ?", (wrong, checksum(key, wrong), key))
    for _ in range(2):
        with memo.using(memo.Memo(Store(path))):
            assert np.array_equal(Embedder(model, embed).passages(texts), right)
