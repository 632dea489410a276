"""The title of an HWP document: what its properties say, if it begins with that, else its largest or first line."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from onggi.documents.blocks import Block, one_line
from onggi.documents.titles import names_nothing

_STARTS = 2000
"""Characters at the start of a document; a title is among them."""
_FIRST_BLOCKS = 100
_LONGEST = 120
_MOST_LINES = 3
_MIN_LARGER = 1.15
"""Times the size of most letters."""
_WORDS = re.compile("[가-힣]{2}|[가-힣] [가-힣]|[A-Za-z]{4}")
_PROSE = re.compile(r"(다|요|오)\.$|[:;]$")
_MARK = re.compile(r"^(?:[■□◆◇●○▶※]\s*|(?=\[별[표지]))")
_AMENDED = re.compile(r"\s*<[^<>]*>$")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LETTERS = re.compile(r"[가-힣](?: [가-힣]){2,}")


def title(told: str, blocks: Sequence[Block]) -> str:
    """Return the title of a document, or an empty string.

    Parameters
    ----------
    told : str
        The title among the properties. It is filled in with the first words at the first time of saving, and stays when
        the document is made of another: what a template, a person or an earlier document was called is not the title.
    blocks : sequence of Block
    """
    letters = re.sub(r"\W", "", told)
    start = re.sub(r"\W", "", "".join(block.text for block in blocks[:_FIRST_BLOCKS]))[:_STARTS]
    if len(letters) > 3 and not letters.isdecimal() and letters in start and not names_nothing(told):
        return _told(told)
    first = list(_first(blocks))
    return _largest(first, _usual(blocks)) or next((_told(block.text) for block in first[:1] if _stands_out(block)), "")


def _first(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks with text at the start of a document, up to its list of contents."""
    length = 0
    for block in takewhile(lambda block: "····" not in block.text, blocks):
        if block.text.strip():
            yield block
        length += len(block.text)
        if length > _STARTS:
            return


def _names(block: Block) -> bool:
    """Tell whether a block may be a title: a line of words that is no sentence, no row, and no name of its writer."""
    text = one_line(block.text)
    if " | " in text or len(text) > _LONGEST or not _WORDS.search(text) or _PROSE.search(text):
        return False
    return not names_nothing(text)


def _stands_out(block: Block) -> bool:
    """Tell whether a line that may be a title is set as one: bold, in a frame, or behind a mark."""
    return _names(block) and (block.bold or block.row is not None or bool(_MARK.match(block.text.strip())))


def _largest(first: Sequence[Block], usual: float) -> str:
    """Return the largest line that may be a title and is larger than most of the document, with those like it below."""
    sizes = [(block.size or 0.0) if _names(block) else 0.0 for block in first]
    largest = max(sizes, default=0.0)
    if not largest or largest < _MIN_LARGER * usual:
        return ""
    at = sizes.index(largest)
    lines = [one_line(block.text) for block in takewhile(lambda block: block.size == largest, first[at:])]
    words = list(takewhile(lambda line: not names_nothing(line), lines[:_MOST_LINES]))
    whole = " ".join(words)
    return _told(whole if len(whole) <= _LONGEST else words[0])


def _usual(blocks: Iterable[Block]) -> float:
    """Return the size of most letters, in points; 0 where none is known."""
    letters: Counter[float] = Counter()
    for block in blocks:
        if block.size:
            letters[block.size] += len(block.text)
    return max(letters, key=lambda size: (letters[size], size), default=0.0)


def _told(text: str) -> str:
    """Return a title on one line, without a mark before it, and its letters not set apart."""
    text = _MARK.sub("", _AMENDED.sub("", _PRIVATE.sub("", one_line(text))))
    return text.replace(" ", "") if _LETTERS.fullmatch(text) else text
