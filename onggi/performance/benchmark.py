"""All systems in turn, each in processes of its own.

- **Cold start**: from the start of a process to its first answer, where the system was asked to forget what it holds in
  memory of the index, the models and the chunks. Python and the libraries may lie in memory: other processes use them.
- **Warm start**: the same of a second process, right after the first. It goes on to the queries in a row and to the
  batches; its peak memory is the one that is written: interpreter, libraries, models, indexes, and all that was asked.
"""

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from onggi.core.errors import MeasureError, OnggiError
from onggi.performance import trial
from onggi.performance.files import Read
from onggi.performance.latency import latencies
from onggi.performance.trial import Job, Trial
from onggi.search.inputs import Inputs
from onggi.search.walk import prompts_of
from onggi.training.child import command

NAME = "performance.json"

Run = Callable[[Job], Trial]
"""Does a job in a process of its own (see `in_a_process`)."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What is known of one index or system: its figures, or the reason in one line why there are none.

    ``wrong`` says that something failed: the system itself, a query or a batch.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    wrong: bool = False


def timed(job: Job, batch: int, *, language_models: bool, run: Run) -> Timed:
    """Return what a cold and a warm process tell of an index or a system.

    Parameters
    ----------
    job
        What is asked, without a batch.
    batch
        Queries that are asked together. Where there are fewer different texts it is as many as there are: a model
        computes a text that stands twice in a batch once.
    language_models
        Whether a system is timed that asks one.
    """
    try:
        described = None if job.is_index else Inputs.read(job.described)
        prompts = prompts_of(described.spec) if described else []
        if prompts and not language_models:
            off = "benchmark.language_models is false"
            return Timed(reason=f"asks a language model ({', '.join(prompts)}), and {off}")
        read = Read.by(job.name, described, job.places)
    except OnggiError as error:
        return Timed(reason=str(error), wrong=True)
    was_asked = read.leave_cache()
    cold = run(job)
    warm = cold if cold.failed else run(replace(job, batch=min(batch, len(set(job.texts)))))
    if warm.failed or warm.asked is None:
        return Timed(reason=warm.failed, wrong=True)
    figures = {"cold_start_s": round(cold.start, 3)} if was_asked else {}
    return Timed(figures | _figures(warm, read, len(job.texts)), wrong=warm.asked.errors > 0)


def _figures(warm: Trial, read: Read, queries: int) -> dict[str, Any]:
    asked = warm.asked
    memory = {"host": warm.host_mb, "device": warm.device_mb}
    told: dict[str, Any] = {
        "warm_start_s": round(warm.start, 3),
        "latency_ms": latencies(asked.seconds) if asked and asked.seconds else None,
        "queries_per_second": round(asked.queries_per_second, 1) if asked and asked.queries_per_second else None,
        "batch": asked.batches[0][1] if asked and asked.batches else None,
        "index_mb": read.index_mb,
        "models_mb": read.models_mb,
        "peak_memory_mb": {where: round(size, 1) for where, size in memory.items() if size is not None},
        "queries": queries,
        "errors": asked.errors if asked else None,
        "first_error": asked.first_error or None if asked else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def in_a_process(job: Job) -> Trial:
    """Do a job in a new Python, which ends with this one; one that dies is a trial that failed."""
    with TemporaryDirectory(prefix="onggi-") as folder:
        given, result, said = (Path(folder) / name for name in ("job.json", "result.json", "said"))
        arguments = command(trial.__name__, given, result)
        replace(job, began=time.monotonic()).write(given)
        with said.open("wb") as file:  # on a terminal it would draw a bar for each query, and time that
            done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False)
        if result.exists():
            return Trial.read(result)
        *_, last = ["", *said.read_text("utf-8", errors="replace").split("\n")[-2:-1]]
        return Trial(failed=f"its process ended with {done.returncode} and without a result {last}".strip())


def content(machine: Mapping[str, Any], found: Mapping[str, Timed]) -> dict[str, Any]:
    """Return what is written: the machine, the figures of each system, and why others have none."""
    return {
        "machine": machine,
        "systems": {name: told.figures for name, told in found.items() if told.figures},
        "not_measured": {name: told.reason for name, told in found.items() if told.reason},
    }


def problem(found: Mapping[str, Timed], path: Path) -> MeasureError | None:
    """Return what is wrong with the first system that failed at something; None where none did."""
    for name, told in found.items():
        if told.wrong:
            errors, queries = told.figures.get("errors"), told.figures.get("queries")
            what = f"{errors} errors in {queries} queries and their batches" if errors else "was not timed"
            return MeasureError(path, f"{name}: {what}", f"mend it: {told.figures.get('first_error') or told.reason}")
    return None
