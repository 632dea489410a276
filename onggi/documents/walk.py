"""The files of a corpus: those that can be read, in the order of their ids, and what is wrong with the others."""

import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onggi.core.errors import DocumentError

DEEPEST = 100
"""Folders within folders; DVC itself fails below some hundreds."""

_IGNORED = {"thumbs.db", "desktop.ini"}
_CACHED = re.compile(r"/files/md5/[0-9a-f]{2}/[0-9a-f]{30}$")  # a file of DVC's cache, which data may be linked to
_NO_NAME = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, ends of lines
_SPECIAL = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


class UnhashableError(DocumentError):
    """What DVC fails at, or waits for without end, when it hashes the corpus before any stage begins."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the corpus, the id of the document in it, and its size in bytes."""

    doc_id: str
    path: Path
    size: int


def files(root: Path) -> Iterator[File | DocumentError]:
    """Yield the files below a folder, first what is wrong with some, then the others in the order of their ids.

    Hidden files, lock files of office programs and ``Thumbs.db`` are passed over. Nothing is opened.
    """
    found: list[File] = []
    for item in _walk(root):
        if isinstance(item, DocumentError):
            yield item
        else:
            found.append(item)
    found.sort(key=lambda file: (file.doc_id, str(file.path)))
    for _, same in itertools.groupby(found, key=lambda file: file.doc_id):
        first, *others = same
        yield first
        for other in others:
            what = "another file has this name in another Unicode form (NFC, NFD)"
            yield DocumentError(other.path, what, "rename one")


def names(folder: Path) -> list[str]:
    """Return the names in a folder in their order, those of hidden files and of programs left out."""
    return [
        name for name in sorted(os.listdir(folder)) if not name.startswith((".", "~$")) and name.lower() not in _IGNORED
    ]


def printable(name: str) -> str:
    """Return a file name with bytes that are not UTF-8 written as ``\\xNN``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _visible(name: str) -> str:
    """Return a name with what nobody sees written as in Python."""
    return "".join(
        ascii(character)[1:-1] if unicodedata.category(character) in _NO_NAME else character for character in name
    )


def leaves(path: Path, root: Path) -> DocumentError | None:
    """Return what is wrong with a link to a file outside of the corpus; None for every other file."""
    if not path.is_symlink():
        return None
    target = os.path.realpath(path)
    if Path(target).is_relative_to(os.path.realpath(root)) or _CACHED.search(target):
        return None
    return DocumentError(path, "is a link to a file outside of the corpus", "put the file itself there")


def _walk(root: Path) -> Iterator[File | DocumentError]:
    """Yield the files below a folder in the order of their names."""
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        if depth > DEEPEST:
            shown = "/".join([*folder.relative_to(root).parts[:3], "…"])
            yield UnhashableError(root / shown, f"folders are nested more than {DEEPEST} deep", "move them up")
            continue
        try:
            below = names(folder)
        except OSError as error:
            yield DocumentError(folder, f"cannot be read ({error.strerror})", "check its permissions")
            continue
        folders = []
        for name in below:
            try:
                item = _file(folder / name, root)
            except OSError as error:
                item = DocumentError(folder / name, f"cannot be read ({error.strerror})", "check its permissions")
            if item is not None:
                yield item
            else:
                folders.append((folder / name, depth + 1))
        waiting += reversed(folders)


def _file(path: Path, root: Path) -> File | DocumentError | None:
    """Return a file or what is wrong with it; None for a folder."""
    if printable(path.name) != path.name:
        return UnhashableError(printable(str(path)), "the name is not UTF-8", "rename it (convmv -f cp949 -t utf-8)")
    if any(unicodedata.category(character) in _NO_NAME for character in path.name):
        return DocumentError(
            path.with_name(_visible(path.name)), "the name holds a line break or a control character", "rename it"
        )
    try:
        status = path.stat()
    except FileNotFoundError:
        return UnhashableError(path, "is a link to nothing", "mend or remove the link")
    except OSError as error:
        if not path.is_symlink():
            raise
        return UnhashableError(path, f"is a link that cannot be followed ({error.strerror})", "remove the link")
    if stat.S_ISDIR(status.st_mode):
        if not path.is_symlink():
            return None
        what = "is a link to a folder, which DVC does not look into"
        return DocumentError(path, what, "put the folder itself there, or remove the link")
    if not stat.S_ISREG(status.st_mode):
        kind = _SPECIAL.get(stat.S_IFMT(status.st_mode), "no file")
        return UnhashableError(path, f"is {kind}, not a regular file", "remove it")
    if (outside := leaves(path, root)) is not None:
        return outside
    return File(unicodedata.normalize("NFC", path.relative_to(root).as_posix()), path, status.st_size)
