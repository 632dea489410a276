"""Questions that say what a held-out one says: they must not be trained on."""

from collections.abc import Sequence

from onggi.korean.duplicates import near_duplicates

GRAMS = 2
"""Characters of a gram. Questions are short: one other ending changes a fifth of the 5-grams of one, but a tenth of its
2-grams."""


def alike(texts: Sequence[str], held: Sequence[str], threshold: float) -> set[int]:
    """Return the places of the texts that share at least ``threshold`` of their 2-grams with a held-out question.

    Examples
    --------
    >>> alike(["장독은 언제 씻나요?", "장독은 언제 씻어요"], ["장독은, 언제 씻나요"], 0.8)
    {0}
    """
    if not texts or not held:
        return set()
    named = {f"held:{place}": text for place, text in enumerate(held)}
    named |= {f"train:{place}": text for place, text in enumerate(texts)}
    pairs = near_duplicates(named, threshold, GRAMS)
    # "held:" sorts before "train:", so a pair of both kinds has the held-out question first.
    return {int(b.partition(":")[2]) for a, b in pairs if a.startswith("held:") and b.startswith("train:")}
