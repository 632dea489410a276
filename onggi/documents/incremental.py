"""Files → what they hold: from the memo where it is held, else read in children, several at once.

A row of the memo is decided by the bytes of the file, the end of its name, the limits on its text, and all that the
readers are made of; where a file of an old format was converted, by the version of LibreOffice too, which is asked for
only then. A refusal that is sure to come again is held too; what a limit of memory or time stopped, and what
a parser stumbled over, is tried again.
"""

import hashlib
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import PurePosixPath

from onggi.core.digests import program_digest
from onggi.core.errors import DocumentError
from onggi.documents import libreoffice, ocr
from onggi.documents.parsed import MEGABYTE, Limits, Parsed, Row, from_row
from onggi.documents.sandbox import Budget, Job, Sandbox, Stopped
from onggi.documents.walk import File
from onggi.work import journal, memo
from onggi.work.keys import Space, space

READERS = "onggi.documents.reading"
READ = f"{READERS}:read_row"

LIBRARIES = (
    "cryptography",
    "kiwipiepy",
    "lxml",
    "markdown-it-py",
    "numpy",
    "olefile",
    "openpyxl",
    "pypdfium2",
    "ruamel.yaml",
    "striprtf",
    "xlrd",
)
"""What the readers are made with; another version of one may read another text."""

FILES_AT_ONCE, BYTES_AT_ONCE = 64, 16 << 20
"""So many are looked for in the memo together."""

FILES_AHEAD, BYTES_AHEAD = 256, 64 << 20
"""So many are read, or wait to be, ahead of the one that is asked for; what they hold is in memory."""

Found = list[Parsed | DocumentError]


@dataclass(slots=True)
class _Entry:
    """A file on its way: its key in the memo, and what it holds or the job that reads it."""

    file: File
    item: str = ""
    data: bytes = b""
    found: Found | None = None
    job: Job | None = None


def read(files: Iterable[File], limits: Limits, budget: Budget) -> Iterator[tuple[File, Found]]:
    """Yield what each file holds, in the order of the files.

    Where the memo holds all of it, no child is started and no reader imported.
    """
    files = list(files)
    work = journal.current().work("documents")
    with work.on(sum(file.size for file in files), in_bytes=True) as task, Sandbox(READ, budget, (READERS,)) as sandbox:
        reading = _Reading(limits, budget, task, sandbox)
        ahead: deque[_Entry] = deque()
        size = 0
        for entry in reading.begun(files):
            ahead.append(entry)
            size += entry.file.size
            while len(ahead) > FILES_AHEAD or (size > BYTES_AHEAD and len(ahead) > 1):
                size -= ahead[0].file.size
                yield ahead[0].file, reading.finished(ahead.popleft())
        while ahead:
            yield ahead[0].file, reading.finished(ahead.popleft())


class _Reading:
    def __init__(self, limits: Limits, budget: Budget, task: journal.Job, sandbox: Sandbox) -> None:
        self.limits, self.budget, self.task, self.sandbox = limits, budget, task, sandbox
        self.jobs: dict[str, Job] = {}  # under way, by key: of files of one content one is read
        self.decided_by = {"limits": asdict(limits), "code": program_digest(READERS), "libraries": _versions(limits)}
        self.space = space("documents", self.decided_by, "little")

    @cached_property
    def converting(self) -> Space:
        """Of files that hold something in an old format."""
        return space("documents", self.decided_by | {"libreoffice": libreoffice.version()}, "little")

    def begun(self, files: Iterable[File]) -> Iterator[_Entry]:
        """Yield an entry for each file that the memo holds, or whose reading is under way."""
        for entries in _batches(self._opened(file) for file in files):
            held = memo.active().held(self.space, [entry.item for entry in entries if entry.item])
            for entry in entries:
                if (row := self._row(entry, held)) is not None:
                    entry.found = row.found
                    self.task.hold(1, entry.file.size)
                if entry.found is None:
                    entry.job = self._job(entry)
                entry.data = b""
                yield entry

    def _row(self, entry: _Entry, held: Mapping[str, bytes]) -> Row | None:
        """Return what the memo holds of a file; of one that was converted, what this LibreOffice made of it."""
        where = str(entry.file.path)
        with suppress(ValueError, KeyError):  # of a row that is damaged, or not held
            row = from_row(held[entry.item], where)
            if row.converted:
                row = from_row(memo.active().held(self.converting, [entry.item])[entry.item], where)
            return row
        return None

    def _opened(self, file: File) -> _Entry:
        """Return a file with its bytes and their key, or with the reason why it cannot be read."""
        try:
            data = _bytes(file, self.limits.max_mb)
        except DocumentError as error:
            self.task.hold(0, file.size)
            return _Entry(file, found=[error])
        return _Entry(file, f"{hashlib.sha256(data).hexdigest()}{_extension(file)}", data)

    def _job(self, entry: _Entry) -> Job:
        if entry.item not in self.jobs:
            name, where = f"file{_extension(entry.file)}", str(entry.file.path)
            self.jobs[entry.item] = self.sandbox.submit(entry.data, name, where, self.limits)
        return self.jobs[entry.item]

    def finished(self, entry: _Entry) -> Found:
        """Wait for what a file holds."""
        if entry.job is None:
            return entry.found or []
        where = str(entry.file.path)
        try:
            with self.task.computing():
                row = self.sandbox.result(entry.job)
            read = from_row(row, where)
            found = read.found
            if read.lasting:
                memo.active().put(self.space, entry.item, row)
                if read.converted:
                    memo.active().put(self.converting, entry.item, row)
        except Stopped as error:
            found = [stopped(error, where, self.budget)]
        self.jobs.pop(entry.item, None)
        self.task.compute(1, entry.file.size)
        return found


def _batches(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    batch: list[_Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += len(entry.data)
        if len(batch) == FILES_AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    yield batch


def _extension(file: File) -> str:
    return PurePosixPath(file.doc_id).suffix.lower()


def _bytes(file: File, max_mb: int) -> bytes:
    if file.size > max_mb * MEGABYTE:
        what = f"has {file.size / MEGABYTE:.1f} MB, more than ingest.max_mb = {max_mb}"
        raise DocumentError(file.path, what, "raise ingest.max_mb, or split it")
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise DocumentError(file.path, f"cannot be read ({error.strerror})", "check its permissions") from None


def stopped(error: Stopped, where: str, budget: Budget) -> DocumentError:
    """Return what is wrong with a file that its child did not outlive."""
    trust = "if you trust the file, or remove it"
    match error.by:
        case "memory":
            what = f"takes more memory to read than ingest.max_memory_mb = {budget.memory_mb}"
            return DocumentError(where, what, f"raise it {trust}")
        case "time":
            what = f"takes more CPU time to read than ingest.max_seconds = {budget.seconds}"
            return DocumentError(where, what, f"raise it {trust}")
        case "patience":
            what = f"was not read within {budget.patience:.0f} s of the clock (from ingest.max_seconds)"
            return DocumentError(where, what, f"raise that {trust}")
    what = f"crashed its reader ({error.by}), or took more than ingest.max_memory_mb = {budget.memory_mb}"
    return DocumentError(where, what, "open it in its program and save it again, or remove it")


def _versions(limits: Limits) -> dict[str, str]:
    """Return the versions of what decides what every file holds, Python's own among them."""
    programs = {"python": sys.version.split()[0]}
    if limits.ocr.use:
        programs[ocr.PROGRAM] = ocr.version()
    return programs | {name: version(name) for name in LIBRARIES}
