"""Morphemes by MeCab with mecab-ko-dic, through python-mecab-ko (https://github.com/jonghwanhyeon/python-mecab-ko).

Installed beside onggi (``onggi[mecab]``). Quick enough to be asked anew each time, so the memo holds nothing of it.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from onggi.core.errors import ModelError
from onggi.korean.words import Profile, Word, plain, terms

CONTENT_TAGS = frozenset({
    "NNG", "NNP", "NNB", "NNBC", "NR", "XR", "VV", "VA", "MAG", "SL", "SH", "SN", "UNA", "UNKNOWN",
})  # fmt: skip
"""Parts of speech that carry meaning, as near as those of mecab-ko-dic come to those kept of Kiwi's."""


def words_of(texts: Iterable[str], profile: Profile = "content") -> Iterator[list[str]]:
    """Yield the morphemes of each text, in the order of the texts.

    Compounds and inflected words are given in their parts, as Lucene's Nori does by default. ``content`` keeps those
    that carry meaning; ``full`` keeps all and joins each with its part of speech.

    Raises
    ------
    ModelError
        python-mecab-ko is not installed.
    """
    analyser = tagger()
    for text in texts:
        parsed = analyser.parse(plain(text))
        words = (word for morpheme in parsed for word in _parts(morpheme.surface, morpheme.feature))
        yield terms(words, lambda form, tag: tag in CONTENT_TAGS, profile)


def _parts(surface: str, feature: Any) -> list[Word]:
    """Return what a morpheme is made of: its expression is ``form/tag/meaning+…``."""
    if feature.expression is None:
        return [(surface, feature.pos)]
    parts = (part.split("/") for part in feature.expression.split("+"))
    return [(form, tag) for form, tag, *_ in parts]


@cache
def tagger() -> Any:
    """Return the one MeCab of this process.

    Raises
    ------
    ModelError
        python-mecab-ko is not installed.
    """
    try:
        from mecab import MeCab
    except ImportError as error:
        raise ModelError("tokenizer mecab", f"{error.name} is not installed", "pip install 'onggi[mecab]'") from None
    return MeCab()
