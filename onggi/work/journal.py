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
from typing import Any

from onggi.core import counts
from onggi.work.progress import Progress
from onggi.work.store import home, locked

LARGEST = 16 << 20
"""Bytes from which the journal is put away as ``journal.old.jsonl`` and begun anew."""

MOST = 1 << 53
"""No count and no time of an entry reaches it; every number below is as exact in floating point."""

SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh"}


class PlanEnds(Exception):
    """A plan has come to rows of this kind, which it only counts."""


@dataclass(slots=True)
class Work:
    """What a stage had to do with one kind of rows: held by the memo, computed, and the seconds that took.

    ``figures`` say more of it by name, such as the tokens and dollars of calls to a language model.
    """

    held: int = 0
    computed: int = 0
    seconds: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)
    label: str = field(default="", repr=False)

    @contextmanager
    def on(self, rows: int | None, *, in_bytes: bool = False) -> Iterator["Job"]:
        """Do so many rows of it, and show how far they are; None where nobody knows how many.

        Where rows are of unlike size their bytes may be given, and are shown, instead.
        """
        with Progress(self.label, rows, in_bytes=in_bytes) as progress:
            yield Job(self, progress)


@dataclass(frozen=True, slots=True)
class Job:
    """A part of a work; several may be under way at once."""

    work: Work
    progress: Progress

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Count the seconds of the block."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.work.seconds += time.monotonic() - start

    def hold(self, rows: int, size: int | None = None) -> None:
        """Count rows that the memo held, and their bytes where those are shown."""
        self.work.held += rows
        self.progress.skip(rows if size is None else size)

    def compute(self, rows: int, size: int | None = None) -> None:
        """Count rows that were computed, and their bytes where those are shown."""
        self.work.computed += rows
        self.progress.advance(rows if size is None else size)


@dataclass(slots=True)
class Entry:
    """One run of one stage in one build; rows by the table's path, work by the kind of rows.

    ``ended_at`` is the kind of rows at which a plan ended.
    """

    stage: str = ""
    build: str = ""
    folder: str = ""
    experiment: str = ""
    started: str = ""
    seconds: float = 0.0
    status: str = "done"
    rows_in: dict[str, int] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    peak_mb: int = 0
    ended_at: str = ""

    def work(self, kind: str) -> Work:
        """Return what was done with one kind of rows so far."""
        return self.works.setdefault(kind, Work(label=f"{self.stage}: {kind}" if self.stage else kind))

    def saw(self, process: int) -> None:
        """Count the memory of a process that is not waited for by this one, and is there still."""
        self.peak_mb = max(self.peak_mb, _peak(process) >> 20)

    def line(self) -> str:
        """Return the entry as one line of JSON, the rows computed with their rate."""
        content = {name: getattr(self, name) for name in self.__slots__}
        content["works"] = {
            kind: {"held": work.held, "computed": work.computed, "seconds": round(work.seconds, 3)}
            | ({"figures": work.figures} if work.figures else {})
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
    entry = Entry(stage, _build(), os.environ.get("DVC_ROOT", os.getcwd()), os.environ.get("DVC_EXP_NAME", ""))
    entry.started = datetime.now(UTC).isoformat(timespec="seconds")
    start = time.monotonic()
    token = _active.set(entry)
    try:
        with counts.counting(counts.Counts(entry.rows_in, entry.rows_out)):
            yield entry
    except BaseException as error:
        entry.status = _status(error)
        entry.ended_at = str(error) if isinstance(error, PlanEnds) else ""
        raise
    finally:
        _active.reset(token)
        entry.seconds = round(time.monotonic() - start, 3)
        entry.peak_mb = max(entry.peak_mb, _peak_mb())
        with suppress(OSError):
            append(journal or home() / "journal.jsonl", entry)


def append(path: Path, entry: Entry) -> None:
    """Add an entry to a journal; one write, so that the lines of two processes do not mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if _is_large(path):
        with locked(path.with_suffix(".lock")):
            if _is_large(path):  # no other process was faster
                path.replace(path.with_suffix(".old.jsonl"))
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        # Behind a line that a full disk cut off, begin another.
        start = "\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else ""
        os.write(descriptor, f"{start}{entry.line()}\n".encode("utf-8", "backslashreplace"))
    finally:
        os.close(descriptor)


def _is_large(path: Path) -> bool:
    return path.exists() and path.stat().st_size > LARGEST


def entries(path: Path | None = None) -> Iterator[Entry]:
    """Yield the entries of a journal, oldest first; lines that are none are passed over."""
    path = path or home() / "journal.jsonl"
    for file in (path.with_suffix(".old.jsonl"), path):
        if not file.exists():
            continue
        for line in file.read_text("utf-8", errors="replace").split("\n"):
            with suppress(ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError):
                yield _entry(json.loads(line))


def _entry(content: dict[str, Any]) -> Entry:
    """Return an entry from JSON; one that another program wrote, or a damaged disk, may hold anything."""
    works = {kind: Work(**work) for kind, work in content.pop("works").items()}
    if "run" in content:  # what the build was called in earlier journals
        content["build"] = content.pop("run")
    entry = Entry(**content, works=works)
    words = (entry.stage, entry.build, entry.folder, entry.experiment, entry.started, entry.status, entry.ended_at)
    counted = (*entry.rows_in.values(), *entry.rows_out.values(), entry.peak_mb)
    worked = (number for work in works.values() for number in (work.held, work.computed))
    seconds = (entry.seconds, *(number for work in works.values() for number in (work.seconds, *work.figures.values())))
    if not (
        all(isinstance(word, str) for word in words)
        and all(type(number) is int and 0 <= number < MOST for number in (*counted, *worked))
        and all(type(number) in (int, float) and 0 <= number < MOST for number in seconds)
        and all(work.label == "" for work in works.values())
    ):
        raise TypeError
    if entry.started:
        datetime.fromisoformat(entry.started).astimezone()
    return entry


def _status(error: BaseException) -> str:
    if isinstance(error, PlanEnds):
        return "planned"
    return "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"


def _peak_mb() -> int:
    """Return the most memory this process and those it waited for have held, in MB."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return max(_own_peak(), children) >> 20


def _own_peak() -> int:
    """Return the most memory this process has held, in bytes.

    On Linux `getrusage` counts what the process that started this one held at that moment.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return _peak(os.getpid()) or own


def _peak(process: int) -> int:
    """Return the most memory that a process has held, in bytes; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return 0


def _build() -> str:
    """Return what the stages of one `dvc repro` have in common: a digest of the process that started them."""
    import psutil

    started = psutil.Process()
    with suppress(psutil.Error):
        for parent in started.parents():
            started = parent
            if parent.name() not in SHELLS:
                break
    # Since the machine started: the clock may be set between two stages.
    seconds = round(started.create_time() - psutil.boot_time(), 2)
    return hashlib.sha256(f"{started.pid} {seconds}".encode()).hexdigest()[:8]
