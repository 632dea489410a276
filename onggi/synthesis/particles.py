"""Korean particles and verb endings, which follow from the last sound of what they are put after."""

import re

CONSONANT, LIEUL, VOWEL = "consonant", "lieul", "vowel"

PAIRS = {
    "은": ("은", "는"), "이": ("이", "가"), "을": ("을", "를"), "과": ("과", "와"), "으로": ("으로", "로"),
    "이란": ("이란", "란"), "이랑": ("이랑", "랑"),
    "이에요": ("이에요", "예요"), "으면": ("으면", "면"), "이면": ("이면", "면"),
}  # fmt: skip
"""Each particle after a consonant and after a vowel, by its form after a consonant."""

_UNITS = {"km", "cm", "mm", "m", "l", "ml", "%"}
_CLOSERS = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\]|[\s\"'’”》〉」』>.,!?:;·*~])+$")
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


def final_sound(word: str) -> str:
    """Return whether ``word``, read aloud, ends in a consonant, in ㄹ or in a vowel.

    Brackets and quotes at its end are skipped, digits are read the Chinese way (6 is 육), capitals letter by letter.

    Examples
    --------
    >>> [final_sound(word) for word in ("된장", "독", "서울", "너", "3", "7", "KTX", "Excel", "이순신(장군)")]
    ['consonant', 'consonant', 'lieul', 'vowel', 'consonant', 'lieul', 'vowel', 'lieul', 'consonant']
    """
    bare = _CLOSERS.sub("", word) or word.strip("()[]")
    last = bare[-1:]
    if "가" <= last <= "힣":
        coda = (ord(last) - ord("가")) % 28
        return VOWEL if coda == 0 else LIEUL if coda == 8 else CONSONANT
    if last.isdigit():
        return LIEUL if last in "178" else CONSONANT if last in "036" else VOWEL
    tail = re.search(r"[A-Za-z%]+$", bare)
    return _latin(tail.group(), bare[: tail.start()][-1:].isdigit()) if tail else VOWEL


def _latin(word: str, after_digit: bool) -> str:
    if after_digit and word.lower() in _UNITS:
        return VOWEL
    if after_digit and word.lower() in {"kg", "g", "mg"}:
        return CONSONANT
    if word.isupper():
        return LIEUL if word[-1] in "LR" else CONSONANT if word[-1] in "MN" else VOWEL
    word = word.lower()
    if word.endswith(("l", "le")):
        return LIEUL
    # English words as they are written in Hangul: 라인, 게임, 북, 앱, 넷 end in a consonant, 박스, 워드 do not.
    if re.search(r"(?:[mn]|ng|me|ne|ck|[^aeiou][aeiou][ktpb]|[aeiou]{2}[kp])$", word) or word in {"app", "up", "it"}:
        return CONSONANT
    return VOWEL


def particle(word: str, kind: str) -> str:
    """Return the form of a particle (a key of `PAIRS`) that follows ``word``."""
    after_consonant, after_vowel = PAIRS[kind]
    sound = final_sound(word)
    if kind in ("으로", "으면") and sound == LIEUL:
        return after_vowel
    return after_vowel if sound == VOWEL else after_consonant


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


def with_coda(syllable: str, coda: str) -> str:
    """Return a Hangul syllable with another final consonant (a jamo, or empty for none)."""
    code = ord(syllable) - ord("가")
    return chr(ord("가") + code - code % 28 + (ord(coda) - 0x11A7 if coda else 0))


def past(stem: str) -> str:
    """Return the past stem of a regular verb.

    Examples
    --------
    >>> [past(stem) for stem in ("하", "되", "늦", "잡", "빌리", "오", "쓰", "보내", "지")]
    ['했', '됐', '늦었', '잡았', '빌렸', '왔', '썼', '보냈', '졌']
    """
    last = stem[-1]
    code = ord(last) - ord("가")
    vowel, coda = code // 28 % 21, code % 28
    if last == "하":
        return stem[:-1] + "했"
    if coda:
        return stem + ("았" if vowel in (0, 8) else "었")
    # ㅗ → ㅘ, ㅚ → ㅙ, ㅜ → ㅝ, ㅡ → ㅓ, ㅣ → ㅕ; other vowels swallow the 어.
    joined = {8: 9, 11: 10, 13: 14, 18: 4, 20: 6}.get(vowel, vowel)
    return stem[:-1] + with_coda(chr(ord(last) + (joined - vowel) * 28), "ᆻ")
