"""Work on bytes that nobody trusts, each piece in a child process with limits of memory and time.

A bomb, or a crash of a native library, costs the piece that it was in: its child is replaced and the rest goes on.
Nothing that comes out of a child is unpickled. Children have no network where the system lets a user give it up, write
no files but for a program that they run on purpose, in a folder that ends with them, and end with the process that
started them, killed or not; so do the programs they run.
"""

import ctypes
import fcntl
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import current_process, get_context, parent_process, util
from multiprocessing.connection import Connection, wait
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Self

from onggi.core.workers import VARIABLE, workers
from onggi.documents import memory
from onggi.work import journal

GOES_ON, ENDS, NO_MEMORY = b"\0", b"\1", b"\2"
"""The first byte of what a child says: whether it takes another job, and whether the answer follows."""

LARGEST_ANSWER = 1 << 31
_LONGEST = 80  # bytes of the folder of a socket, whose path may have 107
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # flags of unshare(2)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one job may take.

    Parameters
    ----------
    memory_mb
        Megabytes of address space, the job's own bytes among them.
    seconds
        Of CPU time, so that the outcome does not depend on how busy the machine is. What hangs without using any is
        ended after ten times as long on the clock, and a minute. Programs that a job runs have as much memory and time
        each, and the clock stops them too.
    scratch_mb
        Megabytes of each file that such a program may write (the hard limit; the soft one, which holds for a child
        itself, is 0).
    """

    memory_mb: int
    seconds: int
    scratch_mb: int = 0

    @property
    def patience(self) -> float:
        """Seconds on the clock."""
        return 60 + 10 * self.seconds


class Stopped(Exception):
    """A job that its child did not outlive, and what ended it: ``memory``, ``time``, ``patience`` or a crash."""

    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__(by)


@dataclass(slots=True)
class Job:
    """A piece of work, its bytes until a child has them, and what came of it."""

    arguments: tuple[Any, ...]
    data: bytes
    answer: bytes | Stopped | None = None


@dataclass(slots=True)
class _Child:
    process: Any
    connection: Connection
    folder: str
    job: Job | None = None
    until: float = 0.0

    def settle(self, answer: bytes | Stopped) -> None:
        """Give its job the answer, and have none."""
        if self.job is not None:
            self.job.answer, self.job = answer, None


class Sandbox:
    """As many children as `onggi.core.workers.workers` allows, started as jobs need them, each with one at a time.

    Parameters
    ----------
    work
        What a child does with a job, as ``module:function``: it is called with the bytes and the arguments of the
        job, and returns bytes.
    preload
        Modules that all children share; what ``work`` needs is best among them.
    """

    def __init__(self, work: str, budget: Budget, preload: tuple[str, ...] = ()) -> None:
        self.work, self.budget = work, budget
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload([*preload, *_main()])
        _shorten()
        self._most = workers()
        self._children: list[_Child] = []
        self._waiting: deque[Job] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in list(self._children):
            self._end(child)

    def submit(self, data: bytes, *arguments: Any) -> Job:
        """Give a job to a child as soon as one is free."""
        job = Job(arguments, data)
        self._waiting.append(job)
        self._hand_out()
        return job

    def result(self, job: Job) -> bytes:
        """Wait for the answer to a job.

        Raises
        ------
        Stopped
            It came to a limit, or its child crashed.
        """
        while job.answer is None:
            self._listen()
            self._hand_out()
        if isinstance(job.answer, Stopped):
            raise job.answer
        return job.answer

    def _hand_out(self) -> None:
        while self._waiting:
            child = next((child for child in self._children if child.job is None), None)
            if child is None and len(self._children) == self._most:
                return
            child = child or self._start()
            child.job = self._waiting.popleft()
            child.until = time.monotonic() + self.budget.patience
            try:
                child.connection.send(child.job.arguments)
                child.connection.send_bytes(child.job.data)
            except OSError:
                self._bury(child)
            else:
                child.job.data = b""

    def _start(self) -> _Child:
        ours, its = self._context.Pipe()
        folder = tempfile.mkdtemp(prefix="onggi-") if self.budget.scratch_mb else ""
        arguments = (its, self.work, self.budget, folder, dict(os.environ))
        process = self._context.Process(target=_serve, args=arguments, daemon=True)
        process.start()
        its.close()
        child = _Child(process, ours, folder)
        self._children.append(child)
        return child

    def _listen(self) -> None:
        """Wait until a child answers, ends or has had time enough."""
        busy = {child.connection: child for child in self._children if child.job is not None}
        left = min(child.until for child in busy.values()) - time.monotonic()
        for connection in wait(list(busy), max(0.0, left)):
            self._hear(busy[connection])  # type: ignore[index]
        now = time.monotonic()
        for child in busy.values():
            if child.job is not None and child.until <= now:
                child.settle(Stopped("patience"))
                self._end(child)

    def _hear(self, child: _Child) -> None:
        try:
            said = child.connection.recv_bytes(LARGEST_ANSWER)
        except (EOFError, OSError):
            self._bury(child)
            return
        child.settle(Stopped("memory") if said[:1] == NO_MEMORY else said[1:])
        if said[:1] != GOES_ON:
            self._end(child)

    def _bury(self, child: _Child) -> None:
        """Take it in that a child has died; its job is what it died of."""
        child.process.join(10)
        child.settle(Stopped(_cause(child.process.exitcode)))
        self._end(child)

    def _end(self, child: _Child) -> None:
        self._children.remove(child)
        journal.current().saw(child.process.pid)  # the server of forks waits for it, not this process
        with suppress(OSError):  # it may have ended, or not have begun
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.kill()
        child.process.join()
        child.connection.close()
        if child.folder:
            shutil.rmtree(child.folder, ignore_errors=True)


def _shorten() -> None:
    """Let what starts children have its socket below /tmp where the path of another folder is too long for one."""
    if len(os.fsencode(util.get_temp_dir())) <= _LONGEST and Path(util.get_temp_dir()).is_dir():
        return
    given, tempfile.tempdir = tempfile.tempdir, "/tmp"
    try:
        current_process()._config.pop("tempdir")  # type: ignore[attr-defined]
        util.get_temp_dir()
    finally:
        tempfile.tempdir = given


def _main() -> list[str]:
    """Return the package of the module that was run, which every child imports."""
    specification = getattr(sys.modules["__main__"], "__spec__", None)
    return [specification.parent] if specification and specification.parent else []


def _cause(code: int | None) -> str:
    if code == -signal.SIGXCPU:
        return "time"
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _serve(connection: Connection, work: str, budget: Budget, folder: str, environment: dict[str, str]) -> None:
    """Do jobs until there are no more; what a child does."""
    os.environ.update(environment)  # what starts children has that of its own start
    tempfile.tempdir = folder or None
    _confine(budget.scratch_mb * 1_000_000)
    function = resolve_name(work)
    first = memory.address_space()
    while True:
        before = memory.address_space()
        _allow(before, budget)
        try:
            arguments = connection.recv()
            answer = function(connection.recv_bytes(), *arguments)
            # One that has grown would leave the next job less than the first one had.
            grown = memory.address_space() - first - memory.kept_bytes() > budget.memory_mb * 1_000_000 // 8
            connection.send_bytes((ENDS if grown else GOES_ON) + answer)
        except EOFError:
            return
        except MemoryError:
            answer = b""
            _allow(memory.address_space(), budget)
            connection.send_bytes(NO_MEMORY)
            return


def _confine(scratch: int) -> None:
    os.setpgid(0, 0)  # what it runs is in its group, and ends with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends its children
    os.environ[VARIABLE] = "1"
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, scratch))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):  # what libraries say of a damaged file is no part of an error of one line
        os.dup2(nowhere, output)
    parent = parent_process()
    if parent is not None:
        # The system ends this group when its parent closes the pipe between them, whatever it is busy with.
        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, -os.getpid())
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, os.O_ASYNC)
        if wait([parent.sentinel], 0):
            os._exit(1)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def _allow(before: int, budget: Budget) -> None:
    """Set what the next job may take."""
    if sys.platform == "linux":
        memory.set_soft(resource.RLIMIT_AS, before + budget.memory_mb * 1_000_000)
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory.set_soft(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + budget.seconds)
