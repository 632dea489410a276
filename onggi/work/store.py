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
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs

FORMAT = 1
"""Counted up with the schema; a store of another format is left alone."""

BUSY_SECONDS = 60
KEYS_PER_QUERY = 500
SECONDS_PER_DAY = 86_400
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""The last: no statement of ours fails but for a damaged schema."""

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


def location() -> Path:
    """Return the file of this user's store."""
    return home() / f"memo-{FORMAT}.sqlite"


def checksum(key: bytes, value: bytes) -> bytes:
    """Return four bytes that tell whether a row is what was written."""
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(4, "big")


class Store:
    """Rows by key in one SQLite file.

    Write-ahead logging lets many processes read while one writes, and any of them may be killed at any moment. A file
    that is damaged is renamed and an empty one takes its place; a row that is damaged is not found. A file in a folder
    that is read-only is read.

    Raises
    ------
    OSError
        From every method: the disk is full, the folder is read-only and the store is to be written or damaged, or the
        file stays locked for a minute.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read_only = False
        self._used: dict[int, bytes] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._mending(), locked(path.with_suffix(".lock")):
                self._connect()
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS) or not os.access(path, os.R_OK):
                raise
            self.read_only = True
            self._connect_to_read()

    def close(self) -> None:
        """Note which rows were used and let go of the file."""
        with suppress(OSError):
            self.note_use()
        self.connection.close()

    def find(self, keys: Sequence[bytes], kind: str | None = None) -> dict[bytes, bytes]:
        """Return the values of those keys that are held whole, of one kind where it is named."""
        found: dict[bytes, bytes] = {}
        today = day()
        for start in range(0, len(keys), KEYS_PER_QUERY):
            some = keys[start : start + KEYS_PER_QUERY]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, value, sum, day, kind, rowid FROM rows WHERE key IN ({marks})"
            whole = [row for row in self.rows(query, some) if is_whole(*row[:3]) and kind in (None, row[4])]
            found.update((key, value) for key, value, *_ in whole)
            self._used.update((row[5], row[0]) for row in whole if row[3] != today)
        return found

    def add(self, kind: str, rows: Mapping[bytes, bytes]) -> None:
        """Keep rows, on disk when this returns, in place of those of the same keys."""
        today = day()
        lines = [(key, kind, value, checksum(key, value), today) for key, value in rows.items()]
        statement = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)"
        _ = self.write(statement, lines) or self.write(statement, lines)  # the second time in a new file

    def note_use(self) -> None:
        """Note that what was found was used today, in the order in which rows lie: each page is written once.

        Another process may have forgotten a row and given its number to another, so the key is compared too.
        """
        lines = [(day(), number, key) for number, key in sorted(self._used.items())]
        self.write("UPDATE rows SET day = ? WHERE rowid = ? AND key = ?", lines)
        self._used.clear()

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as far as the file can be read."""
        with self._mending():
            yield from self.connection.execute(query, values)

    def write(self, statement: str, lines: Iterable[Sequence[object]]) -> bool:
        """Run a statement for each line, for all or for none; tell whether the file turned out to be whole."""
        with self._mending(), self.connection:
            self.connection.executemany(statement, lines)
            return True
        return False

    def compact(self) -> None:
        """Give the space of rows that were removed back to the disk."""
        with self._mending():
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Set a file aside that turns out to be damaged, and end the block; raise what the system refused."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not hasattr(error, "sqlite_errorcode"):
                raise  # not SQLite's: a mistake of ours
            if error.sqlite_errorcode & 0xFF not in DAMAGED or self.read_only:
                raise self._refused(error) from None
            self._replace(str(error))

    def _refused(self, error: sqlite3.Error) -> OSError:
        return OSError(REFUSED.get(error.sqlite_errorcode & 0xFF, errno.EIO), str(error), str(self.path))

    def _replace(self, problem: str) -> None:
        """Rename the damaged file and open an empty one, unless another process has done so before."""
        with locked(self.path.with_suffix(".lock")):
            ours = self.path.exists() and self.path.stat().st_ino == self._inode
            self.connection.close()
            if ours:
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
            try:
                self._connect()
            except sqlite3.DatabaseError as error:
                raise self._refused(error) from None

    def _connect_to_read(self) -> None:
        """Open a file of which nothing may be changed.

        The log of a store that is in use is read where it is there; without one the file is taken as it lies, as
        SQLite would have to make one.
        """
        logged = self.path.with_name(f"{self.path.name}-wal").exists()
        for how in ("mode=ro", "mode=ro&immutable=1") if logged else ("mode=ro&immutable=1",):
            self.connection = sqlite3.connect(
                f"{self.path.as_uri()}?{how}", timeout=BUSY_SECONDS, check_same_thread=False, uri=True
            )
            self.connection.text_factory = lambda text: text.decode("utf-8", "replace")
            try:
                if self.connection.execute("PRAGMA user_version").fetchone() == (FORMAT,):
                    return
                raise OSError(errno.EIO, f"no memo of format {FORMAT}", str(self.path))
            except sqlite3.DatabaseError as error:
                refused = self._refused(error)
        raise refused

    def _connect(self) -> None:
        """Open the file, made where there is none; the caller holds the lock, so that nobody renames it meanwhile."""
        self.connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)
        self._inode = self.path.stat().st_ino
        self.connection.text_factory = lambda text: text.decode("utf-8", "replace")  # damaged text is no error
        self.connection.execute("PRAGMA synchronous = FULL")
        if self.connection.execute("PRAGMA user_version").fetchone() != (FORMAT,):
            self.connection.execute("PRAGMA page_size = 16384")  # values of 1 to 4 kB: fewer pages to visit a row
            self.connection.execute("PRAGMA journal_mode = WAL")
            with self.connection:
                self.connection.execute("BEGIN IMMEDIATE")
                self.connection.execute(SCHEMA)
                self.connection.execute(f"PRAGMA user_version = {FORMAT}")


def is_whole(key: object, value: object, total: object) -> bool:
    """Tell whether a row is what was written; one that is damaged may hold anything."""
    return isinstance(key, bytes) and isinstance(value, bytes) and checksum(key, value) == total


def day() -> int:
    """Return today as days since 1970."""
    return int(time.time() // SECONDS_PER_DAY)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
