"""Whether an answer holds what decides a gold answer, whatever words it stands among.

Exact match and F1 compare whole answers: a sentence quoted from a document that says "50만 원" is wrong to the one and
half wrong to the other where the gold answer is "50만 원". What decides is cut out of the gold answer by rule:

1. Brackets explain: what stands in them counts only where nothing else decides.
2. Its amounts, dates and times decide, without those that the question names. All of them must be in the answer.
3. A gold answer without any is decided by its nouns, roots and foreign words, without those of the question; where it
   has none of these either, as "안 된다", by its other words. Two thirds of them must be in the answer.
"""

import re
from dataclasses import dataclass

from onggi.korean.kiwi import CONTENT_TAGS, analyze
from onggi.korean.normalize import nfc, squash

_NAMING = frozenset({"NNG", "NNP", "NR", "XR", "SL", "SH", "W_SERIAL"})
_OTHER = (CONTENT_TAGS | {"VCN", "IC", "VX"}) - {"NNB"}
_BRACKETS = re.compile(r"\([^()]*\)")
_TIME = re.compile(r"(오후\s?)?(\d{1,2})(?::(\d{2})|시(?!간)(?:\s?(\d{1,2})분)?)")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s?([십백천만억]*)\s?([^\W\d_]|%|㎡|℃)?")
_DATE = re.compile(
    r"(?<![\d.])(?:(\d{4})\s?[.\-/]\s?)?(1[0-2]|0?[1-9])\s?[.\-/]\s?(3[01]|[12]\d|0?[1-9])(?:\.|(?=\())(?!\d)"
)
_TIMES = {"십": 10, "백": 100, "천": 1_000, "만": 10_000, "억": 100_000_000}
SHARE = 2 / 3
"""Of the words that decide, how many must be in the answer."""


@dataclass(frozen=True, slots=True)
class KeySpan:
    """What decides a gold answer: amounts, else words; both empty where it says nothing that the question does not."""

    amounts: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, gold: str, question: str) -> "KeySpan":
        """Return what decides a gold answer to a question."""
        asked, bare = amounts(question), _BRACKETS.sub(" ", gold)
        for text in (bare, gold):
            if left := amounts(text) - asked:
                return cls(left, frozenset())
            if text == bare and (named := _words(text, _NAMING) - _words(question, _NAMING)):
                return cls(frozenset(), named)
        named = _words(gold, _NAMING) - _words(question, _NAMING)
        return cls(frozenset(), named or _words(gold, _OTHER))

    def within(self, answer: str) -> bool:
        """Tell whether an answer holds it."""
        if self.amounts:
            return self.amounts <= amounts(answer)
        said, plain = _words(answer, _OTHER), squash(answer)
        held = sum(word in said or (len(word) > 1 and word in plain) for word in self.words)
        return bool(self.words) and held >= SHARE * len(self.words)


def amounts(text: str) -> frozenset[str]:
    """Return the amounts, dates and times of a text, each in one spelling.

    Examples
    --------
    >>> amounts("오후 5시까지 7천만 원") == amounts("17:00, 7,000만원")
    True
    >>> sorted(amounts("2027. 5. 20.(목)"))
    ['2027년', '20일', '5월']
    """
    plain = _DATE.sub(_spelled, re.sub(r"(?<=\d),(?=\d{3})", "", nfc(text)))
    found = set()
    for match in _TIME.finditer(plain):
        hour = int(match[2]) + (12 if match[1] and int(match[2]) < 12 else 0)
        found.add(f"{hour}:{int(match[3] or match[4] or 0):02}")
    for match in _AMOUNT.finditer(_TIME.sub(" ", plain)):
        value = float(match[1])
        for sign in match[2]:
            value *= _TIMES[sign]
        found.add(f"{value:.12g}{match[3] or ''}")
    return frozenset(found)


def _spelled(date: re.Match[str]) -> str:
    year, month, day = date.groups()
    return f"{year}년 " * bool(year) + f"{int(month)}월 {int(day)}일"


def contains(answer: str, gold: str, question: str) -> bool:
    """Tell whether an answer holds what decides the gold answer to a question.

    Examples
    --------
    >>> contains("과태료는 50만 원이다", "50만 원", "마당에서 태우면 얼마 내요?")
    True
    >>> contains("과태료는 5만 원이다", "50만 원", "마당에서 태우면 얼마 내요?")
    False
    """
    return KeySpan.of(gold, question).within(answer)


def _words(text: str, tags: frozenset[str]) -> frozenset[str]:
    return frozenset(m.form.lower() for m in analyze(nfc(text)) if m.tag.split("-")[0] in tags)
