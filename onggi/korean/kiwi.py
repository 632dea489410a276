"""Morphemes and sentence boundaries, by Kiwi (https://github.com/bab2min/Kiwi)."""

import os
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from itertools import compress
from pathlib import Path
from typing import Literal, NamedTuple

from kiwipiepy import Kiwi

from onggi.core.errors import ParamsError
from onggi.core.workers import workers
from onggi.korean import rows
from onggi.work import memo

Profile = Literal["content", "full"]

CONTENT_TAGS = frozenset({
    "NNG", "NNP", "NNB", "NR", "XR", "VV", "VA", "VV-I", "VV-R", "VA-I", "VA-R", "MAG",
    "SL", "SH", "SN", "W_SERIAL", "W_URL", "W_EMAIL",
})  # fmt: skip
"""Parts of speech that carry meaning: nouns, numerals, roots, verbs, adjectives, foreign words and numbers."""

_LOWERED_TAGS = frozenset(map(str.lower, CONTENT_TAGS))


class Morpheme(NamedTuple):
    """A morpheme; ``start`` and ``end`` are code points into the analysed text."""

    form: str
    tag: str
    start: int
    end: int


def kiwi(user_dictionary: Path | None = None) -> Kiwi:
    """Return the one Kiwi of this process for a user dictionary (``form<TAB>tag<TAB>score`` a line).

    Raises
    ------
    ParamsError
        The dictionary is missing or not in Kiwi's format.
    """
    return _kiwi(user_dictionary, user_dictionary and _dictionary_digest(user_dictionary))


@cache
def _kiwi(user_dictionary: Path | None, digest: str | None) -> Kiwi:
    """Return the Kiwi of a dictionary by its content: another may take its path."""
    analyser = Kiwi(num_workers=workers())
    if user_dictionary is not None:
        try:
            analyser.load_user_dictionary(str(user_dictionary))
        except (OSError, ValueError) as error:
            raise _no_dictionary(user_dictionary, error) from None
    return analyser


def _no_dictionary(path: Path, error: Exception) -> ParamsError:
    return ParamsError(path, f"not a user dictionary ({error})", "write `form<TAB>tag<TAB>score` lines")


def identity(user_dictionary: Path | None = None) -> dict[str, object]:
    """Return what decides an analysis beside its text: Kiwi, its model, its kernels and the user dictionary.

    Raises
    ------
    ParamsError
        The dictionary cannot be read.
    """
    return {
        **_versions(),
        "kernels": os.environ.get("KIWI_ARCH_TYPE"),
        "user_dictionary": user_dictionary and _dictionary_digest(user_dictionary),
        "code": memo.code_digest("onggi.korean.kiwi", "onggi.korean.rows"),
    }


@cache
def _versions() -> dict[str, str]:
    return {package: version(package) for package in ("kiwipiepy", "kiwipiepy_model")}


def _dictionary_digest(user_dictionary: Path) -> str:
    try:
        return memo.files_digest(user_dictionary)
    except OSError as error:
        raise _no_dictionary(user_dictionary, error) from None


def analyze(text: str) -> list[Morpheme]:
    """Return the morphemes of ``text`` in order."""
    return next(analyses_of([text]))


def analyses_of(texts: Iterable[str]) -> Iterator[list[Morpheme]]:
    """Yield `analyze` of each text, in the order of the texts."""
    return (list(map(Morpheme, *rows.morphemes(row))) for row in _analysed(texts, None))


def _analysed(texts: Iterable[str], user_dictionary: Path | None) -> Iterator[bytes]:
    """Yield the morphemes of each text as the memo holds them (see `onggi.korean.rows`)."""

    def compute(missing: list[str]) -> Iterator[tuple[int, bytes]]:
        for place, tokens in enumerate(kiwi(user_dictionary).tokenize(missing)):  # by several threads
            starts = [token.start for token in tokens]
            ends = [token.start + token.len for token in tokens]
            forms, tags = [token.form for token in tokens], [token.tag for token in tokens]
            yield place, rows.pack_morphemes((forms, tags, starts, ends))

    space = memo.space("morphemes", identity(user_dictionary), "little")
    return memo.active().rows(space, texts, compute)


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
    """Yield `morphemes` of each text, in the order of the texts."""
    for row in _analysed(texts, user_dictionary):
        if profile == "content":
            forms, tags = rows.lowered(row)
            yield list(compress(forms, map(_LOWERED_TAGS.__contains__, tags)))
        else:
            yield [f"{form.lower()}/{tag}" for form, tag in zip(*rows.forms_and_tags(row), strict=True)]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the [start, end) offsets of the sentences of ``text``; a line break always ends one."""
    return [(start, end) for start, end, _ in counted_sentences(text)]


def counted_sentences(text: str) -> rows.Sentences:
    """Return the sentences of ``text`` with the offset at which each of their morphemes starts.

    Sentences do not overlap, hold no line break and cover everything but white space.
    """
    return next(counted_sentences_of([text]))


def counted_sentences_of(texts: Iterable[str]) -> Iterator[rows.Sentences]:
    """Yield `counted_sentences` of each text, in the order of the texts; many at once are read by several threads."""

    def compute(missing: list[str]) -> Iterator[tuple[int, bytes]]:
        lines = dict.fromkeys(text[start:end] for text in missing for start, end in _lines(text))
        analysed = zip(lines, kiwi().split_into_sents(list(lines), return_tokens=True), strict=True)
        known: dict[str, rows.Sentences] = {}
        for place, text in enumerate(missing):
            found: rows.Sentences = []
            for offset, end in _lines(text):
                while (line := text[offset:end]) not in known:
                    following, parts = next(analysed)
                    known[following] = [(p.start, p.end, sorted(t.start for t in p.tokens or [])) for p in parts]
                found += [(offset + a, offset + b, [offset + c for c in starts]) for a, b, starts in known[line]]
            yield place, rows.pack_sentences(found)

    space = memo.space("sentences", identity(), "little")
    return map(rows.sentences, memo.active().rows(space, texts, compute))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1
