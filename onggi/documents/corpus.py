"""A folder of documents, or a BEIR corpus, as a stream of `Document` in the order of their ids."""

import heapq
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from onggi.core import params
from onggi.core.errors import DocumentError
from onggi.core.schema import Document
from onggi.documents import beir, incremental, libreoffice, walk
from onggi.documents.ocr import Ocr
from onggi.documents.parsed import Limits
from onggi.documents.sandbox import Budget

_BESIDE_BEIR = {"queries.jsonl", "answers.jsonl", "qrels", "info.json", "readme.md", "license", "license.txt"}


class CorpusParams(params.Params):
    """Where the documents are."""

    key: ClassVar[str] = "corpus"

    path: str = Field(min_length=1, description="folder of documents, or a BEIR corpus.jsonl")


class OcrParams(BaseModel):
    """How pages that are pictures are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    use: Literal["off", "auto"] = Field(default="off", description="auto: by Tesseract, where it is installed")
    languages: str = Field(
        default="kor+eng", pattern=r"^\w+(\+\w+)*$", description="those of Tesseract, joined by a plus sign"
    )
    min_confidence: int = Field(
        default=60, ge=0, le=100, description="mean of a page's words, below which it is left out"
    )
    dpi: int = Field(default=300, ge=70, le=1200, description="dots an inch at which pages are drawn")

    @property
    def settings(self) -> Ocr:
        """What the reader takes."""
        return Ocr(self.use == "auto", self.languages, self.min_confidence, self.dpi)


class IngestParams(params.Params):
    """How documents are read."""

    key: ClassVar[str] = "ingest"

    on_error: Literal["fail", "skip"] = Field(description="stop at a bad document, or leave it out, count and list it")
    max_mb: int = Field(ge=1, le=4096, description="largest file to read, also when unpacked, in megabytes")
    columns: dict[str, str] = Field(
        default_factory=dict, description="columns of text, title and id in files of records (json, jsonl)"
    )
    ocr: OcrParams = Field(default_factory=OcrParams, description="how pages that are pictures are read")
    max_memory_mb: int = Field(ge=64, le=65536, description="memory that reading one file may take, in megabytes")
    max_seconds: int = Field(ge=1, le=86400, description="CPU time that reading one file may take")

    @property
    def limits(self) -> Limits:
        """What bounds the text of a file."""
        return Limits(self.max_mb, tuple(sorted(self.columns.items())), self.ocr.settings)

    @property
    def budget(self) -> Budget:
        """What reading a file may take."""
        scratch_mb = 0 if libreoffice.found() is None else self.max_mb
        return Budget(self.max_memory_mb, self.max_seconds, scratch_mb)


@dataclass(frozen=True, slots=True)
class Problem:
    """A document that was left out, and why."""

    source: str
    problem: str


def read_corpus(path: Path, settings: IngestParams) -> Iterator[Document | Problem]:
    """Yield the documents below ``path``, ordered by ``doc_id`` in code points.

    ``path`` is a folder, whose files are read (see `onggi.documents.incremental`), a BEIR ``corpus.jsonl``, or a folder
    that holds one and nothing that is not BEIR's. Hidden files, lock files of office programs and ``Thumbs.db`` are
    passed over. Links to folders are refused, because DVC does not see what they hold, and links to files outside. A
    bounded number of documents is in memory at a time.

    Raises
    ------
    DocumentError
        The path is missing, or nothing in it can be read; a ``corpus.jsonl`` lies among other documents; or, unless
        ``settings.on_error`` is ``skip``, a document cannot be read, or two have one id. With ``skip`` that is
        yielded as a `Problem`.
    """
    documents = problems = 0
    for item in _found(path, settings):
        if isinstance(item, Document):
            documents += 1
            yield item
        elif settings.on_error == "fail":
            raise item
        else:
            problems += 1
            yield Problem(unicodedata.normalize("NFC", _inside(path, item.where)), f"{item.what}; {item.fix}")
    if not documents:
        from onggi.documents.formats import FORMATS

        what = f"holds no document that can be read ({problems} were left out)" if problems else "holds no document"
        raise DocumentError(path, what, f"put files in it ({', '.join(FORMATS)})")


def obstacles(path: Path) -> list[DocumentError]:
    """Return what DVC fails at in a corpus before any stage begins, whatever ``ingest.on_error`` says."""
    if not path.is_dir():
        return []
    return [item for item in walk.files(path) if isinstance(item, walk.UnhashableError)]


def _found(path: Path, settings: IngestParams) -> Iterator[Document | DocumentError]:
    if not path.exists():
        raise DocumentError(
            path, "no such file or folder", "set corpus.path to a folder of documents or a corpus.jsonl"
        )
    if path.is_dir():
        return _beir(path / "corpus.jsonl", settings) if _is_beir(path) else _folder(path, settings)
    if path.suffix.lower() == ".jsonl":
        return _beir(path, settings)
    raise DocumentError(path, "is neither a folder nor a .jsonl file", "set corpus.path to the folder it is in")


def _inside(path: Path, where: str) -> str:
    """Return ``where`` as seen from the corpus, so that no outer path reaches the metrics."""
    base = path if path.is_dir() else path.parent
    return where.removeprefix(f"{walk.printable(str(base))}/")


def _is_beir(folder: Path) -> bool:
    if not (folder / "corpus.jsonl").is_file():
        return False
    for name in walk.names(folder):
        if name != "corpus.jsonl" and name.lower() not in _BESIDE_BEIR:
            raise DocumentError(
                folder / walk.printable(name),
                "lies beside a corpus.jsonl, and would not be read",
                "set corpus.path to the corpus.jsonl, or keep it in another folder",
            )
    if (outside := walk.leaves(folder / "corpus.jsonl", folder)) is not None:
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
            try:
                yield beir.document(file.readline(), entry.doc_id, f"{path}:{entry.line}", settings.limits)
            except DocumentError as error:
                yield error


def _folder(path: Path, settings: IngestParams) -> Iterator[Document | DocumentError]:
    files: list[walk.File] = []
    for item in walk.files(path):
        if isinstance(item, DocumentError):
            yield item
        else:
            files.append(item)
    yield from _ordered(incremental.read(files, settings.limits, settings.budget), files)


def _ordered(
    found: Iterable[tuple[walk.File, incremental.Found]], files: list[walk.File]
) -> Iterator[Document | DocumentError]:
    """Yield the documents that files hold in the order of their ids.

    What a container holds may come after the next file: ``a.zip/b`` after ``a.zip.md``.
    """
    waiting: list[tuple[str, int, Document]] = []
    last, count = "", 0
    for place, (file, items) in enumerate(found):
        for item in items:
            if isinstance(item, DocumentError):
                yield item
            else:
                document = item.document(file.doc_id)
                heapq.heappush(waiting, (document.doc_id, count, document))
                count += 1
        following = files[place + 1].doc_id if place + 1 < len(files) else None
        while waiting and (following is None or waiting[0][0] < following):
            doc_id, _, document = heapq.heappop(waiting)
            if doc_id == last:
                yield DocumentError(file.path, f"holds two documents called {doc_id!r}", "rename one")
            else:
                yield document
            last = doc_id
