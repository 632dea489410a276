import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors.torch import load_file
from transformers import AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models import lsa
from onggi.models.bootstrap import bootstrap
from onggi.models.embedder import Embedder
from onggi.models.lsa import token_vectors
from onggi.models.params import BootstrapParams, EmbedParams
from onggi.work import memo
from onggi.work.folders import Folders

AGAIN = """
import json, sys
from pathlib import Path
from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams
texts, params, folder = json.load(sys.stdin)
bootstrap(lambda: texts, BootstrapParams(**params), Path(folder))
"""


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_bytes_in_another_process_with_another_hash_seed(
    model: Path, texts: list[str], shape: BootstrapParams, tmp_path: Path
) -> None:
    again = tmp_path / "somewhere" / "else"
    again.parent.mkdir()
    given = json.dumps([texts, shape.model_dump(), str(again)])
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LANG": "C", "TZ": "Asia/Seoul"}
    done = subprocess.run(
        [sys.executable, "-c", AGAIN], input=given, text=True, check=True, env=environment, stderr=subprocess.PIPE
    )
    assert "Writing model shards" not in done.stderr
    assert digests(again) == digests(model)
    assert {"config.json", "model.safetensors", "tokenizer.json", "modules.json"} <= digests(model).keys()


def test_the_seed_decides_the_weights(texts: list[str], shape: BootstrapParams, model: Path, tmp_path: Path) -> None:
    bootstrap(lambda: texts, shape.model_copy(update={"seed": 1}), tmp_path / "out")
    assert digests(tmp_path / "out")["model.safetensors"] != digests(model)["model.safetensors"]
    assert digests(tmp_path / "out")["tokenizer.json"] == digests(model)["tokenizer.json"]


