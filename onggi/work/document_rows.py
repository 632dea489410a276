"""What a row of the kind ``documents`` holds (see `onggi.documents.parsed`, which makes them).

A line of JSON and the texts of all documents, one after the other, packed. In the line stands whether a file of the
old formats was converted, and each text is the number of its characters: to find the end of a long string in JSON takes
as long as all else.
"""

import json
import zlib
from collections.abc import Sequence
from typing import Any

_FIELDS, _TEXT = 9, 2  # of a document, and which of them its text is


def packed(items: Sequence[list[Any]], converted: bool = False) -> bytes:
    """Return documents and errors as a row, and whether `onggi.documents.libreoffice` decides what they say."""
    texts = [item[_TEXT] for item in items if len(item) == _FIELDS]
    told = [[*item[:_TEXT], len(item[_TEXT]), *item[_TEXT + 1 :]] if len(item) == _FIELDS else item for item in items]
    line = json.dumps([converted, told], ensure_ascii=False, separators=(",", ":"))
    return zlib.compress("".join([line, "\n", *texts]).encode("utf-8", "replace"), 1)


def unpacked(row: bytes) -> tuple[list[list[Any]], bool]:
    """Return what `packed` was given: documents, with sections, meta data and origins, and errors.

    Raises
    ------
    ValueError
        The row holds something else.
    """
    try:
        line, _, texts = zlib.decompress(row).decode().partition("\n")
        converted, items = json.loads(line)
    except (zlib.error, RecursionError, TypeError) as error:
        raise ValueError(error) from error
    last = 0
    if not (isinstance(items, list) and isinstance(converted, bool)):
        raise ValueError("no list")
    for item in items:
        if _is_document(item):
            last, first = last + item[_TEXT], last
            item[_TEXT] = texts[first:last]
        elif not _is_error(item):
            raise ValueError("neither a document nor an error")
    if last != len(texts):
        raise ValueError("texts of another length")
    return items, converted


def _is_error(item: object) -> bool:
    match item:
        case [str(), str(), str(), bool()]:
            return True
    return False


def _is_document(item: object) -> bool:
    match item:
        case [str(), str(), int(length), list(parts), dict(meta), list(origins), list(tables), dict(removed), str()]:
            return (
                length >= 0
                and all(_stretch(part, length) for part in (*parts, *origins, *tables))
                and all(isinstance(value, str) for value in meta.values())
                and all(isinstance(count, int) for count in removed.values())
            )
    return False


def _stretch(item: object, length: int) -> bool:
    """Tell whether something is a section, an origin or a table of a text."""
    # Not `match`, which takes twice as long: there are a hundred of these a document.
    if not isinstance(item, list) or len(item) not in (3, 5):
        return False
    if len(item) == 5:
        start, end, unit, number, part = item
        bounds = start, end
        rest = isinstance(unit, str) and isinstance(number, int) and isinstance(part, str)
    elif isinstance(item[0], list):
        bounds, rest = (item[1], item[2]), all(isinstance(name, str) for name in item[0])
    else:
        bounds, rest = tuple(item), True
    last = 0
    for bound in bounds:
        if not isinstance(bound, int) or bound < last:
            return False
        last = bound
    return rest and last <= length
