"""Words by Open Korean Text (https://github.com/open-korean-text), through KoNLPy (https://konlpy.org) and Java.

Both are installed beside onggi (``onggi[okt]``, and any Java from 11 on). KoNLPy is under the GPL.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from onggi.core.errors import ModelError
from onggi.korean.words import Profile, Word, plain, terms
from onggi.work import memo

CONTENT_TAGS = frozenset({
    "Noun", "Verb", "Adjective", "Adverb", "Alpha", "Number", "Hashtag", "ScreenName", "CashTag", "Email", "URL",
})  # fmt: skip
"""Parts of speech that carry meaning, as near as Open Korean Text's come to those kept of Kiwi's."""

LONG_RUN = re.compile("([가-힣]{50})(?=[가-힣])")
"""Syllables without a space, more than a word has: it tries all ways of cutting them, which for 10,000 takes hours."""


def words_of(texts: Iterable[str], profile: Profile = "content") -> Iterator[list[str]]:
    """Yield the words of each text, in the order of the texts: verbs and adjectives in the form of dictionaries.

    ``content`` keeps those that carry meaning; ``full`` keeps all and joins each with its part of speech. Spelling is
    normalised first ("되나욬" to "되나요"), as its makers have it for what people type.

    Raises
    ------
    ModelError
        KoNLPy or Java is not installed, or fails at a text.
    """

    def compute(missing: list[str]) -> Iterator[tuple[int, bytes]]:
        for place, text in enumerate(missing):
            yield place, "\n".join(f"{form}\t{tag}" for form, tag in _analysed(text)).encode()

    space = memo.space("words", identity(), "much")
    for row in memo.active().rows(space, texts, compute):
        words = [line.rpartition("\t") for line in row.decode().split("\n") if line]
        yield terms(((form, tag) for form, _, tag in words), _carries_meaning, profile)


def identity() -> dict[str, object]:
    """Return what decides an analysis beside its text: KoNLPy, whose release holds the analyser, and Java.

    Raises
    ------
    ModelError
        One of them is not installed.
    """
    java = ".".join(map(str, _machine().getJVMVersion()))
    code = memo.code_digest("onggi.korean.okt", "onggi.korean.words")
    return {"analyser": "okt", "konlpy": version("konlpy"), "java": java, "code": code}


def _analysed(text: str) -> list[Word]:
    try:
        return [*_okt().pos(LONG_RUN.sub(r"\1 ", plain(text)), norm=True, stem=True)]
    except _machine().JException as error:
        where = f"tokenizer okt: {plain(text)[:30]!r}"
        raise ModelError(where, f"cannot be analysed ({error})", "take kiwi or mecab") from None


def _carries_meaning(form: str, tag: str) -> bool:
    """Chinese characters are tagged as symbols are, and now and then a particle behind a number is."""
    return tag in CONTENT_TAGS or (tag == "Foreign" and form[0].isalpha() and not "가" <= form[0] <= "힣")


@cache
def _okt() -> Any:
    _machine()
    from konlpy.tag import Okt

    return Okt()


@cache
def _machine() -> Any:
    """Start Java, once a process; signals stay Python's.

    Raises
    ------
    ModelError
        KoNLPy or Java is not installed, or Java does not start.
    """
    try:
        import jpype
        import konlpy
    except ImportError as error:
        raise ModelError("tokenizer okt", f"{error.name} is not installed", "pip install 'onggi[okt]'") from None
    if not jpype.isJVMStarted():
        java = Path(konlpy.__file__).parent / "java"
        analysers = [str(java / "*"), str(java / "bin")]
        try:
            jpype.startJVM("-Xrs", "-Xmx1024m", classpath=analysers, convertStrings=True, interrupt=False)
        except Exception as error:  # of jpype, of the system or of Java, each with another base
            what = f"Java does not start ({error})"
            fix = "install one (apt-get install default-jre-headless), or say where it is by JAVA_HOME"
            raise ModelError("tokenizer okt", what, fix) from None
    return jpype
