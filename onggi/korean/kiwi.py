"""Morphemes and sentence boundaries, by Kiwi (https://github.com/bab2min/Kiwi)."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from kiwipiepy import Kiwi, Token

from onggi.core.errors import ParamsError

Profile = Literal["content", "full"]

CONTENT_TAGS = frozenset({
    "NNG", "NNP", "NNB", "NR", "XR", "VV", "VA", "VV-I", "VV-R", "VA-I", "VA-R", "MAG",
    "SL", "SH", "SN", "W_SERIAL", "W_URL", "W_EMAIL",
})  # fmt: skip
"""Parts of speech that carry meaning: nouns, numerals, roots, verbs, adjectives, foreign words and numbers."""


class Morpheme(NamedTuple):
    """A morpheme; ``start`` and ``end`` are code points into the analysed text."""

    form: str
    tag: str
    start: int
    end: int


@cache
def kiwi(user_dictionary: Path | None = None) -> Kiwi:
    """Return the one Kiwi of this process for a user dictionary (``form<TAB>tag<TAB>score`` a line).

    Raises
    ------
    ParamsError
        The dictionary is missing or not in Kiwi's format.
    """
    analyser = Kiwi(num_workers=2)
    if user_dictionary is not None:
        try:
            analyser.load_user_dictionary(str(user_dictionary))
        except (OSError, ValueError) as error:
            fix = "write `form<TAB>tag<TAB>score` lines"
            raise ParamsError(user_dictionary, f"not a user dictionary ({error})", fix) from None
    return analyser


def analyze(text: str) -> list[Morpheme]:
    """Return the morphemes of ``text`` in order."""
    return [_morpheme(token) for token in kiwi().tokenize(text)]


def morphemes(text: str, profile: Profile = "content") -> list[str]:
    """Return the forms of the morphemes of ``text``, lower-cased.

    ``content`` keeps those that carry meaning; ``full`` keeps all and joins each with its part of speech.

    Examples
    --------
    >>> morphemes("장독대의 된장을 옮겼다")
    ['장독대', '된장', '옮기']
    """
    return next(iter(morphemes_of([text], profile)))


def morphemes_of(
    texts: Iterable[str], profile: Profile = "content", user_dictionary: Path | None = None
) -> Iterator[list[str]]:
    """Yield `morphemes` of each text, analysed by several threads in the order of the texts."""
    for tokens in kiwi(user_dictionary).tokenize(texts):
        if profile == "content":
            yield [token.form.lower() for token in tokens if token.tag in CONTENT_TAGS]
        else:
            yield [f"{token.form.lower()}/{token.tag}" for token in tokens]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the [start, end) offsets of the sentences of ``text``; a line break always ends one."""
    return [(start, end) for start, end, _ in counted_sentences(text)]


def counted_sentences(text: str) -> list[tuple[int, int, list[int]]]:
    """Return the sentences of ``text`` with the offset at which each of their morphemes starts.

    Sentences do not overlap, hold no line break and cover everything but white space.
    """
    lines = list(_lines(text))
    result = []
    analysed = kiwi().split_into_sents((text[start:end] for start, end in lines), return_tokens=True)
    for (offset, _), parts in zip(lines, analysed, strict=True):
        for part in parts:
            starts = sorted(offset + token.start for token in part.tokens or [])
            result.append((offset + part.start, offset + part.end, starts))
    return result


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _morpheme(token: Token) -> Morpheme:
    return Morpheme(token.form, token.tag, token.start, token.start + token.len)
