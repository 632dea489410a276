"""A process with one task: what Python does for processes that live long costs such a one seconds."""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 100_000
"""New objects between two searches for cycles. At Python's 700 a third of the time of importing torch went there."""


@contextmanager
def of_one_task() -> Iterator[None]:
    """Search for cycles rarely in the block; where it ends in success, end this process without taking it apart.

    To take apart the modules of torch, or a Kiwi, object by object takes up to 2 s; the system does it at once. What
    libraries registered to be done at exit is done, and output is flushed. What fails or is interrupted ends as ever.
    """
    gc.set_threshold(OBJECTS, *gc.get_threshold()[1:])
    try:
        yield
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
