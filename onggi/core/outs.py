"""Writing what a stage leaves behind: whole or not at all, and the same bytes for the same content."""

import csv
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary file or folder beside ``path`` that takes its place when the block ends well.

    The caller creates a file or a folder at the yielded path. It is flushed to disk before it is renamed; when
    the block fails, for example on a full disk or an interrupt, it is removed and ``path`` stays as it was. An
    `OSError` of the block names ``path``, which is what its reader knows.

    Examples
    --------
    >>> folder = tempfile.TemporaryDirectory()
    >>> with replacing(Path(folder.name) / "note.txt") as temporary:
    ...     _ = temporary.write_text("된장")
    >>> (Path(folder.name) / "note.txt").read_text()
    '된장'
    >>> folder.cleanup()
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name[:40]}."
    _remove_forsaken(path.parent, prefix)
    folder, held = _made_and_held(path.parent, prefix)
    temporary = folder / path.name
    try:
        yield temporary
        for made in (temporary, *sorted(temporary.rglob("*"))):
            _sync(made)
        if path.is_dir() or (path.exists() and temporary.is_dir()):
            os.replace(path, folder / f"{path.name}.old")  # a folder cannot be renamed onto something
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        if error.filename is None or Path(os.fsdecode(error.filename)).is_relative_to(folder):
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _made_and_held(parent: Path, prefix: str) -> tuple[Path, int]:
    """Make a temporary folder and lock it as long as this process lives; return it and the descriptor of the lock.

    Between the making and the locking another process may take it for forsaken: then another is made.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        with suppress(FileNotFoundError):
            held = os.open(folder, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX)  # waits for who is removing it
            if folder.is_dir():
                return folder, held
            os.close(held)


def _remove_forsaken(parent: Path, prefix: str) -> None:
    """Remove the temporary folders of processes that were killed: nobody holds their locks."""
    for folder in [path for path in parent.iterdir() if path.name.startswith(prefix) and path.is_dir()]:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write ``content`` as indented UTF-8 JSON in the order of its keys, with a final newline."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table with Unix line ends."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
