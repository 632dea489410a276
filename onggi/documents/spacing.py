"""Whether two pieces of Korean text that were parted stand apart or are one word."""

from functools import cache
from typing import Any

from onggi.documents.memory import kept

_WORDS = 2  # on each side, that are looked at; more change 1 decision of 2,000 and take three times as long


def apart(before: str, after: str) -> bool:
    """Tell whether Kiwi would put a space between ``before`` and ``after``.

    Examples
    --------
    >>> apart("이번 투자", "를 확대하여"), apart("이번 투자를", "확대하여")
    (False, True)
    """
    head, tail = " ".join(before.split()[-_WORDS:]), " ".join(after.split()[:_WORDS])
    return _apart(head, tail)


@cache
def _kiwi() -> Any:
    """Return a Kiwi without what spacing does not need: 200 MB instead of 500, and none where nobody asks."""
    from kiwipiepy import Kiwi

    with kept():
        kiwi = Kiwi(num_workers=1, load_multi_dict=False, load_typo_dict=False)
        kiwi.space("독 을")  # what it makes on its first use, too
    return kiwi


def _apart(head: str, tail: str) -> bool:
    length = sum(not character.isspace() for character in head)
    spaced = _kiwi().space(head + tail)
    for at, character in enumerate(spaced):
        length -= not character.isspace()
        if not length:
            return str(spaced[at + 1 : at + 2]) == " "
    return True
