"""What a row of each kind looks like: the memo hands out none that a model cannot have returned."""

import json
import math
import struct
from collections.abc import Callable, Mapping

from onggi.work.document_rows import unpacked

SLACK = 1e-2
"""How far from 1 the length of a unit vector may be; vectors of half precision are furthest."""


def wrong(kind: str, rows: Mapping[bytes, bytes]) -> set[bytes]:
    """Return the keys of rows that no model of this kind returns; of a kind that is not known here, of none."""
    return CHECKS[kind](rows) if kind in CHECKS else set()


def _vectors(rows: Mapping[bytes, bytes]) -> set[bytes]:
    """Unit vectors of float32; that of a text without a known token is zero."""
    import numpy as np

    by_size: dict[int, list[bytes]] = {}
    for key, row in rows.items():
        by_size.setdefault(len(row), []).append(key)
    found: set[bytes] = set()
    for size, keys in by_size.items():
        if size == 0 or size % 4:
            found.update(keys)
            continue
        vectors = np.frombuffer(b"".join(rows[key] for key in keys), np.float32).reshape(len(keys), -1)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is no unit vector
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
            right = (np.abs(lengths - 1) < SLACK) | ~vectors.any(axis=1)
        found.update(key for key, is_right in zip(keys, right.tolist(), strict=True) if not is_right)
    return found


def _each(right: Callable[[bytes], bool]) -> Callable[[Mapping[bytes, bytes]], set[bytes]]:
    return lambda rows: {key for key, row in rows.items() if not right(row)}


def _score(row: bytes) -> bool:
    """One finite float32."""
    return len(row) == 4 and math.isfinite(struct.unpack("<f", row)[0])


def _morphemes(row: bytes) -> bool:
    """As many starts, ends, forms and tags as it says (see `onggi.korean.rows`)."""
    if len(row) < 4 or len(row) < 4 + 8 * (count := memoryview(row[:4]).cast("I")[0]):
        return False
    strings = row[4 + 8 * count :]
    return strings.count(b"\n") == 2 * count - 1 and _is_text(strings) if count else not strings


def _words(row: bytes) -> bool:
    """A form and a tag on each line (see `onggi.korean.okt`)."""
    return not row or (_is_text(row) and all(b"\t" in line for line in row.split(b"\n")))


def _sentences(row: bytes) -> bool:
    """As many sentences, and morphemes of them, as it says (see `onggi.korean.rows`)."""
    if not row or len(row) % 4:
        return False
    count, *numbers = memoryview(row).cast("I").tolist()
    return 3 * count <= len(numbers) == 3 * count + sum(numbers[2 * count : 3 * count])


def _documents(row: bytes) -> bool:
    """What a file holds, packed (see `onggi.documents.parsed`)."""
    try:
        unpacked(row)
    except ValueError:
        return False
    return True


def _reply(row: bytes) -> bool:
    """What a language model said, and what that took (see `onggi.llm.messages.Reply`)."""
    try:
        content = json.loads(row)
        return isinstance(content["text"], str) and content.keys() >= {"prompt_tokens", "completion_tokens"}
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


CHECKS: dict[str, Callable[[Mapping[bytes, bytes]], set[bytes]]] = {
    "embeddings": _vectors,
    "scores": _each(_score),
    "morphemes": _each(_morphemes),
    "words": _each(_words),
    "sentences": _each(_sentences),
    "documents": _each(_documents),
    "replies": _each(_reply),
}
