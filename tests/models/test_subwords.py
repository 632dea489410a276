from pathlib import Path

import pytest
from transformers import AutoTokenizer

from onggi.core.errors import ModelError
from onggi.models.local import adopt
from onggi.models.params import LocalParams
from onggi.models.tokenizer import Tokenizer


@pytest.fixture
def pieces(model: Path, target: Path) -> Tokenizer:
    adopt(LocalParams(path=str(model), task="tokenizer"), target)
    return Tokenizer.load(target)


def test_the_tokenizer_of_a_model_is_taken_and_nothing_else(pieces: Tokenizer) -> None:
    assert sorted(path.name for path in pieces.folder.iterdir()) == ["tokenizer-onggi.json", "tokenizer.json"]


def test_the_pieces_are_the_model_s_without_special_ones(pieces: Tokenizer, model: Path, texts: list[str]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(model)
    assert list(pieces.terms(iter(texts))) == [tokenizer.tokenize(text) for text in texts]


def test_no_text_is_too_long_and_case_is_no_matter(pieces: Tokenizer) -> None:
    long, upper, lower, none = pieces.terms(["소금 " * 2000, "PDF", "pdf", " \n"])
    assert len(long) >= 4000 and upper == lower and none == []


def test_unknown_signs_of_a_word_piece_tokenizer_are_no_term(tmp_path: Path, target: Path) -> None:
    from tokenizers import Tokenizer as Fast
    from tokenizers import models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fast = Fast(models.WordPiece({"[UNK]": 0, "독": 1, "##을": 2}, unk_token="[UNK]"))
    fast.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=fast, unk_token="[UNK]").save_pretrained(tmp_path / "wordpiece")
    adopt(LocalParams(path=str(tmp_path / "wordpiece"), task="tokenizer"), target)
    assert list(Tokenizer.load(target).terms(["독을 물"])) == [["독", "##을"]]


def test_what_holds_none(tmp_path: Path, target: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="empty: cannot be loaded") as error:
        adopt(LocalParams(path=str(tmp_path / "empty"), task="tokenizer"), target)
    assert "\n" not in str(error.value)
    (target / "tokenizer-onggi.json").write_text('{"name": "subwords"}', "utf-8")
    with pytest.raises(ModelError, match=r"target: holds no tokenizer\.json that can be read"):
        next(Tokenizer.load(target).terms(["독"]))
