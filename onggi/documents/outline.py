"""Headings of documents that come without an outline: blocks parted where a heading ends, and told with levels.

Which lines are headings, and below which others they stand, says `onggi.documents.headings`.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from onggi.documents.blocks import Block
from onggi.documents.headings import levels
from onggi.documents.signs import ANNEX, sign

_ARTICLE = re.compile(r"(제\s?\d{1,3}(?:-\d{1,3})?\s?조(?:의\s?\d+)?\s?\([^()]{1,40}\))\s*(?=\S)")
_LINE = re.compile(r"[^\n]+")
_BOXED = re.compile(rf"([Ⅰ-Ⅻ]|\d{{1,2}}|{ANNEX} ?\d*) \|[ |]* ([^|]{{2,40}})")
_SIGN_ALONE = re.compile("[□■▣○●◎◇]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block or a part of one; ``goes_on``: with the line behind the part before it."""

    block: Block
    goes_on: bool = False


def headed(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks, those that head what follows with a level; as they are where the format gave levels.

    A numbered box above a chapter (``Ⅰ | 개요``, a table of one row) is told as a line. An article that goes on behind
    its title (``제3조(정의) 이 법에서 …``) is parted there, and a paragraph where a heading is a line of it.
    """
    given = list(blocks)
    if sum(1 for block in given if block.level) > 1:
        return given
    found = [piece for block in _completed(_unboxed(given)) for piece in _parted(block)]
    level_of = levels([piece.block for piece in found])
    result: list[Block] = []
    for at, piece in enumerate(found):
        if at in level_of:
            result.append(replace(piece.block, level=level_of[at], tight=False))
        elif piece.goes_on and at - 1 not in level_of:
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


def _completed(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks, a sign that stands alone together with the short text behind it."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None:
            if block.level is None and block.row is None and block.text.strip() and not sign(block.text):
                block = replace(_joined(waiting, block, " "), size=block.size, bold=block.bold)
            else:
                yield waiting
            waiting = None
        if block.level is None and block.row is None and _SIGN_ALONE.fullmatch(block.text.strip()):
            waiting = block
        else:
            yield block
    if waiting is not None:
        yield waiting


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


def _joined(block: Block, other: Block, between: str = "\n") -> Block:
    offset = len(block.text) + 1
    places = (*block.places, *((at + offset, place) for at, place in other.places))
    return replace(block, text=f"{block.text}{between}{other.text}", places=places)
