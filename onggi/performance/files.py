"""What a system reads from disk: how large it is, and out of the system's cache with it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onggi.index.base import IndexCard
from onggi.performance.trial import Places
from onggi.search.inputs import Inputs
from onggi.search.walk import leaves, models_of

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """The folders and files that a system opens to answer: its indexes, its models, the table of chunks."""

    indexes: tuple[Path, ...]
    models: tuple[Path, ...]
    chunks: Path

    @classmethod
    def by(cls, name: str, described: Inputs | None, places: Places) -> "Read":
        """Return what the index of a name reads, or a system as it is described: the encoder of an index, too.

        Raises
        ------
        ModelError
            An index is missing or damaged.
        """
        indexes = tuple(places.indexes / index for index in (leaves(described.spec) if described else [name]))
        used = [IndexCard.read(index)[0].encoder for index in indexes]
        used += models_of(described.spec) if described else []
        return cls(indexes, tuple(places.models / model for model in dict.fromkeys(used)), places.chunks)

    @property
    def index_mb(self) -> float:
        """Size of the indexes."""
        return megabytes(self.indexes)

    @property
    def models_mb(self) -> float:
        """Size of the models: encoders and rerankers."""
        return megabytes(self.models)

    def leave_cache(self) -> bool:
        """Ask the system to forget what it holds of these files in memory; tell whether it can be asked."""
        if not hasattr(os, "posix_fadvise"):
            return False
        for path in _files((*self.indexes, *self.models, self.chunks)):
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(descriptor)  # what is not on disk yet stays in memory
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)
        return True


def megabytes(folders: Iterable[Path]) -> float:
    """Return the size of all files in some folders, in MB."""
    return round(sum(path.stat().st_size for path in _files(folders)) / MEGABYTE, 3)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
