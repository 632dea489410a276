"""Headings of documents that come without an outline.

A sign alone makes no heading: ``1.`` opens a chapter here and an item of a list there. So signs are judged by family
and document: a family heads what follows where its lines are short, are no sentences, and most stand apart from
the next of the family. Letters larger or heavier than those of the text need no sign, unless the line comes again.

Which family stands below which is for the document to show: one that opens under another is deeper until the other
comes again. What outranks it by custom (see `onggi.documents.signs`), or by the size of its letters, closes it too.
"""

import itertools
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from onggi.documents.blocks import Block
from onggi.documents.signs import ANNEX, CUSTOMS, LAW, sign

_ENTRY = re.compile(r"[.·․‥…⋯]{4,}\s*\d*$|(?:[.·․‥⋯]{3,}|[…|])\s*\d+$|@")  # of contents; an address
_SENTENCE = re.compile(
    r"(?:다|까|시오|[세어아해에예나가네래데게워와줘봐려져]요|[.,;:!])\s*[.!?)\]]*$|.{15,}[함됨임음]\s*[.)\]]*$"
)
_ARTICLE = re.compile(r"(제\s?\d{1,3}\s?조(?:의\s?\d+)?\s?\([^()]{1,40}\))\s*(?=\S)")
_LINE = re.compile(r"[^\n]+")
_BOXED = re.compile(rf"([Ⅰ-Ⅻ]|\d{{1,2}}|{ANNEX} ?\d*) \|[ |]* ([^|]{{2,40}})")
_LONGEST = 45  # characters of a heading without its sign
_LONGEST_QUESTION = 150
_MEDIAN = 30  # characters that half of a family may have
_MIN_SHORT = 0.7  # share of a family that is built like headings
_MIN_ALONE = 0.5  # share of those that have none of the family right before or behind them
_LARGER = 1.15  # times the size of the text
_MIN_LETTERS = 2
_SURE = {*LAW, "Q.", "주 문", "별지", "목차"}
"""Families that head what follows wherever they open a short line."""
_UNSIGNED = ("points", "bold")
_HIGHEST = {"주 문", "별지"}
"""Families that stand below nothing."""
_LEAVES = {"Q.", "【 】", "목차"}
"""Families that nothing stands below: captions, contents, and questions with their answers."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block or a part of one; ``goes_on``: with the line behind the part before it."""

    block: Block
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A block that may be a heading; ``short``: it is built like one."""

    at: int
    family: str
    number: int
    short: bool
    length: int
    size: float


def headed(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks, those that head what follows with a level; as they are where the format gave levels.

    A numbered box above a chapter (``Ⅰ | 개요``, a table of one row) is told as a line. An article that goes on behind
    its title (``제3조(정의) 이 법에서 …``) is parted there, and a paragraph where a heading is a line of it.
    """
    given = list(blocks)
    if sum(1 for block in given if block.level) > 1:
        return given
    found = [piece for block in _unboxed(given) for piece in _parted(block)]
    levels = _levels(_chosen(list(_lines([piece.block for piece in found]))))
    result: list[Block] = []
    for at, piece in enumerate(found):
        if at in levels:
            result.append(replace(piece.block, level=levels[at], tight=False))
        elif piece.goes_on and at - 1 not in levels:
            result.append(_joined(result.pop(), piece.block))
        else:
            result.append(piece.block)
    return result


def _unboxed(blocks: Sequence[Block]) -> Iterator[Block]:
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        alone = block.row is not None and not block.tight and not (after and after.row and after.tight)
        if alone and (box := _BOXED.fullmatch(block.text)):
            yield replace(block, text=f"{box[1].strip()}. {box[2]}", row=None)
        else:
            yield block


def _parted(block: Block) -> Iterator[_Piece]:
    """Yield the pieces of a block that may be headings, and those between them."""
    if block.level is not None or block.row is not None:
        yield _Piece(block)
    elif match := _ARTICLE.match(block.text):
        yield _Piece(replace(_cut(block, 0, match.end()), text=match[1]))
        yield _Piece(replace(_cut(block, match.end(), len(block.text)), tight=False))
    else:
        signed = [line.start() for line in _LINE.finditer(block.text) if sign(line[0].strip())]
        behind = [block.text.find("\n", start) + 1 for start in signed]
        cuts = sorted({0, *signed, *filter(None, behind), len(block.text)})
        for start, end in itertools.pairwise(cuts) if block.text else [(0, 0)]:
            yield _Piece(_cut(block, start, end), start > 0)


