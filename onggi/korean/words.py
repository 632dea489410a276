"""Words with their parts of speech: what analysers that are installed beside Kiwi have in common."""

from collections.abc import Callable, Iterable
from typing import Literal

Profile = Literal["content", "full"]

Word = tuple[str, str]
"""A form and its part of speech, as the analyser names it."""


def terms(words: Iterable[Word], carries_meaning: Callable[[str, str], bool], profile: Profile) -> list[str]:
    """Return the forms, lower-cased: ``content`` those that carry meaning, ``full`` all, each with its part of speech.

    Examples
    --------
    >>> terms([("PDF", "SL"), ("를", "JKO")], lambda form, tag: tag == "SL", "content")
    ['pdf']
    >>> terms([("PDF", "SL"), ("를", "JKO")], lambda form, tag: tag == "SL", "full")
    ['pdf/SL', '를/JKO']
    """
    if profile == "full":
        return [f"{form.lower()}/{tag}" for form, tag in words]
    return [form.lower() for form, tag in words if carries_meaning(form, tag)]


def plain(text: str) -> str:
    """Return a text with single spaces, and without what strings of C and Java cannot hold.

    Examples
    --------
    >>> plain("독을\\n\\n닦는다\\x00 \\ud83d")
    '독을 닦는다 \ufffd'
    """
    return " ".join(text.replace("\x00", " ").encode("utf-16", "surrogatepass").decode("utf-16", "replace").split())
