"""Sentences as clauses that can be asked: without brackets, dangling conjunctions and pronouns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onggi.korean.kiwi import Morpheme
from onggi.korean.units import Unit, tidy
from onggi.synthesis.particles import particle
from onggi.synthesis.predicates import ACTION_NOUNS, STATE_NOUNS
from onggi.synthesis.topics import Topic

LONGEST_CLAUSE = 80

_ASIDE = re.compile(r"\([^()\n]*\)|\[[^\[\]\n]*\](?=\()|（[^（）\n]*）|\*\*|`|※ ?|\*")
_HOLE = "\x00"
_CONNECTIVES = frozenset({"고", "며", "으며", "지만", "으나", "나", "는데", "은데", "ᆫ데"})
_PRONOUNS = frozenset(
    {
        "그",
        "그녀",
        "이것",
        "그것",
        "저것",
        "이들",
        "그들",
        "저",
        "나",
        "우리",
        "너",
        "여기",
        "거기",
        "이곳",
        "그곳",
        "이",
        "저희",
        "당신",
        "자기",
        "본인",
        "이때",
        "그때",
    }
)
_POINTERS = frozenset(
    {
        "이",
        "그",
        "저",
        "이런",
        "그런",
        "이러한",
        "그러한",
        "해당",
        "본",
        "동",
        "위",
        "아래",
        "다음",
        "같은",
        "이번",
        "당시",
        "이후",
        "이와",
        "그외",
    }
)
OPENERS = frozenset(
    {
        "그리고",
        "그러나",
        "또한",
        "또",
        "따라서",
        "즉",
        "한편",
        "다만",
        "단",
        "특히",
        "하지만",
        "그러므로",
        "그래서",
        "그런데",
        "아울러",
        "더불어",
        "게다가",
        "또는",
        "및",
        "먼저",
        "우선",
        "실제로",
        "결국",
        "물론",
        "당시",
        "이후",
        "이어",
    }
)
_OWN = re.compile(
    r"(?<![가-힣])(?:이|본|해당|동|우리)\s?(?:사업|제도|서비스|센터|도서관|조례|규정|프로그램|"
    r"시설|수당|장학금|바우처|대회|축제|캠핑장|지원|수영장|박물관|지원금|규칙|수칙|휴양림|"
    r"공원)(은|는|이|가|을|를|과|와|으로|로)?(?=[\s의에도만])"
)
_SAME = re.compile(
    r"같은 (?:해|날|달|시기|기간)|이듬해|다음 ?날|그해|이날|이러한|그러한|이런 |그런 |만약 위|"
    r"다음 [두세네]|이어서|마찬가지|위와 같|다음과 같|→|⇒|한 바와"
)
_KIND_OF = {
    "은": "은",
    "는": "은",
    "이": "이",
    "가": "이",
    "을": "을",
    "를": "을",
    "과": "과",
    "와": "과",
    "으로": "으로",
    "로": "으로",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a sentence, up to its final or connective ending.

    ``subject`` is the subject it shares with the first clause, to be put before it; ``span`` is the sentence's.
    """

    start: int
    end: int
    morphemes: tuple[Morpheme, ...]
    subject: str
    span: tuple[int, int]

    @property
    def has_subject(self) -> bool:
        """Tell whether the clause names who or what it speaks of."""
        if self.subject or any(m.tag == "JX" and is_subject(m) for m in self.morphemes):
            return True
        last = max((i for i, m in enumerate(self.morphemes) if m.tag == "JKS"), default=-1)
        # A subject before a modifier belongs to that, not to the clause: [비가 오는] 날에 열린다.
        return last >= 0 and not any(m.tag in ("ETM", "EC") for m in self.morphemes[last:-1])


def is_subject(morpheme: Morpheme) -> bool:
    """Tell whether a particle marks a subject or a topic."""
    return morpheme.tag == "JKS" or (morpheme.tag == "JX" and morpheme.form in ("은", "는"))


def mask(text: str) -> str:
    """Return text of the same length with asides and mark-up blanked, to be dropped by `said`."""
    return _ASIDE.sub(lambda match: _HOLE * len(match.group()), text)


