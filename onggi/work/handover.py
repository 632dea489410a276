"""A memo in one file, for a teammate or for CI: its rows and checkpoints as one SQLite database."""

import hashlib
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from onggi.core.errors import MemoError
from onggi.core.outs import replacing
from onggi.work.folders import Folders, Manifest
from onggi.work.store import FORMAT, SCHEMA, Store, day
from onggi.work.upkeep import ROWS_PER_BLOCK, count, wrong_rows

CHECKPOINTS = """
CREATE TABLE checkpoints (key TEXT NOT NULL UNIQUE, manifest TEXT NOT NULL);
CREATE TABLE parts (
    key TEXT NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (key, name, part)
)
"""
BYTES_PER_PART = 16 << 20

ANEW = "export or fetch it again; nothing was taken over"


@dataclass(frozen=True, slots=True)
class Taken:
    """How many rows and checkpoints an exported file holds, and how many of them are new here."""

    rows: int
    new_rows: int
    checkpoints: int
    new_checkpoints: int


def export(store: Store, folders: Folders, path: Path) -> tuple[int, int]:
    """Write all rows and checkpoints that are whole to a file that `take_over` reads; return how many of each.

    Raises
    ------
    MemoError
        The file is the store itself.
    """
    if path.exists() and path.samefile(store.path):
        raise MemoError(path, "is the memo itself", "name another file")
    with replacing(path) as temporary, closing(sqlite3.connect(temporary)) as file, file:
        for statement in (SCHEMA, *CHECKPOINTS.split(";")):
            file.execute(statement)
        file.execute(f"PRAGMA user_version = {FORMAT}")
        rows = file.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, 0)", _whole_rows(store)).rowcount
        whole = [key for key in folders.kept() if not folders.problem(key)]
        for key in whole:
            manifest = folders.manifest(key)
            file.execute("INSERT INTO checkpoints VALUES (?, ?)", (key, manifest.text()))
            file.executemany("INSERT INTO parts VALUES (?, ?, ?, ?)", _parts(folders, manifest))
    return max(rows, 0), len(whole)


def _whole_rows(store: Store) -> Iterator[tuple[Any, ...]]:
    rows = iter(store.rows("SELECT key, kind, value, sum FROM rows ORDER BY key"))
    while block := list(itertools.islice(rows, ROWS_PER_BLOCK)):
        wrong = wrong_rows(block)
        yield from (row for place, row in enumerate(block) if place not in wrong)


def _parts(folders: Folders, manifest: Manifest) -> Iterator[tuple[str, str, int, bytes]]:
    for name in sorted(manifest.files):
        with (folders.path / manifest.key / "files" / name).open("rb") as content:
            for part in itertools.count():
                if not (read := content.read(BYTES_PER_PART)):
                    break
                yield manifest.key, name, part, read


def take_over(store: Store, folders: Folders, path: Path) -> Taken:
    """Add the rows and checkpoints of an exported file.

    Raises
    ------
    MemoError
        There is no such file, it is no exported memo, or something in it is not what was written or is what no model
        returns: then nothing is added.
    """
    if not path.is_file():
        raise MemoError(path, "no such file", "name one that `onggi memo export` wrote")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            if file.execute("PRAGMA user_version").fetchone() != (FORMAT,):
                raise MemoError(path, f"is no exported memo of format {FORMAT}", "export it with this version of onggi")
            if file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise MemoError(path, "is damaged", ANEW)
            held = _check_rows(file, path)
            manifests = _checked_manifests(file, path)
            before = count(store)
            for _ in range(2):  # the second time where the memo here turned out to be damaged and is a new file now
                rows = file.execute("SELECT key, kind, value, sum, ? FROM rows", (day(),))
                if store.write("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?)", rows):
                    break
            new = sum(_add(file, folders, manifest) for manifest in manifests)
    except sqlite3.DatabaseError as error:
        raise MemoError(path, f"is no exported memo ({error})", "name one that `onggi memo export` wrote") from None
    return Taken(held, count(store) - before, len(manifests), new)


def _check_rows(file: sqlite3.Connection, path: Path) -> int:
    """Return how many rows a file holds, all of them right."""
    rows = file.execute("SELECT key, kind, value, sum FROM rows")
    held = 0
    while block := rows.fetchmany(ROWS_PER_BLOCK):
        if wrong := wrong_rows(block):
            raise MemoError(path, f"row {held + min(wrong) + 1} is not what was written, or no model returned it", ANEW)
        held += len(block)
    return held


def _checked_manifests(file: sqlite3.Connection, path: Path) -> list[Manifest]:
    """Return the manifests of a file, the parts of all their files right; a file of rows alone has none."""
    if not file.execute("SELECT 1 FROM sqlite_schema WHERE name = 'checkpoints'").fetchone():
        return []
    found = []
    for key, text in file.execute("SELECT key, manifest FROM checkpoints ORDER BY key").fetchall():
        try:
            manifest = Manifest.parse(str(text), str(key))
            for name, (size, digest) in manifest.files.items():
                total, read = hashlib.blake2b(digest_size=32), 0
                for content in _content(file, manifest.key, name):
                    total.update(content)
                    read += len(content)
                if (read, total.hexdigest()) != (size, digest):
                    raise ValueError(f"{name} is not what was written")
        except (ValueError, TypeError) as error:
            raise MemoError(path, f"checkpoint {key} is damaged ({error})", ANEW) from None
        found.append(manifest)
    return found


def _content(file: sqlite3.Connection, key: str, name: str) -> Iterator[bytes]:
    query = "SELECT content FROM parts WHERE key = ? AND name = ? ORDER BY part"
    return (content for (content,) in file.execute(query, (key, name)))


def _add(file: sqlite3.Connection, folders: Folders, manifest: Manifest) -> bool:
    """Keep a checkpoint; tell whether it is new here."""
    folders.path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folders.path.parent, prefix=".import-") as made:
        for name in manifest.files:
            target = Path(made, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as written:
                written.writelines(_content(file, manifest.key, name))
        return folders.keep(manifest, Path(made))
