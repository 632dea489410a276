"""The journal: what each run of a stage read, computed and took, on this machine, outside of every out.

One line of JSON a stage and run in ``journal.jsonl``, in the folder of the memo. Plans take their rates from it.
"""

import hashlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from onggi.core.progress import Progress
from onggi.core.store import home

LARGEST = 16 << 20
"""Bytes from which the journal is put away as ``journal.old.jsonl`` and begun anew."""

SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh"}


class PlanEnds(Exception):
    """A plan has come to work that it only counts."""


@dataclass(slots=True)
class Work:
    """What a stage had to do with one kind of rows: held by the memo, computed, and the seconds that took."""

    held: int = 0
    computed: int = 0
    seconds: float = 0.0
    label: str = field(default="", repr=False)
    progress: Progress | None = field(default=None, repr=False)

    @contextmanager
    def on(self, rows: int | None) -> Iterator[Self]:
        """Show how far work on so many rows has come; None where nobody knows how many."""
        with Progress(self.label, rows) as self.progress:
            yield self

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Count the seconds of the block."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - start

    def hold(self, rows: int) -> None:
        """Count rows that the memo held."""
        self.held += rows
        if self.progress:
            self.progress.skip(rows)

    def compute(self, rows: int) -> None:
        """Count rows that were computed."""
        self.computed += rows
        if self.progress:
            self.progress.advance(rows)


@dataclass(slots=True)
class Entry:
    """One run of one stage; rows by the table's path, work by the kind of rows."""

    stage: str = ""
    run: str = ""
    folder: str = ""
    experiment: str = ""
    started: str = ""
    seconds: float = 0.0
    status: str = "done"
    rows_in: dict[str, int] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    peak_mb: int = 0

    def work(self, kind: str) -> Work:
        """Return what was done with one kind of rows so far."""
        return self.works.setdefault(kind, Work(label=f"{self.stage}: {kind}" if self.stage else kind))

    def line(self) -> str:
        """Return the entry as one line of JSON, the rows computed with their rate."""
        content = {name: getattr(self, name) for name in self.__slots__}
        content["works"] = {
            kind: {"held": work.held, "computed": work.computed, "seconds": round(work.seconds, 3)}
            for kind, work in sorted(self.works.items())
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


_active: ContextVar[Entry | None] = ContextVar("entry", default=None)


def current() -> Entry:
    """Return the entry that is being written, else one that nobody reads."""
    return _active.get() or Entry()


@contextmanager
def recording(stage: str, journal: Path | None = None) -> Iterator[Entry]:
    """Record a run of ``stage`` in the journal, whichever way it ends; an interrupt leaves what it says of the block.

    A journal that cannot be written is done without.
    """
    entry = Entry(stage, _run(), os.environ.get("DVC_ROOT", os.getcwd()), os.environ.get("DVC_EXP_NAME", ""))
    entry.started = datetime.now(UTC).isoformat(timespec="seconds")
    start = time.monotonic()
    token = _active.set(entry)
    try:
        yield entry
    except BaseException as error:
        entry.status = _status(error)
        raise
    finally:
        _active.reset(token)
        entry.seconds = round(time.monotonic() - start, 3)
        entry.peak_mb = _peak_mb()
        with suppress(OSError):
            append(journal or home() / "journal.jsonl", entry)


def append(path: Path, entry: Entry) -> None:
    """Add an entry to a journal; one write, so that the lines of two processes do not mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".old.jsonl"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, f"{entry.line()}\n".encode())
    finally:
        os.close(descriptor)


def entries(path: Path | None = None) -> Iterator[Entry]:
    """Yield the entries of a journal, oldest first; lines that are none are passed over."""
    path = path or home() / "journal.jsonl"
    for file in (path.with_suffix(".old.jsonl"), path):
        if not file.exists():
            continue
        for line in file.read_text("utf-8", errors="replace").splitlines():
            with suppress(ValueError, TypeError, AttributeError):
                content = json.loads(line)
                works = {kind: Work(**work) for kind, work in content.pop("works").items()}
                yield Entry(**content, works=works)


def _status(error: BaseException) -> str:
    if isinstance(error, PlanEnds):
        return "planned"
    return "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"


def _peak_mb() -> int:
    """Return the most memory this process and those it waited for have held, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in whose) * unit >> 20


def _run() -> str:
    """Return what the stages of one `dvc repro` have in common: a digest of the process that started them."""
    import psutil

    started = psutil.Process()
    for parent in started.parents():
        started = parent
        if parent.name() not in SHELLS:
            break
    return hashlib.sha256(f"{started.pid} {started.create_time()}".encode()).hexdigest()[:8]
