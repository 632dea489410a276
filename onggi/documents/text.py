"""Plain text: every line is kept, no headings are guessed."""

from onggi.documents.blocks import Block, Content
from onggi.documents.encoding import decode


def read(data: bytes, where: str) -> Content:
    """Read plain text; raises `DocumentError` (see `decode`)."""
    text, encoding = decode(data, where)
    return Content([Block(text)], meta={"encoding": encoding})
