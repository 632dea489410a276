"""MeCab with mecab-ko-dic, where python-mecab-ko is installed; what is said where it is not, always."""

import sys

import pytest

from onggi.core.errors import ModelError
from onggi.korean import mecab


@pytest.fixture
def words():  # type: ignore[no-untyped-def]
    pytest.importorskip("mecab", reason="needs onggi[mecab]")
    return lambda *texts, profile="content": list(mecab.words_of(texts, profile))


def test_content_keeps_what_carries_meaning(words) -> None:
    assert words("장독대의 소금을 PDF로 옮겼다.") == [["장독", "대", "소금", "pdf", "옮기"]]
    assert words("3월에 漢字를 배우나요?") == [["3", "월", "漢字", "배우"]]


def test_full_keeps_all_with_their_part_of_speech(words) -> None:
    assert words("독을 닦았다.", profile="full") == [["독/NNG", "을/JKO", "닦/VV", "았/EP", "다/EF", "./SF"]]


def test_texts_of_all_kinds_in_their_order(words) -> None:
    assert words("", "독", " \n\u3000", "소금\x00독", "\ud83d 물") == [[], ["독"], [], ["소금", "독"], ["물"]]


def test_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mecab.tagger.cache_clear()
    monkeypatch.setitem(sys.modules, "mecab", None)
    with pytest.raises(ModelError, match=r"^tokenizer mecab: mecab is not installed; pip install 'onggi\[mecab\]'$"):
        next(mecab.words_of(["독"]))
