"""A folder of documents, or a BEIR corpus, as a stream of `Document` in the order of their ids."""

import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from onggi.core import params
from onggi.core.errors import DocumentError
from onggi.core.schema import Document
from onggi.documents import beir
from onggi.documents.formats import BEIR, FORMATS, MEGABYTE, document, format_of

_IGNORED = {"thumbs.db", "desktop.ini"}
_BESIDE_BEIR = {"queries.jsonl", "answers.jsonl", "qrels", "info.json", "readme.md", "license", "license.txt"}
_CACHED = re.compile(r"/files/md5/[0-9a-f]{2}/[0-9a-f]{30}$")  # a file of DVC's cache, which data may be linked to


class CorpusParams(params.Params):
    """Where the documents are."""

    key: ClassVar[str] = "corpus"

    path: str = Field(min_length=1, description="folder of documents, or a BEIR corpus.jsonl")


class IngestParams(params.Params):
    """How documents are read."""

    key: ClassVar[str] = "ingest"

    on_error: Literal["fail", "skip"] = Field(description="stop at a bad document, or leave it out, count and list it")
    max_mb: int = Field(ge=1, le=4096, description="largest file to read, also when unpacked, in megabytes")


@dataclass(frozen=True, slots=True)
class Problem:
    """A document that was left out, and why."""

    source: str
    problem: str


def read_corpus(path: Path, settings: IngestParams) -> Iterator[Document | Problem]:
    """Yield the documents below ``path``, ordered by ``doc_id`` in code points.

    ``path`` is a folder, whose files are read by their extension, a BEIR ``corpus.jsonl``, or a folder that
    holds one and nothing that is not BEIR's. Hidden files, lock files of office programs and ``Thumbs.db`` are passed
    over. Links to folders are refused, because DVC does not see what they hold, and links to files outside. One
    document is in memory at a time.

    Raises
    ------
    DocumentError
        The path is missing, or nothing in it can be read; a ``corpus.jsonl`` lies among other documents; two
        documents have one id; or, unless
        ``settings.on_error`` is ``skip``, a document cannot be read. With ``skip`` that is yielded as a `Problem`.
    """
    if not path.exists():
        raise DocumentError(
            path, "no such file or folder", "set corpus.path to a folder of documents or a corpus.jsonl"
        )
    if path.is_dir():
        found = _beir(path / "corpus.jsonl", settings) if _is_beir(path) else _folder(path, settings)
    elif path.suffix.lower() == ".jsonl":
        found = _beir(path, settings)
    else:
        raise DocumentError(path, "is neither a folder nor a .jsonl file", "set corpus.path to the folder it is in")
    documents = problems = 0
    for item in found:
        if isinstance(item, Document):
            documents += 1
            yield item
        elif settings.on_error == "fail":
            raise item
        else:
            problems += 1
            yield Problem(unicodedata.normalize("NFC", _inside(path, item.where)), f"{item.what}; {item.fix}")
    if not documents:
        what = f"holds no document that can be read ({problems} were left out)" if problems else "holds no document"
        raise DocumentError(path, what, f"put files in it ({', '.join(FORMATS)})")


def _inside(path: Path, where: str) -> str:
    """Return ``where`` as seen from the corpus, so that no outer path reaches the metrics."""
    base = path if path.is_dir() else path.parent
    return where.removeprefix(f"{printable(str(base))}/")


def _is_beir(folder: Path) -> bool:
    if not (folder / "corpus.jsonl").is_file():
        return False
    for name in _names(folder):
        if name != "corpus.jsonl" and name.lower() not in _BESIDE_BEIR:
            raise DocumentError(
                folder / printable(name),
                "lies beside a corpus.jsonl, and would not be read",
                "set corpus.path to the corpus.jsonl, or keep it in another folder",
            )
    if (outside := _leaves(folder / "corpus.jsonl", folder)) is not None:
        raise outside
    return True


def _beir(path: Path, settings: IngestParams) -> Iterator[Document | DocumentError]:
    entries: list[beir.Entry] = []
    for item in beir.index(path):
        if isinstance(item, DocumentError):
            yield item
        else:
            entries.append(item)
    with path.open("rb") as file:
        for entry in sorted(entries):
            file.seek(entry.offset)
            where = f"{path}:{entry.line}"
            try:
                yield document(file.readline(), BEIR, entry.doc_id, where, settings.max_mb)
            except DocumentError as error:
                yield error


def _folder(path: Path, settings: IngestParams) -> Iterator[Document | DocumentError]:
    files: list[tuple[str, Path]] = []
    for item in _walk(path):
        if isinstance(item, DocumentError):
            yield item
        else:
            files.append((unicodedata.normalize("NFC", item.relative_to(path).as_posix()), item))
    files.sort(key=lambda pair: pair[0])
    for (doc_id, _), (following, other) in itertools.pairwise(files):
        if doc_id == following:
            raise DocumentError(other, "another file has this name in another Unicode form (NFC, NFD)", "rename one")
    for doc_id, file in files:
        try:
            yield _file(file, doc_id, settings)
        except DocumentError as error:
            yield error


def _walk(root: Path) -> Iterator[Path | DocumentError]:
    """Yield the files below a folder in the order of their names."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            names = _names(folder)
        except OSError as error:
            yield DocumentError(folder, f"cannot be read ({error.strerror})", "check its permissions")
            continue
        below = []
        for name in names:
            path = folder / name
            if printable(name) != name:
                yield DocumentError(
                    printable(str(path)), "the name is not UTF-8", "rename it (convmv -f cp949 -t utf-8)"
                )
            elif not path.is_dir():
                yield _leaves(path, root) or path
            elif path.is_symlink():
                what = "is a link to a folder, which DVC does not look into"
                yield DocumentError(path, what, "put the folder itself there, or remove the link")
            else:
                below.append(path)
        waiting += reversed(below)


def _names(folder: Path) -> list[str]:
    """Return the names in a folder in their order, those of hidden files and of programs left out."""
    return [
        name for name in sorted(os.listdir(folder)) if not name.startswith((".", "~$")) and name.lower() not in _IGNORED
    ]


def _leaves(path: Path, root: Path) -> DocumentError | None:
    """Return what is wrong with a link to a file outside of the corpus; None for every other file."""
    if not path.is_symlink():
        return None
    target = os.path.realpath(path)
    if Path(target).is_relative_to(os.path.realpath(root)) or _CACHED.search(target) or not os.path.exists(target):
        return None
    return DocumentError(path, "is a link to a file outside of the corpus", "put the file itself there")


def printable(name: str) -> str:
    """Return a file name with bytes that are not UTF-8 written as ``\\xNN``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _file(path: Path, doc_id: str, settings: IngestParams) -> Document:
    kind = format_of(path.name, str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(path, "is not a regular file", "remove it")
        if status.st_size > settings.max_mb * MEGABYTE:
            size = f"{status.st_size / MEGABYTE:.1f} MB"
            what = f"has {size}, more than ingest.max_mb = {settings.max_mb}"
            raise DocumentError(path, what, "raise ingest.max_mb, or split it")
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(path, "is a link to nothing", "mend or remove the link") from None
    except OSError as error:
        raise DocumentError(path, f"cannot be read ({error.strerror})", "check its permissions") from None
    return document(data, kind, doc_id, str(path), settings.max_mb)