def norm(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """A layer norm whose weight is the root of its epsilon: nearly the identity for short vectors."""
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt(x.var(axis=1, keepdims=True) + 4) * 2


def test_a_text_starts_as_the_mean_of_its_token_vectors(model: Path, texts: list[str], embed: EmbedParams) -> None:
    """Layers pass token vectors through but for their norms: of embeddings, attention and feed-forward."""
    table = load_file(model / "model.safetensors")["embeddings.word_embeddings.weight"].double().numpy()
    tokenizer = AutoTokenizer.from_pretrained(model)
    for text, vector in zip(texts, Embedder(model, embed).passages(texts), strict=True):
        tokens = table[tokenizer(text, truncation=True, max_length=64)["input_ids"]]
        passed = norm(norm(norm(tokens))).mean(axis=0)
        assert np.abs(vector - passed / np.linalg.norm(passed)).max() < 1e-6
        assert vector @ tokens.sum(axis=0) / np.linalg.norm(tokens.sum(axis=0)) > 0.95


def test_token_vectors_have_their_idf_as_length_and_unseen_ones_none() -> None:
    shape = BootstrapParams(vocab_size=64, dimensions=8, layers=1, heads=1, window=8, max_length=16, seed=0)
    vectors = token_vectors([[4, 5], [4, 6, 6], [4, 7], [5, 7]], 10, shape)
    lengths = np.linalg.norm(vectors, axis=1)
    expected = {4: math.log(5 / 4) + 1, 5: math.log(5 / 3) + 1, 6: math.log(5 / 2) + 1, 7: math.log(5 / 3) + 1}
    assert vectors.shape == (10, 8) and vectors.dtype == np.float32
    assert lengths[list(expected)] == pytest.approx(list(expected.values()), abs=1e-6)
    assert not vectors[[0, 1, 2, 3, 8, 9]].any()


def test_a_text_of_unseen_tokens_gets_a_finite_vector(model: Path, embed: EmbedParams) -> None:
    vectors = Embedder(model, embed).passages(["ΩΩΩ ∑∑", "", "<s></s><pad>"])
    assert vectors.shape == (3, 32) and np.isfinite(vectors).all()


@pytest.mark.parametrize(
    "texts",
    [["독"], ["독을 씻는다."], ["독을 씻는다.", "콩을 삶는다."], ["독을 씻는다.", "", "콩을 삶는다.\n메주를 띄운다."]],
    ids=["character", "one", "two", "three"],
)
def test_a_tiny_corpus_gives_an_encoder(
    texts: list[str], shape: BootstrapParams, embed: EmbedParams, tmp_path: Path
) -> None:
    bootstrap(lambda: texts, shape, tmp_path / "out")
    vectors = Embedder(tmp_path / "out", embed).passages([*texts, "처음 보는 글"])
    assert vectors.shape == (len(texts) + 1, 32) and np.isfinite(vectors).all()


@pytest.mark.parametrize("texts", [[], ["", " \n "]], ids=["none", "blank"])
def test_no_text_is_one_line(texts: list[str], shape: BootstrapParams, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"bootstrap: no vocabulary could be trained .*; add documents") as error:
        bootstrap(lambda: texts, shape, tmp_path / "out")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("block", [1, 3])
def test_the_encoder_is_the_same_however_the_texts_are_read(
    texts: list[str], shape: BootstrapParams, model: Path, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lsa, "TEXTS_TOKENIZED", block)
    monkeypatch.setattr(lsa, "WINDOWS_COUNTED", block)
    bootstrap(lambda: iter(texts), shape, tmp_path / "out")
    assert digests(tmp_path / "out") == digests(model)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [({"heads": 3}, "heads must divide dimensions"), ({"seed": 10**23}, "seed"), ({"seed": 1 << 32}, "seed")],
)
def test_a_shape_that_cannot_be_made_is_refused(shape: BootstrapParams, changed: dict[str, int], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        BootstrapParams(**(shape.model_dump() | changed))
    BootstrapParams(**(shape.model_dump() | {"seed": (1 << 32) - 1, "heads": 4}))


def test_the_largest_seed_is_one_that_libraries_take(texts: list[str], shape: BootstrapParams, tmp_path: Path) -> None:
    bootstrap(lambda: texts, shape.model_copy(update={"seed": (1 << 32) - 1}), tmp_path / "out")


def test_the_same_texts_give_the_held_encoder(
    texts: list[str], shape: BootstrapParams, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    save = lsa.save
    monkeypatch.setattr(lsa, "save", lambda *of: (made.append(1), save(*of)))
    cases = [
        (texts, shape, 1),
        (list(texts), shape, 1),
        (texts[::-1], shape, 2),
        ([*texts[:-1], f"{texts[-1]} "], shape, 3),
        (["".join(texts[:2]), *texts[2:]], shape, 4),
        (texts, shape.model_copy(update={"seed": 1}), 5),
        (texts, shape, 5),
    ]
    for number, (given, of_shape, times) in enumerate(cases):
        with memo.using(memo.Memo(folders=Folders(tmp_path / "held"))):
            bootstrap(lambda given=given: given, of_shape, tmp_path / str(number))
        assert len(made) == times
    assert digests(tmp_path / "6") == digests(tmp_path / "1") == digests(model)


def test_a_held_encoder_loads_no_library_that_makes_one(
    python: Callable[..., "subprocess.CompletedProcess[str]"], texts: list[str], shape: BootstrapParams, tmp_path: Path
) -> None:
    with memo.using(memo.Memo(folders=Folders(tmp_path / "held"))):
        bootstrap(lambda: texts, shape, tmp_path / "out")
    script = (
        "import json, sys\nimport stages\nfrom pathlib import Path\n"
        "from onggi.models.bootstrap import bootstrap\nfrom onggi.models.params import BootstrapParams\n"
        "from onggi.work import memo\nfrom onggi.work.folders import Folders\n"
        "texts, shape, held, out = json.loads(sys.argv[1])\n"
        "with memo.using(memo.Memo(folders=Folders(Path(held)))):\n"
        "    bootstrap(lambda: texts, BootstrapParams(**shape), Path(out))\n"
        "sys.exit(str({'torch', 'transformers', 'scipy', 'sklearn', 'sentencepiece'} & set(sys.modules) or ''))"
    )
    given = json.dumps([texts, shape.model_dump(), str(tmp_path / "held"), str(tmp_path / "again")])
    assert python(script, given).stderr == "\n"
    assert digests(tmp_path / "again") == digests(tmp_path / "out")
