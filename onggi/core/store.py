"""The file in which what models returned is kept: SQLite, shared by all processes of a user, never trusted unread."""

import errno
import fcntl
import itertools
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import platformdirs

FORMAT = 1
"""Counted up with the schema; a store of another format is left alone."""

BUSY_SECONDS = 60
KEYS_PER_QUERY = 500
SECONDS_PER_DAY = 86_400
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
REFUSED = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_READONLY: errno.EROFS, sqlite3.SQLITE_BUSY: errno.EBUSY}

SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    key BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, value BLOB NOT NULL, sum BLOB NOT NULL, day INTEGER NOT NULL
)
"""


def home() -> Path:
    """Return the folder of the memo and the journal: ``ONGGI_MEMO``, else one in the user's cache folder."""
    named = os.environ.get("ONGGI_MEMO")
    return Path(named).expanduser().absolute() if named else Path(platformdirs.user_cache_dir("onggi", appauthor=False))


def checksum(key: bytes, value: bytes) -> bytes:
    """Return four bytes that tell whether a row is what was written."""
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(4, "big")


class Store:
    """Rows by key in one SQLite file.

    Write-ahead logging lets many processes read while one writes, and any of them may be killed at any moment. A file
    that is damaged is renamed and an empty one takes its place; a row that is damaged is not found.

    Raises
    ------
    OSError
        From every method: the disk is full, the folder is read-only, or the file stays locked for a minute.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._used: set[bytes] = set()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._mending():
            self.connection = connect(path)
        if not hasattr(self, "connection"):
            self.connection = connect(path)

    @classmethod
    def open(cls) -> Self:
        """Open the store of this user, made where there is none."""
        return cls(home() / f"memo-{FORMAT}.sqlite")

    def close(self) -> None:
        """Note which rows were used and let go of the file."""
        with closing(self.connection), suppress(OSError):
            self.note_use()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the values of those keys that are held whole."""
        found: dict[bytes, bytes] = {}
        today = day()
        for start in range(0, len(keys), KEYS_PER_QUERY):
            some = keys[start : start + KEYS_PER_QUERY]
            marks = ",".join("?" * len(some))
            rows = list(self.rows(f"SELECT key, value, sum, day FROM rows WHERE key IN ({marks})", some))
            found.update((key, value) for key, value, total, _ in rows if checksum(key, value) == total)
            self._used.update(key for key, _, _, used in rows if used != today)
        return found

    def add(self, kind: str, rows: Mapping[bytes, bytes]) -> None:
        """Keep rows, on disk when this returns, in place of those of the same keys."""
        today = day()
        lines = [(key, kind, value, checksum(key, value), today) for key, value in rows.items()]
        self.write("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", lines)

    def note_use(self) -> None:
        """Note that what was found was used today."""
        self.write("UPDATE rows SET day = ? WHERE key = ?", [(day(), key) for key in sorted(self._used)])
        self._used.clear()

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as far as the file can be read."""
        with self._mending():
            yield from self.connection.execute(query, values)

    def write(self, statement: str, lines: Iterable[Sequence[object]]) -> None:
        """Run a statement for each line, for all or for none; for none where the file turns out to be damaged."""
        with self._mending(), self.connection:
            self.connection.executemany(statement, lines)

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Set a file aside that turns out to be damaged, and end the block; raise what the system refused."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in DAMAGED:
                raise OSError(
                    REFUSED.get(error.sqlite_errorcode & 0xFF, errno.EIO), str(error), str(self.path)
                ) from None
            if hasattr(self, "connection"):
                self.connection.close()
            self.connection = self._replaced(str(error))

    def _replaced(self, problem: str) -> sqlite3.Connection:
        """Rename the damaged file and open an empty one, unless another process has done so a moment before."""
        with locked(self.path.with_suffix(".lock")):
            if not sound(self.path):
                numbers = itertools.count(1)
                aside = next(a for n in numbers if not (a := self.path.with_suffix(f".damaged-{n}")).exists())
                self.path.rename(aside)
                for suffix in ("-wal", "-shm"):  # of no use without it, and they would damage the new file
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                print(
                    f"warning: {self.path}: the memo is damaged ({problem}); moved to {aside.name}, "
                    "what it held is computed again",
                    file=sys.stderr,
                )
            return connect(self.path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a store's file, made where there is none."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA page_size = 16384")  # values of 1 to 4 kB: fewer pages to visit a row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA user_version").fetchone() != (FORMAT,):
            connection.execute(SCHEMA)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.commit()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def sound(path: Path) -> bool:
    """Tell whether SQLite finds nothing wrong with a file."""
    try:
        with closing(connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def day() -> int:
    """Return today as days since 1970."""
    return int(time.time() // SECONDS_PER_DAY)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
