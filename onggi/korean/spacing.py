"""Spaces between Korean words, by Kiwi."""

import os
from functools import cache
from importlib.metadata import version
from typing import Any

_WORDS = 2  # on each side, that are looked at; more change 1 decision of 2,000 and take three times as long


def spaced(text: str, reset: bool) -> str:
    """Return ``text`` with spaces where Korean has them; with ``reset``, none of its own are believed.

    Examples
    --------
    >>> spaced("장 독 대 를 옮 겼 다", reset=True)
    '장독대를 옮겼다'
    >>> spaced("장독대를옮겼다", reset=False)
    '장독대를 옮겼다'
    """
    found: str = kiwi().space(text, reset_whitespace=reset)
    return found


def apart(before: str, after: str) -> bool:
    """Tell whether two pieces of text that were parted stand apart, or are one word.

    Examples
    --------
    >>> apart("이번 투자", "를 확대하여"), apart("이번 투자를", "확대하여")
    (False, True)
    """
    head, tail = " ".join(before.split()[-_WORDS:]), " ".join(after.split()[:_WORDS])
    length = sum(not character.isspace() for character in head)
    found = spaced(head + tail, reset=False)
    for at, character in enumerate(found):
        length -= not character.isspace()
        if not length:
            return found[at + 1 : at + 2] == " "
    return True


@cache
def kiwi() -> Any:
    """Return a Kiwi without what spacing does not need: 200 MB instead of 500, and none where nobody asks."""
    from kiwipiepy import Kiwi  # which takes a third of a second to import, and few corpora need it

    made = Kiwi(num_workers=1, load_multi_dict=False, load_typo_dict=False)
    made.space("독 을")  # what it makes on its first use, too
    return made


def identity() -> dict[str, object]:
    """Return what decides spaces beside the text: Kiwi, its model and its kernels."""
    versions = {package: version(package) for package in ("kiwipiepy", "kiwipiepy_model")}
    return {**versions, "kernels": os.environ.get("KIWI_ARCH_TYPE")}
