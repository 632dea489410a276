"""A BEIR ``corpus.jsonl``: one document a line, streamed in the order of the ids."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onggi.core.errors import DocumentError
from onggi.core.schema import Document
from onggi.documents.blocks import Block, Content, one_line
from onggi.documents.parsed import Limits, parsed

_REQUIRED = ("_id", "text")
_KNOWN = ("_id", "title", "text", "metadata")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """Where a document stands in the file: all that is kept of it in memory."""

    doc_id: str
    offset: int
    line: int


def index(path: Path) -> Iterator[Entry | DocumentError]:
    """Yield the place of each document, or what is wrong with its line, in the order of the file.

    Raises
    ------
    DocumentError
        Two lines have one id.
    """
    lines: dict[str, int] = {}
    offset = 0
    with path.open("rb") as file:
        for line, data in enumerate(file, 1):
            if data.strip():
                try:
                    doc_id = _row(data, f"{path}:{line}")["_id"]
                except DocumentError as error:
                    yield error
                else:
                    if doc_id in lines:
                        what = f"_id {doc_id!r} is also in line {lines[doc_id]}"
                        raise DocumentError(f"{path}:{line}", what, "give each document its own")
                    lines[doc_id] = line
                    yield Entry(doc_id, offset, line)
            offset += len(data)


def document(data: bytes, doc_id: str, where: str, limits: Limits) -> Document:
    """Return the document of one line; without a title it is called by its id.

    Raises
    ------
    DocumentError
        The line is not BEIR's (see `read`), or it holds no text or too much.
    """
    found = parsed(read(data, where), "beir", where, limits)
    title = found.title or doc_id
    return Document(doc_id, title, title, found.format, found.text, found.sections, found.meta)


def read(data: bytes, where: str) -> Content:
    """Read one line. Text is verbatim; the title, if there is one, is the only heading.

    Raises
    ------
    DocumentError
        The line is not UTF-8 or JSON, or its keys are not BEIR's.
    """
    row = _row(data, where)
    title, text = one_line(row.get("title") or ""), row["text"]
    if not title:
        return Content([Block(text)])
    first, _, rest = text.lstrip().partition("\n")
    if one_line(first.lstrip("# ")) == title:  # a page that opens with its own title
        text = rest
    if not text.strip():
        return Content([Block(title)], title)
    return Content([Block(title, level=1), Block(text)], title)


def _row(data: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DocumentError(where, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise DocumentError(where, f"not JSON ({error})", "write one object a line") from None
    except ValueError:  # the one other that json raises, in words for programmers
        raise DocumentError(where, "a number has over 4,300 digits", "write it as a string") from None
    if not isinstance(row, dict):
        raise DocumentError(where, f"holds a {type(row).__name__}, not an object", "write one object a line")
    for key in row:
        if key not in _KNOWN:
            raise DocumentError(where, f"unknown key {key!r}", f"known here: {', '.join(_KNOWN)}")
    for key in _REQUIRED:
        if key not in row:
            raise DocumentError(where, f"the key {key!r} is missing", "add it")
    for key, value in row.items():
        if key != "metadata" and not isinstance(value, str) and (key, value) != ("title", None):
            raise DocumentError(where, f"{key!r} is a {type(value).__name__}, not a string", "quote it")
    row["_id"] = unicodedata.normalize("NFC", row["_id"])
    if not row["_id"].strip() or not row["_id"].isprintable():
        raise DocumentError(where, f"_id is {row['_id']!r}", "give each document an id of printable characters")
    return row
