"""Open Korean Text, where KoNLPy and Java are installed; what is said where they are not, always."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from onggi.core.errors import ModelError
from onggi.korean import okt
from onggi.work import memo
from onggi.work.memo import Memo
from onggi.work.store import Store

pytestmark = pytest.mark.xdist_group("okt")  # one process starts Java, not each


@pytest.fixture
def words():  # type: ignore[no-untyped-def]
    pytest.importorskip("konlpy", reason="needs onggi[okt]")
    pytest.importorskip("jpype", reason="needs onggi[okt]")
    if subprocess.run(["java", "-version"], capture_output=True).returncode:
        pytest.skip("needs Java")
    return lambda *texts, profile="content": list(okt.words_of(texts, profile))


def test_content_keeps_what_carries_meaning_in_the_form_of_dictionaries(words) -> None:
    assert words("장독대의 된장을 PDF로 옮겼다.") == [["장독대", "된장", "pdf", "로", "옮기다"]]
    assert words("3월에 漢字, 되나욬ㅋㅋ?") == [["3월", "漢字", "되다"]]


def test_a_particle_that_is_taken_for_foreign_is_none(words) -> None:
    assert words("12일까지") == [["12일"]]


def test_full_keeps_all_with_their_part_of_speech(words) -> None:
    assert words("독을 닦았다.", profile="full") == [["독/Noun", "을/Josa", "닦다/Verb", "./Punctuation"]]


def test_texts_of_all_kinds_in_their_order(words) -> None:
    texts = ["", "독", " \n\u3000", "독", "\x00", "\ud83d 물", "😀"]
    assert words(*texts) == [[], ["독"], [], ["독"], [], ["물"], []]


def test_a_word_without_end_takes_no_hours(words) -> None:
    (found,) = words("가나다라마바사" * 30)
    assert 50 < len(found) <= 210


def test_words_are_held_by_the_memo_under_what_decides_them(words, tmp_path: Path, monkeypatch) -> None:
    with memo.using(Memo(Store(tmp_path / "memo.sqlite"))):
        first = words("독을 닦는다", "물을 붓는다")
        assert {"konlpy", "java", "code"} <= okt.identity().keys()
        monkeypatch.setattr(okt, "_analysed", lambda text: pytest.fail("is held"))
        assert words("물을 붓는다", "독을 닦는다", profile="content") == first[::-1]
        monkeypatch.setattr(okt, "version", lambda package: "0")
        monkeypatch.setattr(okt, "_analysed", lambda text: [("다시", "Noun")])
        assert words("물을 붓는다") == [["다시"]]


@pytest.fixture
def fresh() -> Iterator[None]:
    okt._machine.cache_clear()
    yield
    okt._machine.cache_clear()


def test_without_konlpy(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jpype", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "konlpy", None)
    with pytest.raises(ModelError, match=r"^tokenizer okt: konlpy is not installed; pip install 'onggi\[okt\]'$"):
        next(okt.words_of(["독"]))


def test_without_java(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: str, **__: object) -> None:
        raise OSError("No JVM shared library file\nfound")

    monkeypatch.setitem(sys.modules, "jpype", SimpleNamespace(isJVMStarted=lambda: False, startJVM=start))
    monkeypatch.setitem(sys.modules, "konlpy", SimpleNamespace(__file__="konlpy/__init__.py"))
    with pytest.raises(ModelError) as error:
        next(okt.words_of(["독"]))
    assert str(error.value) == (
        "tokenizer okt: Java does not start (No JVM shared library file found); "
        "install one (apt-get install default-jre-headless), or say where it is by JAVA_HOME"
    )


def test_a_text_at_which_java_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class JException(Exception):
        pass

    def pos(text: str, **_: bool) -> None:
        raise JException("StackOverflowError")

    monkeypatch.setattr(okt, "_okt", lambda: SimpleNamespace(pos=pos))
    monkeypatch.setattr(okt, "_machine", lambda: SimpleNamespace(JException=JException))
    with pytest.raises(
        ModelError, match=r"^tokenizer okt: '독 물': cannot be analysed \(StackOverflowError\); take kiwi or mecab$"
    ):
        okt._analysed("독\n물")
