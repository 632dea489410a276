"""Which blocks of a document without an outline are headings, and which stand below which.

A sign alone makes no heading: ``1.`` opens a chapter here and an item of a list there. So signs are judged by family
and document: a family heads what follows where its lines are short, are no sentences, and most stand apart from
the next of the family. Where a family as a whole does not, those of its lines that are heavy or large are judged by
themselves, as a family of their own. Letters larger or heavier than those of the text need no sign, unless the line
comes again.

Which family stands below which is for the document to show: one that opens under another is deeper until the other
comes again, and wherever both come after. What outranks it by custom (see `onggi.documents.signs`), or by the size of
its letters, closes it too.
"""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from onggi.documents.blocks import Block
from onggi.documents.signs import ANNEX, CUSTOMS, LAW, POINTS, sign

_ENTRY = re.compile(r"[.·․‥…⋯]{4,}\s*\d*$|(?:[.·․‥⋯]{3,}|[…|])\s*\d+$|@")  # of contents; an address
_SENTENCE = re.compile(
    r"(?:다|까|시오|[세어아해에예나가네래데게워와줘봐려져]요|[.,;:!])\s*[.!?)\]]*$|.{15,}[함됨임음]\s*[.)\]]*$"
)
_NO_HEADING = re.compile(
    r".*\(\s?단위\s?:.*\)"  # above a figure
    r"|.* \| .*|\([^()]*\)"  # a row; a department below a title
    r"|[가-힣]{3}(?:[^가-힣,·]{0,4}[,·][^가-힣]{0,6}[가-힣]{3}){1,30}[^가-힣]{0,6}"  # authors
    r"|[가-힣\s]{2,25}(?:장관|처장|청장|총장|이사장|위원장|교육감|군수|구청장|도지사|(?:특별|광역|자치)시장)(?:\s?\(?직인\)?)?"
)
"""Large or heavy lines that head nothing."""

_LAW_NAME = re.compile(
    r"(?:[□■▣○●◎◇▶ㅇo-]\s*)?[「｢『<《〈]?\s*(?:구\s)?[가-힣][가-힣ㆍ·‧\s]{0,60}(?:법|법률|시행령|시행규칙|규정|규칙|고시|조례)"
    r"\s*[」｣』>》〉]?\s*(?:\([^()]*\))?"
)
_ITEM = re.compile(r"\([^()]{1,20}\)\s+\S|[^:]{2,20} ?: ?\S")  # of a list: (기간) 3일, 기간: 3일
_NOTE = re.compile(r"\*|※|주\s?\d?\)|자료\s?:|출처\s?:")
_ANNEX_ALONE = re.compile(rf"[\[<【(]?\s?{ANNEX}\s?(?:서식)?\s?(?:제\s?)?[\d-]*(?:호)?\s?[\]>】)]?(?:\s*※.*)?")
_UNIT = re.compile(r"\s?\(\s?단위\s?:[^()]*\)$")
_UNDER_LAW = re.compile(r"제\s?\d{1,3}(?:-\d{1,3})?\s?[편장절관조](?:의\s?\d+)?[\s(]")
_LONGEST = 45  # characters of a heading without its sign
_LONGEST_QUESTION = 150
_MEDIAN = 30  # characters that half of a family may have
_MIN_SHORT = 0.7  # share of a family that is built like headings
_MIN_ALONE = 0.5  # share of those that have none of the family right before or behind them
_LARGER = 1.15  # times the size of the text
_SMALLER = 0.95  # the same: heavy letters of figures
_SAME = 0.1  # points between letters of one size
_MIN_LETTERS = 2
_ANNEX, _TITLE_OF_ANNEX = "별지", "title of 별지"
_SURE = {*LAW, "Q.", "주 문", "별지", "목차", _TITLE_OF_ANNEX}
"""Families that head what follows wherever they open a short line."""
_POINTS = {*POINTS, "•"}
_UNSIGNED = ("points", "bold")
_HIGHEST = {"주 문", _ANNEX}
"""Families that stand below nothing."""
_LEAVES = {"Q.", "【 】", "목차"}
"""Families that nothing stands below: captions, contents, and questions with their answers."""

_Stress = Literal["", "bold", "large"]
_STRESSES: tuple[_Stress, ...] = ("", "bold", "large")