def said(text: str, topic: Topic) -> str:
    """Return masked text as it is said, ``이 사업`` replaced by the topic's name; empty where a pronoun is left."""

    def name(match: re.Match[str]) -> str:
        return topic.name + (particle(topic.name, _KIND_OF[match.group(1)]) if match.group(1) else "")

    return _OWN.sub(name, tidy(text.replace(_HOLE, "")))


def clauses(text: str, unit: Unit) -> list[Clause]:
    """Return the clauses of a sentence; none where it points at something said before."""
    morphemes = [m for m in unit.morphemes if text[m.start : m.start + 1] != _HOLE]
    while morphemes and morphemes[-1].tag in ("SF", "SP", "SW", "SE", "SSC"):
        morphemes.pop()
    while morphemes and (morphemes[0].tag in ("MAJ", "SP", "SW", "SSC", "SB") or morphemes[0].form in OPENERS):
        morphemes.pop(0)
    if not morphemes or any(map(is_dangling, _without_own(text, morphemes))):
        return []
    result = []
    first, subject = 0, ""
    past = any(m.tag == "EP" and m.form in ("었", "았", "였") for m in morphemes[-3:])
    for last, morpheme in enumerate(morphemes):
        final = last == len(morphemes) - 1
        was = not final and past and not any(m.tag == "EP" for m in morphemes[max(first, last - 2) : last])
        if not final and not _ends_clause(morphemes, last):
            continue
        own = tuple(morphemes[first : last + 1])
        has_subject = any(map(is_subject, own))
        shared = "" if first == 0 or has_subject else subject
        clause = Clause(own[0].start, morpheme.end, own, shared, (unit.start, unit.end))
        if (
            8 <= clause.end - clause.start <= LONGEST_CLAUSE
            and not was
            and (not final or _is_predicate(own))
            and not _SAME.search(text, clause.start, clause.end)
        ):
            result.append(clause)
        if first == 0:
            subject = opening_topic(text, own)
        first = last + 1
        while first < len(morphemes) and morphemes[first].tag == "SP":
            first += 1
    return result


def opening_topic(text: str, morphemes: Sequence[Morpheme]) -> str:
    """Return the ``noun phrase + 은/는`` a clause opens with, or nothing."""
    for m in morphemes:
        if m.tag == "JX" and m.form in ("은", "는"):
            phrase = text[morphemes[0].start : m.end]
            return phrase if len(phrase) <= 20 else ""
        if not is_nominal(m) and m.tag not in ("JKG", "JC"):
            return ""
    return ""


def is_nominal(morpheme: Morpheme) -> bool:
    """Tell whether a morpheme can be part of a noun phrase without particles."""
    return morpheme.tag in ("NNG", "NNP", "NNB", "NR", "SN", "SL", "SH", "XPN", "XSN", "XR", "W_SERIAL")


def noun_phrases(morphemes: Sequence[Morpheme]) -> Iterator[tuple[int, int]]:
    """Yield the [first, last) positions of noun phrases, in order."""
    first = -1
    for position, m in enumerate(morphemes):
        if is_nominal(m):
            first = position if first < 0 else first
        elif first >= 0:
            yield first, position
            first = -1
    if first >= 0:
        yield first, len(morphemes)


def is_dangling(morpheme: Morpheme) -> bool:
    """Tell whether a word points at something outside its sentence."""
    return (morpheme.tag == "NP" and morpheme.form in _PRONOUNS) or (
        morpheme.tag == "MM" and morpheme.form in _POINTERS
    )


def _without_own(text: str, morphemes: Sequence[Morpheme]) -> list[Morpheme]:
    start, end = morphemes[0].start, morphemes[-1].end
    covered = [(start + m.start(), start + m.end()) for m in _OWN.finditer(text[start:end])]
    return [m for m in morphemes if not any(a <= m.start < b for a, b in covered)]


def _ends_clause(morphemes: Sequence[Morpheme], last: int) -> bool:
    m, following = morphemes[last], morphemes[last + 1]
    if m.tag == "EF":
        return True
    if m.tag != "EC" or m.form not in _CONNECTIVES:
        return False
    return following.tag == "SP" or m.form in ("며", "으며", "지만")


def _is_predicate(morphemes: Sequence[Morpheme]) -> bool:
    last = morphemes[-1]
    return last.tag in ("EF", "ETN") or (last.tag == "NNG" and last.form in ACTION_NOUNS | STATE_NOUNS)
