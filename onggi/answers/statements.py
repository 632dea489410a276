"""What of a chunk can be quoted: sentences, list items and table rows, and stretches of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onggi.core.schema import Chunk
from onggi.korean.kiwi import CONTENT_TAGS, morphemes_of
from onggi.korean.units import Unit, headings, is_header, tidy, units

Terms = frozenset[str]

_ASKED = re.compile(r"\[?(?:질문|문의)\s?\d*\]|[QＱ문][.:)]")
_ANSWERED = re.compile(r"^(?:\[답변?\]|답변[.:]|[AＡ답][.:)])\s*")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, list item or table row, or several that follow each other below one heading.

    ``own`` are its terms, ``above`` those of the headings, labels, column names and the question it stands under;
    ``first`` and ``last`` count the statements of its chunk.
    """

    text: str
    own: Terms
    above: Terms
    first: int = 0
    last: int = 0


def quotes(chunk: Chunk, length: int) -> list[Statement]:
    """Return what of a chunk is quoted: from each statement on, as many of its heading as ``length`` characters hold.

    One that is longer by itself is cut between words; one that ends as the one before it does is left out.
    """
    found: list[Statement] = []
    every = list(statements(chunk))
    ended = 0
    for first, one in enumerate(every):
        last, size = first + 1, len(one.text)
        while last < len(every) and every[last].above == one.above and size + 2 + len(every[last].text) <= length:
            size += 2 + len(every[last].text)
            last += 1
        if last > ended:
            inside = every[first:last]
            text = cut(". ".join(statement.text for statement in inside), length)
            own = one.own.union(*(statement.own for statement in inside))
            found.append(Statement(text, own, one.above, first, last - 1))
            ended = last
    return found


def statements(chunk: Chunk) -> Iterator[Statement]:
    """Cut a chunk into the statements an answer can be taken from; a question in it is above what follows it."""
    pieces = units(chunk.text, headings(chunk))
    of_heading = _terms_of(sorted({name for unit in pieces for name in unit.heading}))
    nothing: Terms = frozenset()
    header, names, asked = -1, list[str](), nothing
    for unit in pieces:
        text = _ANSWERED.sub("", tidy(chunk.text[unit.start : unit.end]))
        above = asked.union(*(of_heading[name] for name in unit.heading))
        if unit.kind == "heading" or text.endswith("?") or _ASKED.match(text):
            asked = _terms(unit) if unit.kind != "heading" else nothing
        elif unit.kind == "row":
            if unit.block != header:
                header = unit.block
                rows = [_values(chunk, row) for row in pieces if row.block == unit.block]
                names = rows[0] if is_header(rows) else []
                if names:
                    continue
            named = _terms_of(names)
            yield Statement(_row(names, _values(chunk, unit)), _terms(unit), above.union(*named.values()))
        else:
            label = _terms_of([unit.label])[unit.label]
            yield Statement(text, _terms(unit), above | label)


def cut(text: str, length: int) -> str:
    """Return at most ``length`` characters of a text, cut between words where a word ends in its second half."""
    if len(text) <= length:
        return text
    return text[: max(text.rfind(" ", 0, length + 1), length // 2)].rstrip()


def _row(names: Sequence[str], values: Sequence[str]) -> str:
    """Return a row as it is quoted: what it is about, then each value behind its column's name."""
    if len(values) > len(names):
        return " | ".join(filter(None, values))
    first, *rest = values
    return " | ".join([first, *(f"{name}: {value}" for name, value in zip(names[1:], rest, strict=False) if value)])


def _values(chunk: Chunk, row: Unit) -> list[str]:
    return [tidy(chunk.text[start:end]) for start, end in row.cells]


def _terms(unit: Unit) -> Terms:
    return frozenset(m.form.lower() for m in unit.morphemes if m.tag in CONTENT_TAGS)


def _terms_of(texts: Iterable[str]) -> dict[str, Terms]:
    given = list(texts)
    return dict(zip(given, map(frozenset, morphemes_of(given)), strict=True))
