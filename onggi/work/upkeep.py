"""Upkeep of the memo: what it holds, making it smaller, checking it."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from onggi.core.errors import MemoError
from onggi.work import kinds
from onggi.work.folders import Folders
from onggi.work.store import Store, is_whole

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
ROWS_PER_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Stats:
    """Where a memo is, its bytes on disk, and the number and bytes of its rows by kind and of its checkpoints."""

    path: str
    bytes: int
    kinds: dict[str, tuple[int, int]]
    checkpoints: tuple[int, int]


def stats(store: Store, folders: Folders) -> Stats:
    """Return what a memo holds."""
    query = "SELECT kind, count(*), sum(length(value)) FROM rows GROUP BY kind ORDER BY kind"
    found = {str(kind): (int(rows), int(size)) for kind, rows, size in store.rows(query)}
    held = folders.held()
    size = sum(folder.bytes for folder in held)
    return Stats(str(store.path), size_on_disk(store) + size, found, (len(held), size))


def size_on_disk(store: Store) -> int:
    """Return the bytes that the store takes, those not yet in its main file included."""
    files = (store.path, store.path.with_name(f"{store.path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def shrink(store: Store, folders: Folders, size: int) -> tuple[int, int]:
    """Forget rows and checkpoints, those first that were used longest ago, until the memo takes at most ``size`` bytes.

    Of what was last used on one day checkpoints go first: the next training seldom asks for them. Returns how many
    rows and how many checkpoints are gone.
    """
    store.note_use()
    rows_gone, folders_gone = 0, 0
    held = folders.held()
    while (taken := size_on_disk(store) + sum(folder.bytes for folder in held)) > size:
        oldest = next((int(used) for (used,) in store.rows("SELECT min(day) FROM rows") if used is not None), None)
        if held and (oldest is None or held[0].day <= oldest):
            folders.forget(held.pop(0).name)
            folders_gone += 1
            continue
        before = held[0].day if held else sys.maxsize
        if not (gone := _forget_rows(store, before, taken - size)):
            break
        rows_gone += gone
    return rows_gone, folders_gone


def _forget_rows(store: Store, before: int, excess: int) -> int:
    """Forget some of the rows that were last used before a day; return how many."""
    rows = count(store)
    # Rows are of unlike size: forget as many as would do on average, and look again.
    some = min(rows, max(1, round(rows * excess / max(size_on_disk(store), 1))))
    oldest = "SELECT rowid FROM rows WHERE day < ? ORDER BY day, rowid LIMIT ?"
    store.write(f"DELETE FROM rows WHERE rowid IN ({oldest})", [(before, some)])
    store.compact()
    return rows - count(store)


def damaged(store: Store, folders: Folders) -> tuple[int, int]:
    """Remove the rows and checkpoints that are not what was written, or that no model returned; return how many."""
    rows = iter(store.rows("SELECT rowid, key, kind, value, sum FROM rows"))
    wrong: list[tuple[int]] = []
    while block := list(islice(rows, ROWS_PER_BLOCK)):
        found = wrong_rows(row[1:] for row in block)
        wrong += [(row[0],) for place, row in enumerate(block) if place in found]
    store.write("DELETE FROM rows WHERE rowid = ?", wrong)
    broken = [key for key in folders.kept() if folders.problem(key)]
    for key in broken:
        folders.forget(key)
    return len(wrong), len(broken)


def wrong_rows(rows: Iterable[tuple[Any, Any, Any, Any]]) -> set[int]:
    """Return the places of rows (key, kind, value, checksum) that were not written so, or that no model returned."""
    wrong: set[int] = set()
    by_kind: dict[str, dict[bytes, bytes]] = {}
    for place, (key, kind, value, total) in enumerate(rows):
        if is_whole(key, value, total) and isinstance(kind, str):
            by_kind.setdefault(kind, {})[place.to_bytes(8, "big")] = value
        else:
            wrong.add(place)
    for kind, of_kind in by_kind.items():
        wrong |= {int.from_bytes(place, "big") for place in kinds.wrong(kind, of_kind)}
    return wrong


def parse_size(text: str) -> int:
    """Return a size in bytes.

    Raises
    ------
    MemoError
        It is no number with a unit.

    Examples
    --------
    >>> parse_size("500MB"), parse_size("1.5 GiB")
    (500000000, 1610612736)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?)B?\s*", text.upper())
    if not found or found[2] not in UNITS:
        raise MemoError("--max-size", f"got {text!r}", "write a number with a unit, such as 500MB, 5GB or 1.5GiB")
    return int(float(found[1]) * UNITS[found[2]])


def human(size: int) -> str:
    """Return bytes as people read them.

    Examples
    --------
    >>> human(999), human(11_796_480)
    ('999 B', '11.8 MB')
    """
    if size < 1000:
        return f"{size} B"
    value, units = float(size), iter(("kB", "MB", "GB", "TB", "PB"))
    unit = ""
    while value >= 1000:
        value, unit = value / 1000, next(units)
    return f"{value:.1f} {unit}"


def count(store: Store) -> int:
    """Return how many rows a store holds."""
    return next((int(rows) for (rows,) in store.rows("SELECT count(*) FROM rows")), 0)