def _cut(block: Block, start: int, end: int) -> Block:
    """Return a part of a block with its places, without the line break at its end.

    A place at the end of the whole text is that of the blocks behind it.
    """
    last = end == len(block.text)
    places = tuple((at - start, place) for at, place in block.places if start <= at and (at < end or last))
    return replace(block, text=block.text[start:end].removesuffix("\n"), places=places, tight=block.tight or start > 0)


def _joined(block: Block, other: Block) -> Block:
    offset = len(block.text) + 1
    places = (*block.places, *((at + offset, place) for at, place in other.places))
    return replace(block, text=f"{block.text}\n{other.text}", places=places)


def _lines(blocks: Sequence[Block]) -> Iterator[_Line]:
    usual, often = _usual_size(blocks), Counter(block.text.strip() for block in blocks)
    for at, block in enumerate(blocks):
        text = block.text.strip()
        if block.level is not None or block.row is not None or "\n" in text or _ENTRY.search(text):
            continue
        size, mark = block.size or usual, sign(text)
        family, number, rest = mark or ("", 0, text)
        if family == "-" or sum(map(str.isalpha, rest)) < _MIN_LETTERS:
            continue
        if not mark:
            if size < _LARGER * usual and not block.bold:
                continue
            if often[text] > 1:
                continue
            family = f"{size:.0f} points" if size >= _LARGER * usual else "bold"
        question = family == "Q."
        short = len(rest) <= (_LONGEST_QUESTION if question else _LONGEST) and (question or not _SENTENCE.search(rest))
        yield _Line(at, family, number, short, len(rest), size)


def _usual_size(blocks: Sequence[Block]) -> float:
    """Return the size of the letters in the middle of all, or 1 where no block has one."""
    sizes = [block.size for block in blocks if block.size and block.row is None for _ in range(0, len(block.text), 10)]
    return statistics.median_low(sizes) if sizes else 1.0


def _chosen(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Yield the headings among lines, in order."""
    families = defaultdict(list)
    for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False):
        families[line.family].append((line, not _next_to(before, line) and not _next_to(line, after)))
    chosen: list[_Line] = []
    for family, members in families.items():
        apart = [line for line, alone in members if line.short and (alone or family in _SURE)]
        chosen += apart if _heads(family, members) else _counting(apart)
    yield from sorted(chosen, key=lambda line: line.at)


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
    return line is not None and other is not None and line.family == other.family and other.at == line.at + 1


def _heads(family: str, members: Sequence[tuple[_Line, bool]]) -> bool:
    short = [(line, alone) for line, alone in members if line.short]
    if family in _SURE:
        return bool(short)
    if len(short) < _MIN_SHORT * len(members) or not short:
        return False
    counted = any(line.number for line, _ in members)
    signed = not family.endswith(_UNSIGNED)
    if (signed and len(members) < 2) or (counted and all(line.number != 1 for line, _ in members)):
        return False
    apart = sum(alone for _, alone in short) >= _MIN_ALONE * len(short)
    return apart and statistics.median(line.length for line, _ in short) <= _MEDIAN


def _levels(headings: Iterable[_Line]) -> dict[int, int]:
    """Return the level of each heading, from 1, by its place."""
    levels: dict[int, int] = {}
    above: list[_Line] = []
    for line in headings:
        families = [other.family for other in above]
        if line.family in families:
            del above[families.index(line.family) :]
        else:
            while above and _outranks(line, above[-1]):
                above.pop()
        above.append(line)
        levels[line.at] = len(above)
    return levels


def _outranks(line: _Line, other: _Line) -> bool:
    if line.family in _HIGHEST or other.family in _LEAVES or line.size >= _LARGER * other.size:
        return True
    for custom in CUSTOMS:
        if line.family in custom and other.family in custom:
            return custom.index(line.family) < custom.index(other.family)
    return False
