"""Query transforms: what is asked in place of what was typed."""

from collections.abc import Callable, Sequence

from onggi.korean.kiwi import kiwi, morphemes_of


def content_words(texts: Sequence[str]) -> list[str]:
    """Return the content morphemes of each text, as typed where it has none.

    Examples
    --------
    >>> content_words(["장독대는 어떻게 닦나요?"])
    ['장독대 어떻 닦']
    """
    return [" ".join(words) or text for text, words in zip(texts, morphemes_of(texts), strict=True)]


def spacing(texts: Sequence[str]) -> list[str]:
    """Return each text with its words apart as Kiwi would write them.

    Examples
    --------
    >>> spacing(["된장은어디서사나요"])
    ['된장은 어디서 사나요']
    """
    return list(kiwi().space(texts, reset_whitespace=False))


TRANSFORMS: dict[str, Callable[[Sequence[str]], Sequence[str]]] = {"content_words": content_words, "spacing": spacing}
