"""What a row of the kind ``documents`` holds (see `onggi.documents.parsed`, which makes them).

A line of JSON and the texts of all documents, one after the other, packed. In the line stands whether a file of the
old formats was converted, and each text is the number of its characters: to find the end of a long string in JSON takes
as long as all else. Sections, origins and tables stand in columns, which takes a third of the time of rows.
"""

import json
import zlib
from collections.abc import Sequence
from itertools import pairwise
from operator import le
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
        case [str(), str(), int(length), list(sections), dict(meta), origins, tables, dict(removed), str()]:
            return (
                length >= 0
                and _are_stretches(sections, length, slice(1, 3), list, int, int)
                and all(isinstance(name, str) for heading in sections[0] for name in heading)
                and _are_stretches(origins, length, slice(0, 2), int, int, str, int, str)
                and _are_stretches(tables, length, slice(0, 3), int, int, int)
                and all(isinstance(value, str) for value in meta.values())
                and all(isinstance(count, int) for count in removed.values())
            )
    return False


def _are_stretches(columns: object, length: int, bounds: slice, *types: type) -> bool:
    """Tell whether columns of these types are those of stretches of a text, of which some are bounds in order."""
    if not isinstance(columns, list) or len(columns) != len(types):
        return False
    for column, kind in zip(columns, types, strict=True):
        if not isinstance(column, list) or len(column) != len(columns[0]) or not set(map(type, column)) <= {kind}:
            return False
    ordered = all(all(map(le, *pair)) for pair in pairwise(columns[bounds]))
    return ordered and min(columns[bounds][0], default=0) >= 0 and max(columns[bounds][-1], default=0) <= length
