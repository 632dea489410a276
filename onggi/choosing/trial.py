"""A language model on trial: asked all of a sample, with what that took."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onggi.answers.generative import GenerativeReader
from onggi.answers.reader import Reader, Task
from onggi.core.errors import OnggiError
from onggi.core.schema import Answer
from onggi.work import memo

UNFORESEEN = (RuntimeError, OSError, ImportError, MemoryError, ValueError)
"""What a model that nobody tried here before may raise beside, such as a device without room for it."""

LONGEST_REASON = 300
KINDS_OF_THIS_MACHINE = ("transformers", "extractive")


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Parameters
    ----------
    answers
        One a question, in their order; none where the model could not be asked.
    reason
        Why it could not; empty where it could.
    calls
        Seconds of each call, where calls are made.
    seconds
        All calls together, from the first to the last, without the loading of the model.
    loading
        Seconds of the loading.
    figures
        What the ledger counted: requests, tokens, dollars, memory of a device.
    host_mb
        The most memory this process held, where the model runs in it.
    """

    answers: Sequence[Answer] = ()
    reason: str = ""
    calls: Sequence[float] = ()
    seconds: float = 0.0
    loading: float = 0.0
    figures: dict[str, float] | None = None
    host_mb: int | None = None


def trial(make: Callable[[], Reader], tasks: Iterable[Task], backend: str) -> Trial:
    """Ask a reader all questions, once; what cannot be loaded, fetched or reached is told as the reason.

    Nothing comes from the memo and nothing goes there: a reply that is held took no time.
    """
    planning = memo.active().planning
    with memo.using(memo.Memo(planning=planning)):
        began = time.perf_counter()
        try:
            reader = make()
            llm = reader.llm if isinstance(reader, GenerativeReader) else None
            if llm is not None and not planning:
                _ = llm.backend
            loaded = time.perf_counter()
            answers = list(reader.answers(tasks))
        except OnggiError as error:
            return Trial(reason=str(error))
        except UNFORESEEN as error:
            return Trial(reason=f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_REASON])
        ended = time.perf_counter()
    ledger = llm.ledger if llm is not None else None
    return Trial(
        answers, "", ledger.seconds if ledger else (), ended - loaded, loaded - began,
        ledger.figures() if ledger else None, _peak_mb() if backend in KINDS_OF_THIS_MACHINE else None,
    )  # fmt: skip


def _peak_mb() -> int | None:
    """Return the most memory that this process has held, in MiB; None where the system does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) >> 10
    return None
