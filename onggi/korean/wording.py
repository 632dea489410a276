"""Noun phrases, and the particles and endings of words: Kiwi joins them, what is no Hangul is read aloud."""

import re
from functools import cache, lru_cache

from onggi.korean.kiwi import analyze, kiwi

NOMINAL = frozenset({"NNG", "NNP", "NNB", "NR", "SN", "SL", "SH", "XPN", "XSN", "XR", "W_SERIAL"})
"""Parts of speech of a noun phrase without particles."""
PARTICLES = {"은": "JX", "이": "JKS", "을": "JKO", "과": "JC", "으로": "JKB", "이란": "JX", "이랑": "JC"}
"""Particles whose form follows from the sound before them, by their form after a consonant, with Kiwi's tags."""

_CLOSERS = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\]|[\s\"'’”》〉」』>.,!?:;·*~)\]])+$")
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
_DIGITS, _TENS = "영일이삼사오육칠팔구", "십백천만만만만억"
_LETTERS = {"F": "프", "L": "엘", "M": "엠", "N": "엔", "R": "알"}
_UNITS = {"km": "터", "cm": "터", "mm": "터", "m": "터", "㎡": "터", "kg": "램", "g": "램", "mg": "램", "%": "트"}


def last_syllable(word: str) -> str:
    """Return a Hangul syllable that ends as a word does when it is read aloud.

    Brackets and quotes at its end are skipped, digits are read the Chinese way, capitals letter by letter.

    Examples
    --------
    >>> [last_syllable(word) for word in ("된장", "3", "10", "PVC", "30%", "5kg", "Excel", "이순신(장군)")]
    ['장', '삼', '십', '시', '트', '램', '을', '신']
    """
    bare = _CLOSERS.sub("", word) or word.strip("()[]")
    if number := re.search(r"[\d,]+$", bare):
        digits = number.group().replace(",", "")
        zeros = len(digits) - len(digits.rstrip("0"))
        return _TENS[min(zeros, 8) - 1] if 0 < zeros < len(digits) else _DIGITS[int(digits[-1])]
    latin = re.search(r"[A-Za-z%㎡]+$", bare)
    if latin is None:
        return bare[-1] if "가" <= bare[-1:] <= "힣" else "가"
    if latin.group() in _UNITS and bare[: latin.start()][-1:].isdigit():
        return _UNITS[latin.group()]
    return _LETTERS.get(bare[-1], "시") if latin.group().isupper() else _english(latin.group().lower())


def _english(word: str) -> str:
    """Return a syllable with the final sound of an English word as Hangul spells it: 라인, 앱, 넷, but 박스, 워드."""
    if word.endswith(("l", "le")):
        return "을"
    closed = r"(?:[mn]|ng|me|ne|ck|[^aeiou][aeiou][ktpb]|[aeiou]{2}[kp])$|^(?:app|up|it)$"
    return "은" if re.search(closed, word) else "스"


@cache
def _joined(syllable: str, kind: str) -> str:
    return str(kiwi().join([(syllable, "NNG"), (kind, PARTICLES[kind])]))[1:]


def particle(word: str, kind: str) -> str:
    """Return the form of a particle (a key of `PARTICLES`) that follows ``word``."""
    return _joined(last_syllable(word), kind)


def fill(template: str, **slots: str) -> str:
    """Put words into a template; ``{name:은}`` adds the particle that fits.

    Examples
    --------
    >>> fill("{a:과} {b:은} 어떻게 달라요?", a="된장", b="간장")
    '된장과 간장은 어떻게 달라요?'
    """

    def slot(match: re.Match[str]) -> str:
        word = slots[match.group(1)]
        return word + particle(word, match.group(2)) if match.group(2) else word

    return _SLOT.sub(slot, template)


def conjugate(stem: str, tag: str, *endings: tuple[str, str]) -> str:
    """Return a predicate with other endings, as (form, tag) in Kiwi's terms.

    Examples
    --------
    >>> conjugate("빠르", "VA", ("었", "EP"), ("어요", "EF")), conjugate("돕", "VV-I", ("어야", "EC"))
    ('빨랐어요', '도와야')
    """
    return str(kiwi().join([(stem, tag), *endings]))


@lru_cache(maxsize=4096)
def is_noun_phrase(text: str) -> bool:
    """Tell whether a text is a noun phrase: nouns side by side, no particle, no verb, no comma."""
    if not re.fullmatch(r"[가-힣A-Za-z0-9 ·•&\-]{2,}", text) or re.match(
        r"(?:이|그|저|각|해당|기타|다음|아래|위|등) ", text
    ):
        return False
    morphemes = analyze(text)
    others = (m for m in morphemes if m.tag not in NOMINAL)
    named = any(m.tag in ("NNG", "NNP", "SL", "XR") for m in morphemes)
    joined = all(m.tag == "SW" or (m.tag == "SP" and m.form in "·•") or m.form == "및" for m in others)
    return named and joined and morphemes[-1].tag in ("NNG", "NNP", "XSN", "SL")