@dataclass(frozen=True, slots=True)
class _Line:
    """A block that may be a heading.

    ``stress`` is how its letters differ from those of the text, ``stressed`` whether that makes it a family of its own;
    ``short``: it is built like a heading; ``first``: it is the first one of the document, its title maybe.
    """

    at: int
    sign: str
    number: int
    short: bool
    length: int
    size: float
    stress: _Stress
    text: str
    stressed: bool = False
    first: bool = False

    @property
    def family(self) -> str:
        return f"{self.sign} {self.stress}" if self.stressed else self.sign


def levels(blocks: Sequence[Block]) -> dict[int, int]:
    """Return the level of each block that is a heading, from 1, by its place."""
    chosen = list(_chosen(list(_lines(blocks))))
    places = {line.at for line in chosen}
    return _levels(line for line in chosen if not (line.sign == "【 】" and _is_caption(blocks, line.at, places)))


def _is_caption(blocks: Sequence[Block], at: int, headings: set[int]) -> bool:
    """Tell whether a table stands right below a line, and text that has nothing to do with it below the table."""
    behind = (place for place in range(at + 1, len(blocks)) if blocks[place].text.strip())
    place = next(behind, None)
    if place is None or blocks[place].row is None:
        return False
    while place is not None and blocks[place].row is not None:
        place = next(behind, None)
    return place is not None and place not in headings


def _lines(blocks: Sequence[Block]) -> Iterator[_Line]:
    usual, often = _usual_size(blocks), Counter(block.text.strip() for block in blocks)
    following, before = _following(blocks), ""
    for at, block in enumerate(blocks):
        text = block.text.strip()
        previous, before = before, text or before
        if block.level is not None or block.row is not None or "\n" in text or _ENTRY.search(text):
            continue
        size, mark = block.size or usual, sign(text)
        family, number, rest = mark or ("", 0, text)
        if family == "-" or sum(map(str.isalpha, rest)) < _MIN_LETTERS:
            continue
        if family != "목차" and _ENTRY.search(following[at]):
            continue
        large = size >= _LARGER * usual
        brief = len(text) <= _LONGEST_QUESTION
        if brief and _UNDER_LAW.match(following[at]) and _LAW_NAME.fullmatch(text):
            family, number, rest = "법령", 0, re.sub(r"\([^()]*\)$", "", rest)
        elif not mark and _ANNEX_ALONE.fullmatch(previous):
            family = _TITLE_OF_ANNEX
        elif not mark:
            heavy = block.bold and size >= _SMALLER * usual
            if not (large or heavy) or often[text] > 1 or (brief and _NO_HEADING.fullmatch(text)):
                continue
            family = f"{size:.0f} points" if large else "bold"
        rest = _UNIT.sub("", rest) if brief else rest
        question = family == "Q."
        short = len(rest) <= (_LONGEST_QUESTION if question else _LONGEST) and (question or not _SENTENCE.search(rest))
        short = short and not (family in _POINTS and _ITEM.match(rest))
        stress = _STRESSES[2 if large else 1 if block.bold else 0]
        yield _Line(at, family, number, short, len(rest), size, stress, text if brief else "")


def _following(blocks: Sequence[Block]) -> list[str]:
    """Return the text behind each block, that of the next which has one."""
    texts, text = [], ""
    for block in reversed(blocks):
        texts.append(text)
        text = block.text.strip() or text
    return texts[::-1]


def _usual_size(blocks: Sequence[Block]) -> float:
    """Return the size of the letters in the middle of all, notes apart, or 1 where no block has one."""
    text = [block for block in blocks if block.size and block.row is None and not _NOTE.match(block.text)]
    sizes = [block.size for block in text if block.size for _ in range(0, len(block.text), 10)]
    return statistics.median_low(sizes) if sizes else 1.0


