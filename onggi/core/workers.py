"""All cores at work: how many there are, and work on items spread over threads or processes.

Results are the same for any number of workers, because each item has one worker to itself; what would sum in another
order on another number of threads is pinned (see `onggi.core.arithmetic`).
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import chain, islice
from math import ceil
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Literal, TypeVar

from onggi.core.errors import ParamsError

Item = TypeVar("Item")
Result = TypeVar("Result")

VARIABLE = "ONGGI_WORKERS"
CGROUPS = Path("/sys/fs/cgroup")
UNDER_WAY = 2
"""Items under way a worker: the next one waits for it, and no more of them are held in memory."""


def workers() -> int:
    """Return how many items to work on at once: the cores this process may use, or ``ONGGI_WORKERS``.

    Raises
    ------
    ParamsError
        ``ONGGI_WORKERS`` is no number of at least 1.
    """
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return max(1, min(len(os.sched_getaffinity(0)), _quota()))
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= 4096):
        raise ParamsError(VARIABLE, f"got {wanted!r}", "set it to a number from 1 to 4096, or not at all")
    return int(wanted)


def _quota() -> int:
    """Return the cores that the control groups of this process leave it, as a container's limit does."""
    group = CGROUPS / _own_group()
    return min(_cores(folder / "cpu.max") for folder in (group, *group.parents) if folder.is_relative_to(CGROUPS))


def _own_group() -> str:
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return ""
    # Outside of the namespace it may be given as `/../name`.
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    return "" if ".." in own else own


def _cores(file: Path) -> int:
    try:
        quota, period = file.read_text().split()
        return 1 << 20 if quota == "max" else ceil(int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return 1 << 20


def spread(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    by: Literal["threads", "processes"] = "threads",
    start: Callable[[], object] | None = None,
) -> Iterator[Result]:
    """Yield the result of ``work`` on each item in order, several at once and a bounded number ahead of the reader.

    Parameters
    ----------
    work
        What is done with an item. The memo and the journal belong to the thread that asks: ``work`` must not use them.
        For processes it can be pickled, as its items and results.
    items
        Read as workers become free.
    by
        ``threads`` where the work is in libraries that leave other threads running, as BLAS, torch and Kiwi do;
        ``processes`` where it is in Python. Processes begin anew (0.1 s and their imports), so they are for long work;
        they end with this one, killed or not, and have one worker each.
    start
        Called once in each worker before its first item.

    Raises
    ------
    Exception
        What ``work`` raises for the first item that fails; no further item is begun.

    Examples
    --------
    >>> list(spread(len, ["독", "된장", "간장독"]))
    [1, 2, 3]
    """
    count, waiting = workers(), iter(items)
    first = list(islice(waiting, 2))
    if count == 1 or len(first) < 2:
        yield from map(work, chain(first, waiting))
        return
    under_way: deque[Future[Result]] = deque()
    with _pool(by, count, start) as pool:
        try:
            for item in chain(first, waiting):
                under_way.append(pool.submit(work, item))
                if len(under_way) >= UNDER_WAY * count:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _pool(by: str, count: int, start: Callable[[], object] | None) -> Executor:
    if by == "threads":
        return ThreadPoolExecutor(count, initializer=start)
    # A fork would copy the locks that other threads hold.
    return ProcessPoolExecutor(count, get_context("spawn"), _start_process, (start,))


def _start_process(start: Callable[[], object] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and stops its workers
    os.environ[VARIABLE] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if start is not None:
        start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
