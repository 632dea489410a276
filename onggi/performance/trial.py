"""One index or system in a process of its own, from its start: ``python -m onggi.performance.trial JOB RESULT``.

What is timed is what a server would do: the query is encoded, indexes are asked, what they say is fused and reranked.
Runs are not read, and no memo is put to work: without one each model computes every time (see `onggi.work.memo`).
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onggi.core.errors import OnggiError
from onggi.core.outs import write_json
from onggi.performance.asking import Asked, ask, in_one_line
from onggi.performance.machine import device_peak_mb, peak_mb

if TYPE_CHECKING:
    from onggi.search.retriever import Retriever


@dataclass(frozen=True, slots=True)
class Places:
    """Where what systems are built of lies (see `onggi.search.workspace.Workspace`); ``inputs`` describes systems."""

    models: Path
    indexes: Path
    inputs: Path
    chunks: Path
    questions: Path
    prompts: Path


@dataclass(frozen=True, slots=True)
class Job:
    """What one process is to time.

    Parameters
    ----------
    name
        The index or the system.
    is_index
        Which of the two it is.
    depth
        Hits a query of an index, at most.
    texts
        The queries; the first is what the start is timed by.
    batch
        Queries that are asked together; None where the start alone is timed.
    began
        `time.monotonic` of this machine when the process was started.
    """

    name: str
    is_index: bool
    depth: int
    places: Places
    texts: list[str]
    batch: int | None = None
    began: float = 0.0

    @property
    def described(self) -> Path:
        """The file that describes the system (see `onggi.search.inputs`)."""
        return self.places.inputs / f"{self.name}.json"

    @classmethod
    def read(cls, path: Path) -> "Job":
        """Read what `write` wrote."""
        content = json.loads(path.read_text("utf-8"))
        places = {name: Path(place) for name, place in content.pop("places").items()}
        return cls(**content, places=Places(**places))

    def write(self, path: Path) -> None:
        """Write it for the process that does it."""
        content = asdict(self)
        write_json(path, content | {"places": {name: str(place) for name, place in content["places"].items()}})


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: seconds to the first answer, what was asked then, and the memory that all of it took, in MB.

    ``failed`` says in one line why there was no answer; then there is nothing else.
    """

    failed: str = ""
    start: float = 0.0
    asked: Asked | None = None
    host_mb: float | None = None
    device_mb: float | None = None

    @classmethod
    def read(cls, path: Path) -> "Trial":
        """Read what a process wrote."""
        content = json.loads(path.read_text("utf-8"))
        asked = content.pop("asked")
        if asked is not None:
            asked["batches"] = [tuple(batch) for batch in asked["batches"]]
        return cls(**content, asked=None if asked is None else Asked(**asked))

    def write(self, path: Path) -> None:
        """Write it for the process that waits."""
        write_json(path, asdict(self))


def opened(job: Job) -> "Retriever":
    """Return the index or the system as it is asked live.

    Raises
    ------
    OnggiError
        Something of it is missing or damaged.
    """
    from onggi.search.indexes import open_index

    places = job.places
    if job.is_index:
        return open_index(places.indexes / job.name, places.models, job.depth)
    from onggi.search.inputs import Inputs
    from onggi.search.system import build
    from onggi.search.workspace import Workspace

    described = Inputs.read(job.described)
    parts = Workspace(
        places.models, places.indexes, Path(), places.chunks, places.questions, places.prompts, described
    )  # fmt: skip
    return build(described.spec, parts, described.depth, live=True)


def tried(job: Job) -> Trial:
    """Open a system, ask it a first query, and then all where that is wanted."""
    from onggi.search.retriever import Query

    try:
        retriever = opened(job)
        retriever.search([Query("first", job.texts[0])])
    except OnggiError as error:
        return Trial(failed=str(error))
    except Exception as error:
        return Trial(failed=in_one_line(error))
    start = time.monotonic() - job.began
    asked = None if job.batch is None else ask(retriever, job.texts, job.batch)
    return Trial("", start, asked, peak_mb(), device_peak_mb())


def main() -> None:
    """Do the job in the first file, and write what came of it to the second."""
    job, result = map(Path, sys.argv[1:])
    tried(Job.read(job)).write(result)


if __name__ == "__main__":
    main()
