"""The numbers Word counts by itself: ``1.``, ``가)``, ``제1조``."""

from dataclasses import dataclass, field

from lxml import etree

from onggi.documents.office.word import qn

_VAL = qn("w:val")
_SERIES = {
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    pattern: str  # %1 stands for the number of level 0


@dataclass
class Numbering:
    """The lists of a document and how far each has been counted."""

    lists: dict[int, tuple[int, dict[int, int]]] = field(default_factory=dict)  # list → definition, starts it sets anew
    definitions: dict[int, dict[int, _Level]] = field(default_factory=dict)
    counts: dict[int, dict[int, int]] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, root: etree._Element) -> "Numbering":
        """Read the part that defines the lists of a document."""
        numbering = cls()
        for abstract in root.iterchildren(qn("w:abstractNum")):
            levels = {_integer(level.get(qn("w:ilvl"))): _level(level) for level in abstract.iterchildren(qn("w:lvl"))}
            numbering.definitions[_integer(abstract.get(qn("w:abstractNumId")))] = levels
        for num in root.iterchildren(qn("w:num")):
            starts = {
                _integer(override.get(qn("w:ilvl"))): _value(override, "w:startOverride", 1)
                for override in num.iterchildren(qn("w:lvlOverride"))
                if override.find(qn("w:startOverride")) is not None
            }
            numbering.lists[_integer(num.get(qn("w:numId")))] = (_value(num, "w:abstractNumId", -1), starts)
        return numbering

    def label(self, number: int, depth: int) -> str:
        """Count one paragraph of list ``number`` at ``depth`` and return its number (nothing for bullets)."""
        definition, starts = self.lists.get(number, (-1, {}))
        levels = self.definitions.get(definition, {})
        if depth not in levels:
            return ""
        counts = self.counts.setdefault(definition, {})
        if number not in self.begun:  # the lists of one definition count on, unless one says where it starts
            self.begun.add(number)
            counts.update({level: start - 1 for level, start in starts.items()})
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        text = levels[depth].pattern
        if levels[depth].kind in ("bullet", "none"):
            return ""
        for level, shape in levels.items():
            text = text.replace(f"%{level + 1}", numeral(counts.get(level, shape.start), shape.kind))
        return text


def _level(element: etree._Element) -> _Level:
    def text(tag: str, default: str) -> str:
        child = element.find(qn(tag))
        return child.get(_VAL, default) if child is not None else default

    return _Level(_value(element, "w:start", 1), text("w:numFmt", "decimal"), text("w:lvlText", ""))


def _value(element: etree._Element, tag: str, default: int) -> int:
    child = element.find(qn(tag))
    return _integer(child.get(_VAL)) if child is not None else default


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def numeral(number: int, kind: str) -> str:
    """Return a number as a list of a kind (``ganada``, ``lowerRoman``) shows it, in digits where it does not reach."""
    series = _SERIES.get(kind, "")
    if 0 < number <= len(series):
        return series[number - 1]
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 40:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
        return text.upper() if kind == "upperRoman" else text
    return str(number)
