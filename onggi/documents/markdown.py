"""Markdown: visible text without its markup."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from onggi.core.errors import DocumentError
from onggi.documents import html
from onggi.documents.blocks import Block, Content, row_blocks
from onggi.documents.encoding import decode

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_RESERVED = {"encoding", "pages"}
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
    front, text = _front_matter(text)
    title = front.pop("title", "")
    kept = {key: value for key, value in front.items() if key not in _RESERVED}
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    # The parser passes over what stands in such a block.
    if any(token.level >= _DEEPEST - 1 and token.type in _CONTAINERS for token in tokens):
        what = f"its quotes and lists are nested more than {_DEEPEST} deep"
        raise DocumentError(where, what, "remove it, or save its text in another format")
    return Content(_Walk(where).blocks(tokens), title, {"encoding": encoding, **kept})


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    try:
        loaded = YAML(typ="safe").load(match[1])
    except (YAMLError, ValueError):
        return {}, text
    if not isinstance(loaded, dict):  # a rule above and below some text
        return {}, text
    scalars = {str(k): str(v) for k, v in loaded.items() if v is not None and not isinstance(v, (dict, list, set))}
    return scalars, text[match.end() :]


@dataclass
class _Walk:
    """Where in the tokens of a document we are."""

    where: str
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
                case "tr_open" if self.rows is not None:
                    self.rows.append([])
                case "table_close":
                    yield from row_blocks(self.rows or [])
                    self.rows = None
                case "inline" if self.rows:
                    self.rows[-1].append(_inline(token))
                case "inline":
                    yield self._block(_inline(token))
                case "fence" | "code_block":
                    yield self._block(token.content)
                case "html_block":
                    yield from html.blocks(token.content, self.where)

    def _block(self, text: str) -> Block:
        level, self.heading = self.heading, None
        marker, self.marker = self.marker, ""
        tight = bool(self.lists) and self.opened
        self.opened = bool(self.lists)
        return Block(marker + text, level, tight)


def _inline(token: Token) -> str:
    children = token.children or []
    parts = []
    for child in children:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.fullmatch(child.content)):
            parts.append("\n")
    text = "".join(parts)
    if any(child.type == "code_inline" for child in children):
        return text
    # CommonMark does not close **"…"** before a Hangul particle, though people write it so and mean bold.
    return _STRONG.sub(r"\1", text)
