"""JSON and JSONL: a document for each record that has a text."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, Place
from onggi.documents.containers.member import Member
from onggi.documents.encoding import decode
from onggi.documents.parsed import Limits

_NAMES = {
    "text": ("text", "content", "contents", "body", "passage", "본문", "내용"),
    "title": ("title", "subject", "name", "제목"),
    "id": ("id", "_id", "doc_id"),
}
"""What the columns are usually called, where ``ingest.columns`` names none."""

_SCALAR = (str, int, float, bool)


def members(data: bytes, where: str, limits: Limits) -> Iterator[Member | DocumentError]:
    """Yield the records of a list, of lines, or of the one list that an object holds; an object alone is a record.

    A record that is no object, or has no text, is yielded as an error with its number.

    Raises
    ------
    DocumentError
        The file is not JSON, or none of its records has the column of the text.
    """
    text, encoding = decode(data, where)
    columns = dict(limits.columns)
    records = list(_records(text, where))
    if unknown := sorted(columns.keys() - _NAMES.keys()):
        raise DocumentError(where, f"ingest.columns names {', '.join(unknown)}", "it takes text, title and id")
    if not any(isinstance(record, DocumentError) or _column(record, "text", columns) for _, record in records):
        found = sorted({str(key) for _, record in records if isinstance(record, dict) for key in record})
        what = f"no record has a text (it has: {', '.join(found[:20]) or 'no columns'})"
        raise DocumentError(where, what, "name its column: ingest.columns: {text: NAME, title: NAME, id: NAME}")
    alone = len(records) == 1
    seen: set[str] = set()
    for number, record in records:
        if isinstance(record, DocumentError):
            yield record
            continue
        place = f"{where}:{number}"
        body = _column(record, "text", columns)
        if not body:
            yield DocumentError(place, "the record has no text", "remove it, or name the column in ingest.columns")
            continue
        path = "" if alone else re.sub(r"[\x00-\x1f/\\]+", "_", _column(record, "id", columns)) or str(number)
        if path in seen:
            yield DocumentError(place, f"another record has the id {path!r}", "make ids unique")
            continue
        seen.add(path)
        yield Member(path, _content(record, body, number, columns, encoding))


def _content(record: dict[str, Any], body: str, number: int, columns: Mapping[str, str], encoding: str) -> Content:
    title = _column(record, "title", columns)
    places = ((0, Place("record", number)),)
    heading = [Block(title, level=1, places=places)] if title else []
    return Content([*heading, Block(body, places=places)], title, {"encoding": encoding})


def _column(record: object, role: str, columns: Mapping[str, str]) -> str:
    if not isinstance(record, dict):
        return ""
    for name in [columns[role]] if role in columns else _NAMES[role]:
        value = record.get(name)
        if isinstance(value, _SCALAR) and str(value).strip():
            return str(value).strip()
        if isinstance(value, list) and value and all(isinstance(part, _SCALAR) for part in value):
            return "\n".join(map(str, value))
    return ""


def _records(text: str, where: str) -> Iterator[tuple[int, dict[str, Any] | DocumentError]]:
    text = text.removeprefix("\ufeff")
    try:
        whole = _loaded(text)
    except ValueError as error:
        if "\n" not in text.strip():
            raise DocumentError(where, f"is no JSON ({error})", "mend it, or save it again") from None
        yield from _lines(text.split("\n"), where)
        return
    if isinstance(whole, dict):
        lists = [
            value for value in whole.values() if isinstance(value, list) and any(isinstance(v, dict) for v in value)
        ]
        whole = lists[0] if len(lists) == 1 else [whole]
    for number, record in enumerate(whole if isinstance(whole, list) else [whole], start=1):
        yield number, record if isinstance(record, dict) else _no_object(where, number)


def _lines(lines: Iterable[str], where: str) -> Iterator[tuple[int, dict[str, Any] | DocumentError]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                record = _loaded(line)
            except ValueError as error:
                yield number, DocumentError(f"{where}:{number}", f"is no JSON ({error})", "mend the line")
                continue
            yield number, record if isinstance(record, dict) else _no_object(where, number)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_object(where: str, number: int) -> DocumentError:
    return DocumentError(f"{where}:{number}", "the record is no object", "remove it")
