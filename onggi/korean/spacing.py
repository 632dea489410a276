"""Spaces between Korean words, by Kiwi."""


def spaced(text: str, reset: bool) -> str:
    """Return ``text`` with spaces where Korean has them; with ``reset``, none of its own are believed.

    Examples
    --------
    >>> spaced("장 독 대 를 옮 겼 다", reset=True)
    '장독대를 옮겼다'
    >>> spaced("장독대를옮겼다", reset=False)
    '장독대를 옮겼다'
    """
    from onggi.korean.kiwi import kiwi  # which takes a third of a second to import, and few corpora need it

    found: str = kiwi().space(text, reset_whitespace=reset)
    return found
