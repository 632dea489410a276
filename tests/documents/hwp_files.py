"""HWP 5 files of records, made on the spot: nobody else writes them, and what is broken must be broken on purpose."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from onggi.documents.hwp import records

COMPRESSED, PASSWORD, DISTRIBUTION, DRM = 1, 2, 4, 16
_SECTOR = 512
_END, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
_CODES = {"secd": 2, "cold": 2, "tcmt": 15, "head": 16, "foot": 16, "fn  ": 17, "en  ": 17, "atno": 18, "tcps": 23}
_OBJECT, _FIELD = 11, 3


def ole(streams: Mapping[str, bytes]) -> bytes:
    """Write a compound file; streams are padded with zeros to 4096 bytes, so that all of them lie in sectors."""
    names = ["Root Entry", *dict.fromkeys(name.split("/")[0] for name in streams if "/" in name), *streams]
    folders = {name: place for place, name in enumerate(names) if name not in streams}
    inside: dict[str, list[int]] = {folder: [] for folder in folders}
    for place, name in enumerate(names[1:], 1):
        inside[name.split("/")[0] if "/" in name else "Root Entry"].append(place)
    fat: list[int] = []
    body, starts = b"", {}
    for name, data in streams.items():
        padded = data.ljust(4096, b"\0")
        starts[name] = len(fat), len(padded)
        body += padded + bytes(-len(padded) % _SECTOR)
        fat += [*range(len(fat) + 1, len(body) // _SECTOR), _END]
    directory = b"".join(_entry(name, place, folders, inside, starts) for place, name in enumerate(names))
    directory += bytes(-len(directory) % _SECTOR)
    first = len(fat)
    fat += [*range(first + 1, first + len(directory) // _SECTOR), _END]
    tables = next(n for n in range(1, 109) if 128 * n >= len(fat) + n)
    places = list(range(len(fat), len(fat) + tables))
    fat += [0xFFFFFFFD] * tables
    fat += [_FREE] * (128 * tables - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, first, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    return header + body + directory + struct.pack(f"<{len(fat)}I", *fat)


def _entry(
    name: str,
    place: int,
    folders: Mapping[str, int],
    inside: Mapping[str, Sequence[int]],
    starts: Mapping[str, tuple[int, int]],
) -> bytes:
    """Write a directory entry; those of a folder hang on each other as a chain to the right."""
    children = inside.get(name, [])
    siblings = next((found for found in inside.values() if place in found), [place])
    after = siblings[siblings.index(place) + 1 :]
    start, size = starts.get(name, (_END, 0))
    kind = 5 if place == 0 else 1 if name in folders else 2
    label = name.split("/")[-1].encode("utf-16-le")
    links = [_NONE, after[0] if after else _NONE, children[0] if children else _NONE]
    head = struct.pack("<64sHBB3I", label, len(label) + 2, kind, 1, *links)
    return head + bytes(36) + struct.pack("<IQ", start, size)


@dataclass(frozen=True)
class Node:
    """A record and those below it."""

    tag: int
    data: bytes = b""
    below: "tuple[Node, ...]" = ()


def write(nodes: Sequence[Node], level: int = 0) -> bytes:
    """Write records with their levels."""
    out = []
    for node in nodes:
        size = min(len(node.data), 0xFFF)
        out.append(struct.pack("<I", node.tag | level << 10 | size << 20))
        out.append(struct.pack("<I", len(node.data)) if size == 0xFFF else b"")
        out += [node.data, write(node.below, level + 1)]
    return b"".join(out)


def text(value: str) -> bytes:
    """Write a string behind its length."""
    return struct.pack("<H", len(value)) + value.encode("utf-16-le")


def paragraph(*parts: str | Node, shape: int = 0, style: int = 0, letters: Sequence[tuple[int, int]] = ()) -> Node:
    """Make a paragraph of text and of controls; ``letters`` are places and ids of the shapes that begin there."""
    said = b""
    for part in parts:
        if isinstance(part, str):
            said += part.encode("utf-16-le")
        else:
            name = part.data[:4][::-1].decode()
            code = _FIELD if name.startswith("%") else _CODES.get(name, _OBJECT)
            said += struct.pack("<8H", code, *[0xD800] * 6, code)  # what a control holds in the text is no text
    controls = [part for part in parts if isinstance(part, Node)]
    below = [
        Node(records.PARA_TEXT, said + "\r".encode("utf-16-le")),
        Node(records.PARA_CHAR_SHAPE, b"".join(struct.pack("<II", *pair) for pair in letters or [(0, 0)])),
        *controls,
    ]
    return Node(records.PARA_HEADER, struct.pack("<IIHB13x", len(said) // 2 + 1, 0, shape, style), tuple(below))


def marked(node: Node, *ranges: tuple[int, int, int]) -> Node:
    """Mark ranges of the text of a paragraph: where they begin and end, and of what kind they are."""
    data = b"".join(struct.pack("<III", start, end, kind << 24) for start, end, kind in ranges)
    return Node(node.tag, node.data, (*node.below, Node(records.PARA_RANGE_TAG, data)))


def control(name: str, data: bytes = b"", *below: Node) -> Node:
    """Make the record of a control."""
    return Node(records.CTRL_HEADER, name.encode()[::-1] + data, below)


def listed(*paragraphs: Node | str, data: bytes = bytes(8)) -> tuple[Node, ...]:
    """Make a list of paragraphs."""
    found = [paragraph(item) if isinstance(item, str) else item for item in paragraphs]
    return Node(records.LIST_HEADER, data), *found


def cell(
    column: int, row: int, *paragraphs: Node | str, columns: int = 1, rows: int = 1, head: bool = False
) -> tuple[Node, ...]:
    """Make a cell."""
    flags = struct.pack("<II4H18x", len(paragraphs), head << 18, column, row, columns, rows)
    return listed(*paragraphs, data=flags)


def table(*cells: tuple[Node, ...], caption: str = "", above: bool = True) -> Node:
    """Make a table, with its caption above or below."""
    before = listed(caption, data=struct.pack("<III", 1, 0, 2 if above else 3)) if caption else ()
    inner = [node for group in cells for node in group]
    return control("tbl ", bytes(42), *before, Node(records.TABLE, bytes(20)), *inner)


def section(outline: int) -> Node:
    """Make the definition of a section, which names the numbering of its outline."""
    return control("secd", struct.pack("<IHHHIH", 0, 0, 0, 0, 0, outline))


def letter(points: float, bold: bool) -> Node:
    """Make a shape of letters."""
    return Node(records.CHAR_SHAPE, bytes(42) + struct.pack("<iI", round(points * 100), bold << 1))


def shape(kind: int = 0, depth: int = 0, definition: int = 0) -> Node:
    """Make a shape of paragraphs; kinds are none, outline, number and bullet."""
    return Node(records.PARA_SHAPE, struct.pack("<I26xH", kind << 23 | depth << 25, definition))


def style(name: str) -> Node:
    """Make a style."""
    return Node(records.STYLE, text(name) + text(""))


def numbering(*levels: tuple[str, int], start: int = 1) -> Node:
    """Make a numbering of patterns and kinds of numerals."""
    padded = [*levels, *[("", 0)] * (7 - len(levels))]
    heads = b"".join(struct.pack("<IHHI", kind << 5, 0, 0, 0) + text(pattern) for pattern, kind in padded)
    return Node(records.NUMBERING, heads + struct.pack("<H", start))


def bullet(sign: str) -> Node:
    """Make a bullet."""
    return Node(records.BULLET, bytes(12) + sign.encode("utf-16-le"))


def hwp(
    *sections: Sequence[Node] | bytes,
    info: Sequence[Node] = (),
    flags: int = COMPRESSED,
    extra: Mapping[str, bytes] = {},
) -> bytes:
    """Make an HWP 5 file of the paragraphs (or the bytes) of its sections."""
    folder = "ViewText" if flags & DISTRIBUTION else "BodyText"
    streams = {
        "FileHeader": header(flags),
        "DocInfo": packed(write(info), flags),
    }
    for place, nodes in enumerate(sections):
        data = nodes if isinstance(nodes, bytes) else packed(write(nodes), flags)
        streams[f"{folder}/Section{place}"] = locked(data) if flags & DISTRIBUTION else data
    return ole({**streams, **extra})


def header(flags: int) -> bytes:
    """Make the stream that says what the file is."""
    return b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags) + bytes(216)


def packed(data: bytes, flags: int = COMPRESSED) -> bytes:
    """Deflate a stream without a header, if the file does."""
    if not flags & COMPRESSED:
        return data
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


def locked(data: bytes, seed: int = 0x12345) -> bytes:
    """Encrypt a section as documents for distribution are: its key stands in the first record, below a mask."""
    key = b"0123456789abcdef"
    state, mask = seed, bytearray()
    while len(mask) < 256:
        state = (state * 214013 + 2531011) % 2**32
        value = state >> 16 & 0xFF
        state = (state * 214013 + 2531011) % 2**32
        mask += bytes([value]) * ((state >> 16 & 0xF) + 1)
    shown = bytearray(256)
    offset = 4 + (seed & 0xF)
    shown[offset : offset + 16] = key
    hidden = seed.to_bytes(4, "little") + bytes(a ^ b for a, b in zip(shown, mask, strict=False))[4:256]
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    padded = data + bytes(-len(data) % 16)
    return write([Node(records.DISTRIBUTE_DOC_DATA, hidden)]) + cipher.update(padded) + cipher.finalize()
