import json
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from onggi.core.errors import ModelError, ParamsError
from onggi.korean import mecab, okt
from onggi.models.tokenizer import TOKENIZERS, Terms, Tokenizer, TokenizerParams

pytestmark = pytest.mark.xdist_group("tokenizer")  # one process loads Kiwi with the words below, not each


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kiwi") / "words.tsv"
    path.write_text("된장물독\tNNP\t0\n", "utf-8")
    return path


def made(folder: Path, name: str, words: Path, pos: str = "content") -> Tokenizer:
    params = TokenizerParams.model_validate({"name": name, "pos": pos, "user_dictionary": str(words)})
    Tokenizer.make(params, folder / "tokenizer")
    return Tokenizer.load(folder / "tokenizer")


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory, words: Path):  # type: ignore[no-untyped-def]
    """Return what a tokenizer makes of a text; all are made in one folder, so that one Kiwi serves them."""
    folder = tmp_path_factory.mktemp("tokenizer")

    def of(text: str, name: str, dictionary: Path = words, pos: str = "content") -> list[str]:
        (found,) = made(folder, name, dictionary, pos).terms([text])
        return found

    return of


def test_whitespace_parts_words_and_lowers_them(terms) -> None:
    assert terms(" 장독대에\tPDF로\n담는다. ", "whitespace") == ["장독대에", "pdf로", "담는다."]


def test_bigrams_stay_within_words(terms) -> None:
    assert terms("장독대 PDF 독 물병", "char_bigram") == ["장독", "독대", "pd", "df", "독", "물병"]


@pytest.mark.parametrize("name", ["whitespace", "char_bigram", "kiwi"])
@pytest.mark.parametrize("text", ["", " \n\u3000"])
def test_no_text_has_no_terms(terms, name: str, text: str) -> None:
    assert terms(text, name) == []


def test_kiwi_content_keeps_what_carries_meaning(terms) -> None:
    assert terms("장독대의 된장을 PDF로 옮겼다.", "kiwi") == ["장독대", "된장", "pdf", "옮기"]


def test_kiwi_full_keeps_all_with_their_part_of_speech(terms) -> None:
    assert terms("독을 닦았다.", "kiwi", pos="full") == ["독/NNG", "을/JKO", "닦/VV", "었/EP", "다/EF", "./SF"]


def test_kiwi_does_not_cut_the_words_of_the_user_dictionary(terms, tmp_path: Path) -> None:
    (tmp_path / "none.tsv").write_text("", "utf-8")
    assert terms("된장물독을 산다", "kiwi") == ["된장물독", "사"]
    assert terms("된장물독을 산다", "kiwi", tmp_path / "none.tsv") == ["된장", "물", "독", "사"]


def test_kiwi_without_the_dictionary_it_names(terms, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"none\.tsv: not a user dictionary"):
        terms("독", "kiwi", tmp_path / "none.tsv")


def test_every_name_of_params_has_its_tokenizer() -> None:
    assert TOKENIZERS.keys() == set(get_args(Terms.model_fields["name"].annotation))
    made = set(get_args(TokenizerParams.model_fields["name"].annotation))
    assert TOKENIZERS.keys() - made == {"subwords"}  # is taken of a model


@pytest.mark.parametrize(("name", "package"), [("okt", "konlpy"), ("mecab", "mecab")])
def test_what_is_not_installed_is_named_when_the_folder_is_made(
    name: str, package: str, terms, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "jpype", ModuleType("jpype"))
    for made_once in (okt._machine, mecab.tagger):
        made_once.cache_clear()
    with pytest.raises(ModelError, match=rf"^tokenizer {name}: {package} is not installed; .*'onggi\[{name}\]'$"):
        terms("독", name)


@pytest.mark.parametrize("change", [{"name": "nori"}, {"pos": "nouns"}, {"user_dictionary": ""}, {"stop": []}])
def test_impossible_settings(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TokenizerParams.model_validate({"name": "kiwi", "pos": "full", "user_dictionary": "w"} | change)


def test_a_folder_holds_all_that_decides_the_terms(tmp_path: Path) -> None:
    dictionary = tmp_path / "words.tsv"
    dictionary.write_text("된장물독\tNNP\t0\n", "utf-8")
    tokenizer = made(tmp_path, "kiwi", dictionary)
    dictionary.unlink()
    assert list(tokenizer.terms(["된장물독을 산다"])) == [["된장물독", "사"]]
    assert sorted(path.name for path in tokenizer.folder.iterdir()) == ["tokenizer-onggi.json", "user_dictionary.tsv"]


def test_what_is_no_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not a tokenizer \(.*No such file.*\); run `dvc repro tokenizer`$"):
        Tokenizer.load(tmp_path)
    (tmp_path / "tokenizer-onggi.json").write_text(json.dumps({"name": "nori"}))
    with pytest.raises(ModelError, match="not a tokenizer"):
        Tokenizer.load(tmp_path)


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("가나다ab \n독"), max_size=12), max_size=6))
def test_texts_keep_their_order_and_bigrams_spell_their_words(texts: list[str]) -> None:
    tokenizer = Tokenizer(Path("-"), Terms(name="char_bigram"))
    found = list(tokenizer.terms(iter(texts)))
    assert found == [next(tokenizer.terms([text])) for text in texts]
    for text, grams in zip(texts, found, strict=True):
        assert len(grams) == sum(max(1, len(word) - 1) for word in text.split())
        spelled = {word for word in text.split() if len(word) < 3}
        assert {gram for gram in grams if gram in spelled} == spelled
