"""Markdown: visible text without its markup."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, Place, row_blocks
from onggi.documents.encoding import decode
from onggi.documents.markup import front_matter, html
from onggi.documents.markup.wrapping import goes_on, wrapped

_STRONG = re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_RESERVED = {"encoding"}
_DEEPEST = 100
_CONTAINERS = {"blockquote_open", "list_item_open", "bullet_list_open", "ordered_list_open"}


def read(data: bytes, where: str) -> Content:
    """Read Markdown with tables.

    The scalars of a YAML front matter go to the meta data, its ``title`` becomes the title.

    Raises
    ------
    DocumentError
        The bytes are not text (see `decode`), or quotes and lists nest too deep to be read whole.
    """
    text, encoding = decode(data, where)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    front, body = front_matter.split(text)
    title = front.pop("title", "")
    kept = {key: value for key, value in front.items() if key not in _RESERVED}
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    tokens = parser.parse(body)
    # The parser passes over what stands in such a block.
    if any(token.level >= _DEEPEST - 1 and token.type in _CONTAINERS for token in tokens):
        what = f"its quotes and lists are nested more than {_DEEPEST} deep"
        raise DocumentError(where, what, "remove it, or save its text in another format")
    walk = _Walk(where, wrapped(token.content for token in tokens if token.type == "inline"))
    walk.above = text.count("\n") - body.count("\n")
    return Content(walk.blocks(tokens), title, {"encoding": encoding, **kept})


@dataclass
class _Walk:
    """Where in the tokens of a document we are."""

    where: str
    wrapped: bool
    above: int = 0  # lines of the front matter
    lists: list[int | None] = field(default_factory=list)  # next number of each open list; None: bullets
    marker: str = ""
    heading: int | None = None
    opened: bool = False  # something of the outermost open list has been told
    rows: list[list[str]] | None = None

    def blocks(self, tokens: list[Token]) -> Iterator[Block]:
        for token in tokens:
            match token.type:
                case "heading_open":
                    self.heading = int(token.tag[1])
                case "bullet_list_open" | "ordered_list_open":
                    ordered = token.type == "ordered_list_open"
                    self.opened = self.opened and bool(self.lists)
                    self.lists.append(int(token.attrs.get("start", 1)) if ordered else None)
                case "bullet_list_close" | "ordered_list_close":
                    self.lists.pop()
                case "list_item_open":
                    number = self.lists[-1]
                    self.marker = "" if number is None else f"{number}. "
                    self.lists[-1] = None if number is None else number + 1
                case "table_open":
                    self.rows = []
                    line = self._line(token)
                case "tr_open" if self.rows is not None:
                    self.rows.append([])
                case "table_close":
                    lines = itertools.chain([line], itertools.count(line + 2))  # its rule between them
                    yield from row_blocks(self.rows or [], 1, (Place("line", at) for at in lines))
                    self.rows = None
                case "inline" if self.rows:
                    self.rows[-1].append(_inline(token, self.wrapped))
                case "inline":
                    yield self._block(_inline(token, self.wrapped), token)
                case "fence" | "code_block":
                    yield self._block(token.content, token)
                case "html_block":
                    place = Place("line", self._line(token))
                    yield from (
                        replace(block, places=((0, place),)) for block in html.blocks(token.content, self.where)
                    )

    def _line(self, token: Token) -> int:
        """Return the line of the file where a token starts."""
        return self.above + (token.map[0] if token.map else 0) + 1

    def _block(self, text: str, token: Token) -> Block:
        level, self.heading = self.heading, None
        marker, self.marker = self.marker, ""
        tight = bool(self.lists) and self.opened
        self.opened = bool(self.lists)
        return Block(marker + text, level, tight, places=((0, Place("line", self._line(token))),))


def _inline(token: Token, is_wrapped: bool) -> str:
    children = token.children or []
    parts = []
    for at, child in enumerate(children):
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            below = next((later.content for later in children[at + 1 :] if later.content), "")
            parts.append(" " if goes_on("".join(parts[-3:]), below, is_wrapped) else "\n")
        elif child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.fullmatch(child.content)):
            parts.append("\n")
    text = "".join(parts)
    if any(child.type == "code_inline" for child in children):
        return text
    # CommonMark does not close **"…"** before a Hangul particle, though people write it so and mean bold.
    return _STRONG.sub(r"\1", text)
