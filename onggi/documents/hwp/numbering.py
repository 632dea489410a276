"""Numbers that are counted, not written: ``1.``, ``가)``, ``제1조``, and the signs of notes and captions."""

import re
from dataclasses import dataclass, field

from onggi.documents.hwp.model import Level

KINDS = (
    "DIGIT",
    "CIRCLED_DIGIT",
    "ROMAN_CAPITAL",
    "ROMAN_SMALL",
    "LATIN_CAPITAL",
    "LATIN_SMALL",
    "CIRCLED_LATIN_CAPITAL",
    "CIRCLED_LATIN_SMALL",
    "HANGUL_SYLLABLE",
    "CIRCLED_HANGUL_SYLLABLE",
    "HANGUL_JAMO",
    "CIRCLED_HANGUL_JAMO",
    "HANGUL_PHONETIC",
    "IDEOGRAPH",
    "CIRCLED_IDEOGRAPH",
    "DECAGON_CIRCLE",
    "DECAGON_CIRCLE_HANJA",
)
"""Kinds of numerals as HWPX names them, in the order in which HWP 5 numbers them."""

_SERIES = {
    "CIRCLED_DIGIT": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿",
    "ROMAN_CAPITAL": "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ",
    "ROMAN_SMALL": "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ",
    "LATIN_CAPITAL": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "LATIN_SMALL": "abcdefghijklmnopqrstuvwxyz",
    "CIRCLED_LATIN_CAPITAL": "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ",
    "CIRCLED_LATIN_SMALL": "ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩ",
    "HANGUL_SYLLABLE": "".join(chr(0xAC00 + i * 588 + v * 28) for v in (0, 4, 8, 13, 18, 20) for i in
                               (0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18)),
    "CIRCLED_HANGUL_SYLLABLE": "㉮㉯㉰㉱㉲㉳㉴㉵㉶㉷㉸㉹㉺㉻",
    "HANGUL_JAMO": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "CIRCLED_HANGUL_JAMO": "㉠㉡㉢㉣㉤㉥㉦㉧㉨㉩㉪㉫㉬㉭",
    "CIRCLED_IDEOGRAPH": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "DECAGON_CIRCLE": "갑을병정무기경신임계",
    "DECAGON_CIRCLE_HANJA": "甲乙丙丁戊己庚辛壬癸",
}  # fmt: skip
_DIGITS = {"HANGUL_PHONETIC": ("일이삼사오육칠팔구", "십", "백"), "IDEOGRAPH": ("一二三四五六七八九", "十", "百")}
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_NUMBER = re.compile(r"\^(\d+|[nN])")


def numeral(number: int, kind: str) -> str:
    """Return ``number`` as numerals of a kind; where they do not reach, as digits.

    Examples
    --------
    >>> [numeral(15, kind) for kind in ("DIGIT", "CIRCLED_DIGIT", "ROMAN_SMALL", "HANGUL_SYLLABLE", "IDEOGRAPH")]
    ['15', '⑮', 'xv', '거', '十五']
    """
    series = _SERIES.get(kind, "")
    if 0 < number <= len(series):
        return series[number - 1]
    if kind in ("ROMAN_CAPITAL", "ROMAN_SMALL") and 0 < number < 400:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
        return text if kind == "ROMAN_CAPITAL" else text.lower()
    if kind in _DIGITS and 0 < number < 200:
        ones, ten, hundred = _DIGITS[kind]
        tens = number % 100 // 10
        text = hundred * (number // 100) + (ones[tens - 1] if tens > 1 else "") + (ten if tens else "")
        return text + (ones[number % 10 - 1] if number % 10 else "")
    return str(number)


def mark(number: int, kind: str, before: str, after: str) -> str:
    """Return the number of a note or a caption between the signs around it."""
    return f"{before}{numeral(number, kind)}{after}"


@dataclass
class Counters:
    """The numberings of a document, and how far each has been counted."""

    numberings: dict[int, tuple[Level, ...]]
    counts: dict[int, list[int]] = field(default_factory=dict)

    def label(self, numbering: int, depth: int) -> str:
        """Count one paragraph at ``depth`` of a numbering and return its number."""
        levels = self.numberings.get(numbering, ())
        if depth >= len(levels):
            return ""
        counts = self.counts.setdefault(numbering, [])
        del counts[depth + 1 :]
        counts += [level.start - 1 if place == depth else level.start for place, level in enumerate(levels)][
            len(counts) : depth + 1
        ]
        counts[depth] += 1

        def said(match: re.Match[str]) -> str:
            if match[1] in "nN":
                return ".".join(map(str, counts)) + ("." if match[1] == "N" else "")
            place = int(match[1]) - 1
            return numeral(counts[place], levels[place].kind) if 0 <= place < len(counts) else ""

        return _NUMBER.sub(said, levels[depth].pattern).strip()
