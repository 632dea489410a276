"""RTF: its text, by striprtf."""

from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from onggi.documents.blocks import Block, Content, Place


def read(data: bytes, where: str) -> Content:
    """Read the paragraphs of a document; cells of a table stand on one line with bars between them."""
    text = rtf_to_text(data.decode("latin-1"), encoding="cp949", errors="replace")
    return Content(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    number = 0
    for line in text.split("\n"):
        if line.strip():
            number += 1
            yield Block(line.replace("|", " | "), places=((0, Place("paragraph", number)),))