def _chosen(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Yield the headings among lines, in order."""
    families = defaultdict(list)
    for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False):
        families[line.sign].append((line, not _next_to(before, line) and not _next_to(line, after)))
    chosen: list[_Line] = []
    for family, members in families.items():
        if _heads(family, members):
            chosen += _apart(family, members)
            continue
        rest = members
        for stress in _STRESSES[1:]:
            own = [(line, alone) for line, alone in members if line.stress == stress]
            if not family.endswith(_UNSIGNED) and _heads(family, own):
                chosen += (replace(line, stressed=True) for line in _apart(family, own))
                rest = [item for item in rest if item not in own]
        chosen += _counting(_apart(family, rest))
    for place, line in enumerate(sorted(chosen, key=lambda line: line.at)):
        yield replace(line, first=place == 0)


def _apart(family: str, members: Iterable[tuple[_Line, bool]]) -> list[_Line]:
    return [line for line, alone in members if line.short and (alone or family in _SURE)]


def _counting(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Yield the lines that count on from a first to a second at least: chapters among lists with the same signs."""
    chain: list[_Line] = []
    for line in [*lines, None]:
        if line is not None and chain and line.number == chain[-1].number + 1:
            chain.append(line)
            continue
        if len(chain) > 1 and statistics.median(other.length for other in chain) <= _MEDIAN:
            yield from chain
        chain = [line] if line is not None and line.number == 1 else []


def _next_to(line: _Line | None, other: _Line | None) -> bool:
    """Tell whether two lines are items of one list, nothing between them."""
    return line is not None and other is not None and line.sign == other.sign and other.at == line.at + 1


def _heads(family: str, members: Sequence[tuple[_Line, bool]]) -> bool:
    short = [(line, alone) for line, alone in members if line.short]
    if family in _SURE:
        return bool(short)
    if len(short) < _MIN_SHORT * len(members) or not short:
        return False
    counted = any(line.number for line, _ in members)
    signed = not family.endswith(_UNSIGNED)
    few = signed and len(members) < 2
    if few or (counted and all(line.number != 1 for line, _ in members)):
        return False
    apart = sum(alone for _, alone in short) >= _MIN_ALONE * len(short)
    return apart and statistics.median(line.length for line, _ in short) <= _MEDIAN


def _levels(headings: Iterable[_Line]) -> dict[int, int]:
    found: dict[int, int] = {}
    above: list[_Line] = []
    below: defaultdict[str, set[str]] = defaultdict(set)  # family → those that were seen to stand below it
    again: dict[str, list[_Line]] = {}  # text → what stood above it when it came last
    before: dict[str, list[_Line]] = {}  # family → its last line outside of annexes, and what stood above it
    annex: list[int] = []  # the headings of the annexes that are open
    outside = 0  # the level that they stand below, should what was before go on behind them
    for line in headings:
        in_annex = bool(above) and above[0].sign == _ANNEX
        if line.sign == _ANNEX and not in_annex:
            annex, outside = [], len(above)
        elif in_annex and _goes_on(line, above, before.get(line.family, [])):
            found |= {at: found[at] + outside for at in annex}
            above = list(before[line.family])
        if (same := again.get(line.text)) is not None and above[: len(same)] == same:
            del above[len(same) :]  # a form that is filled in again
        families = [other.family for other in above]
        if line.family in families:
            del above[families.index(line.family) :]
        else:
            while above and (_outranks(line, above[-1]) or above[-1].family in below[line.family]):
                above.pop()
            for other in above:
                if line.family not in below or other.family not in below[line.family]:
                    below[other.family].add(line.family)
        again[line.text] = list(above)
        above.append(line)
        found[line.at] = len(above)
        if above[0].sign == _ANNEX:
            annex.append(line.at)
        else:
            before[line.family] = list(above)
    return found


def _goes_on(line: _Line, above: Sequence[_Line], before: Sequence[_Line]) -> bool:
    """Tell whether a line within an annex counts on from the last of its family before: the annex was an aside."""
    inside = any(other.family == line.family for other in above)
    return bool(before) and not inside and line.number == before[-1].number + 1 > 1


def _outranks(line: _Line, other: _Line) -> bool:
    if line.sign == _TITLE_OF_ANNEX:
        return other.sign != _ANNEX
    if line.sign in _HIGHEST or other.sign in _LEAVES or line.size >= _LARGER * other.size:
        return True
    if other.sign.endswith("points") and abs(line.size - other.size) < _SAME and not other.first:
        return True
    if line.sign == other.sign:
        return _STRESSES.index(line.stress) > _STRESSES.index(other.stress)
    for custom in CUSTOMS:
        if line.sign in custom and other.sign in custom:
            return custom.index(line.sign) < custom.index(other.sign)
    return False
