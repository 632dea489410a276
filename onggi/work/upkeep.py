"""Upkeep of the memo: what it holds, making it smaller, checking it, handing it on."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from onggi.core.errors import MemoError
from onggi.core.outs import replacing
from onggi.work.store import FORMAT, SCHEMA, Store, day, is_whole

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


@dataclass(frozen=True, slots=True)
class Stats:
    """Where a memo is, the bytes of its file, and for each kind of rows their number and bytes."""

    path: str
    bytes: int
    kinds: dict[str, tuple[int, int]]


def stats(store: Store) -> Stats:
    """Return what a store holds."""
    query = "SELECT kind, count(*), sum(length(value)) FROM rows GROUP BY kind ORDER BY kind"
    kinds = {str(kind): (int(rows), int(size)) for kind, rows, size in store.rows(query)}
    return Stats(str(store.path), size_on_disk(store), kinds)


def size_on_disk(store: Store) -> int:
    """Return the bytes that the store takes, those not yet in its main file included."""
    files = (store.path, store.path.with_name(f"{store.path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def shrink(store: Store, size: int) -> int:
    """Forget the rows that were used longest ago until the store takes at most ``size`` bytes; return how many."""
    store.note_use()
    gone = 0
    while (taken := size_on_disk(store)) > size:
        rows = _count(store)
        if not rows:
            break
        # Rows are of unlike size: forget as many as would do on average, look again, and end with what is left.
        some = rows if size == 0 else max(1, round(rows * (1 - size / taken)))
        oldest = "SELECT rowid FROM rows ORDER BY day, rowid LIMIT ?"
        store.write(f"DELETE FROM rows WHERE rowid IN ({oldest})", [(some,)])
        store.compact()
        gone += some
        if some == rows:
            break
    return gone


def damaged(store: Store) -> int:
    """Remove the rows that are not what was written; return how many there were."""
    found = [
        (rowid,)
        for rowid, key, value, total in store.rows("SELECT rowid, key, value, sum FROM rows")
        if not is_whole(key, value, total)
    ]
    store.write("DELETE FROM rows WHERE rowid = ?", found)
    return len(found)


def export(store: Store, path: Path) -> int:
    """Write all rows that are whole to a file that `take_over` reads; return how many.

    Raises
    ------
    MemoError
        The file is the store itself.
    """
    if path.exists() and path.samefile(store.path):
        raise MemoError(path, "is the memo itself", "name another file")
    rows = store.rows("SELECT key, kind, value, sum FROM rows ORDER BY key")
    with replacing(path) as temporary, closing(sqlite3.connect(temporary)) as file, file:
        file.execute(SCHEMA)
        file.execute(f"PRAGMA user_version = {FORMAT}")
        whole = ((key, kind, value, total, 0) for key, kind, value, total in rows if is_whole(key, value, total))
        return file.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", whole).rowcount


def take_over(store: Store, path: Path) -> tuple[int, int]:
    """Add the rows of an exported file; return how many it holds and how many of them are new here.

    Raises
    ------
    MemoError
        There is no such file, it is no exported memo, or a row of it is not what was written: then none is added.
    """
    if not path.is_file():
        raise MemoError(path, "no such file", "name one that `onggi memo export` wrote")
    before = _count(store)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            if file.execute("PRAGMA user_version").fetchone() != (FORMAT,):
                raise MemoError(path, f"is no exported memo of format {FORMAT}", "export it with this version of onggi")
            if file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise MemoError(path, "is damaged", "export or fetch it again; no row was taken over")
            for number, row in enumerate(file.execute("SELECT key, value, sum FROM rows"), 1):
                if not is_whole(*row):
                    fix = "export or fetch it again; no row was taken over"
                    raise MemoError(path, f"row {number} is not what was written", fix)
            for _ in range(2):  # the second time where the memo here turned out to be damaged and is a new file now
                rows = file.execute("SELECT key, kind, value, sum, ? FROM rows", (day(),))
                if store.write("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?)", rows):
                    break
            ((held,),) = file.execute("SELECT count(*) FROM rows")
    except sqlite3.DatabaseError as error:
        raise MemoError(path, f"is no exported memo ({error})", "name one that `onggi memo export` wrote") from None
    return int(held), _count(store) - before


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


def _count(store: Store) -> int:
    return next((int(rows) for (rows,) in store.rows("SELECT count(*) FROM rows")), 0)
