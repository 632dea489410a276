"""The record streams of HWP 5: tag, level and data, by Hancom's "한글 문서 파일 형식 5.0", revision 1.3."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from onggi.core.errors import DocumentError

_BEGIN = 0x10
CHAR_SHAPE = _BEGIN + 5
NUMBERING = _BEGIN + 7
BULLET = _BEGIN + 8
PARA_SHAPE = _BEGIN + 9
STYLE = _BEGIN + 10
DISTRIBUTE_DOC_DATA = _BEGIN + 12
PARA_HEADER = _BEGIN + 50
PARA_TEXT = _BEGIN + 51
PARA_CHAR_SHAPE = _BEGIN + 52
PARA_RANGE_TAG = _BEGIN + 54
CTRL_HEADER = _BEGIN + 55
LIST_HEADER = _BEGIN + 56
SHAPE_COMPONENT = _BEGIN + 60
TABLE = _BEGIN + 61
EQEDIT = _BEGIN + 72
TEXTART = _BEGIN + 74
FORM_OBJECT = _BEGIN + 75
MEMO_LIST = _BEGIN + 77

_READ = {
    CHAR_SHAPE, NUMBERING, BULLET, PARA_SHAPE, STYLE, PARA_HEADER, PARA_TEXT, PARA_CHAR_SHAPE, PARA_RANGE_TAG,
    CTRL_HEADER, LIST_HEADER, SHAPE_COMPONENT, TABLE, EQEDIT, TEXTART, FORM_OBJECT,
    MEMO_LIST,
}  # fmt: skip
_NUMBERS = {kind: struct.Struct(f"<{kind}").unpack_from for kind in "BHI"}
_DEEPEST = 100
_MOST = 2_000_000


@dataclass(slots=True)
class Record:
    """A record and those below it."""

    tag: int
    level: int
    data: memoryview
    below: "list[Record]" = field(default_factory=list)

    def number(self, offset: int, kind: str) -> int:
        """Return the little-endian number at an offset, 0 where the record is too short; kinds are B, H and I."""
        try:
            (number,) = _NUMBERS[kind](self.data, offset)
        except struct.error:
            return 0
        return int(number)

    def string(self, offset: int) -> tuple[str, int]:
        """Return the text whose length (of UTF-16 units) stands at ``offset``, and the offset after it."""
        end = offset + 2 + 2 * self.number(offset, "H")
        return units(self.data[offset + 2 : end]), end


def units(data: memoryview | bytes) -> str:
    """Decode UTF-16; lone surrogates become U+FFFD, half a unit at the end is dropped."""
    return bytes(data[: len(data) // 2 * 2]).decode("utf-16-le", "replace")


def trees(stream: bytes, where: str) -> Iterator[Record]:
    """Yield the records of the lowest level with all below them; records that nobody reads are passed over.

    Raises
    ------
    DocumentError
        A record reaches beyond its stream, or they are nested too deep, or there are too many below one.
    """
    data, number = memoryview(stream), _NUMBERS["I"]
    path: list[Record] = []
    root: Record | None = None
    offset = count = 0
    while offset + 4 <= len(data):
        (header,) = number(data, offset)
        tag, level, size = header & 0x3FF, header >> 10 & 0x3FF, header >> 20
        offset += 4
        if size == 0xFFF:
            if offset + 4 > len(data):
                break
            (size,) = number(data, offset)
            offset += 4
        if offset + size > len(data):
            raise DocumentError(where, "is broken (a record reaches beyond its stream)", "save it again")
        record_data = data[offset : offset + size]
        offset += size
        if tag not in _READ:
            continue
        while path and path[-1].level >= level:
            path.pop()
        if not path and root is not None:
            yield root
            root, count = None, 0
        count += 1
        if len(path) > _DEEPEST or count > _MOST:
            raise DocumentError(where, "is nested too deep, or has too many records", "save it again, or split it")
        record = Record(tag, level, record_data)
        if path:
            path[-1].below.append(record)
        path.append(record)
        root = root or record
    if root is not None:
        yield root
