"""Paragraphs of the model → blocks: numbers counted, objects told after the paragraph that anchors them."""

from collections.abc import Iterable, Iterator

from onggi.documents.blocks import Block, Place
from onggi.documents.hwp import tables
from onggi.documents.hwp.model import Level, Paragraph, Table
from onggi.documents.hwp.numbering import Counters

_LONGEST_HEADING = 150
"""Characters. Outline levels are also used to number the paragraphs of running text."""


class Flow:
    """Turns paragraphs into blocks in the order of the document, which is the order in which numbers are counted."""

    def __init__(self, numberings: dict[int, tuple[Level, ...]]) -> None:
        self._counters = Counters(numberings)
        self._notes: list[Paragraph] = []  # cited, and not told yet
        self._tables = 0  # around what is told now

    def body(self, paragraphs: Iterable[Paragraph]) -> Iterator[Block]:
        """Yield the blocks of the body, each paragraph with its place."""
        for number, paragraph in enumerate(paragraphs, 1):
            yield from self._told(paragraph, ((0, Place("paragraph", number)),))

    def _blocks(self, paragraphs: Iterable[Paragraph]) -> Iterator[Block]:
        for paragraph in paragraphs:
            yield from self._told(paragraph, ())

    def _told(self, paragraph: Paragraph, places: tuple[tuple[int, Place], ...]) -> Iterator[Block]:
        yield self._own(paragraph, places)
        for part in paragraph.parts:
            if isinstance(part, Table):
                yield from self._table(part)
            elif part.note:
                self._notes += part.paragraphs
            else:
                yield from self._blocks(part.paragraphs)
        if self._notes and not self._tables:
            notes, self._notes = self._notes, []
            yield from self._blocks(notes)

    def _own(self, paragraph: Paragraph, places: tuple[tuple[int, Place], ...]) -> Block:
        shape, text = paragraph.shape, paragraph.text.strip()
        label = shape.bullet
        if shape.numbering is not None:
            label = self._counters.label(shape.numbering or paragraph.outline, shape.depth)
        level = shape.level if len(text) <= _LONGEST_HEADING else None
        return Block(
            f"{label} {text}" if label and text else text, level, False, places, paragraph.size, paragraph.bold
        )

    def _table(self, table: Table) -> Iterator[Block]:
        if table.caption_above:
            yield from self._blocks(table.caption)
        if len(table.cells) == 1:  # a frame around paragraphs
            yield from self._blocks(table.cells[0].paragraphs)
        else:
            self._tables += 1
            yield from tables.blocks(table, self._blocks)
            self._tables -= 1
        if not table.caption_above:
            yield from self._blocks(table.caption)
