"""How close an answer is to the gold answers, made right for Korean.

Exact match and character F1 follow the evaluation of KorQuAD 1.0 (Lim, Kim and Lee, 2019). ROUGE-L runs over Kiwi's
morphemes: rouge_score, which RAGAS uses, keeps [a-z0-9] only and so gives identical Korean strings 0.0.
"""

import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from onggi.korean.kiwi import morphemes
from onggi.korean.normalize import nfc

_PUNCTUATION_TAGS = frozenset({"SF", "SP", "SS", "SSO", "SSC", "SE", "SO", "SB", "SW"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """How close an answer is to a gold answer, each from 0 to 1."""

    exact_match: float
    f1: float
    rouge_l: float


def best(answer: str, golds: Sequence[str]) -> Likeness:
    """Return each measure against the gold answer that it is highest for; ``golds`` is not empty."""
    tokens = content(answer)
    return Likeness(
        max(exact_match(answer, gold) for gold in golds),
        max(character_f1(answer, gold) for gold in golds),
        max(rouge_l(tokens, content(gold)) for gold in golds),
    )


def normalize(text: str) -> str:
    """Return ``text`` in NFC without case, punctuation and white space.

    KorQuAD's exact match still tells one word from two; Korean spacing is free enough that this one does not. An
    answer of nothing but punctuation, as a mark in a table, is kept as it is.

    Examples
    --------
    >>> normalize("「장독대」 옆, 2층")
    '장독대옆2층'
    """
    folded = nfc(nfc(text).casefold())
    kept = "".join(char for char in folded if not _is_mark(char))
    return kept or "".join(folded.split())


def exact_match(answer: str, gold: str) -> float:
    """Return 1.0 where the two are equal once normalised, else 0.0."""
    return float(normalize(answer) == normalize(gold))


def character_f1(answer: str, gold: str) -> float:
    """Return the F1 of the characters the two share, as KorQuAD 1.0 counts it."""
    got, expected = Counter(normalize(answer)), Counter(normalize(gold))
    if not got and not expected:
        return 1.0
    return 2 * (got & expected).total() / (got.total() + expected.total())


def rouge_l(answer: Sequence[str], gold: Sequence[str]) -> float:
    """Return ROUGE-L's F1 of two token lists (Lin, "ROUGE", 2004)."""
    if not answer and not gold:
        return 1.0
    return 2 * longest_common_subsequence(answer, gold) / (len(answer) + len(gold))


def longest_common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of the longest sequence of tokens that stands in both, in order, not side by side."""
    lengths = [0] * (len(b) + 1)
    for token in a:
        diagonal = 0
        for position, other in enumerate(b, 1):
            above = lengths[position]
            lengths[position] = diagonal + 1 if token == other else max(above, lengths[position - 1])
            diagonal = above
    return lengths[-1]


def content(text: str) -> list[str]:
    """Return the forms of the morphemes of ``text`` without its punctuation.

    Without their parts of speech too, because Kiwi's choice of those hangs on punctuation: the same ending is final
    before a full stop and connective at a bare end.
    """
    tagged = (morpheme.rpartition("/") for morpheme in morphemes(nfc(text), "full"))
    return [form for form, _, tag in tagged if tag not in _PUNCTUATION_TAGS]


def _is_mark(char: str) -> bool:
    return char.isspace() or char in string.punctuation or unicodedata.category(char).startswith("P")
