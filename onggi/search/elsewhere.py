"""Every declared index and system over other chunks than those of the corpus: what a guard set is asked by.

Indexes are made anew of these chunks by the models that there are; what a model said before, the memo holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from onggi.core import tables
from onggi.core.errors import OnggiError
from onggi.core.schema import Hit
from onggi.index import folder as index_folder
from onggi.index.encode import encode
from onggi.index.params import Indexes
from onggi.models.params import EmbedParams
from onggi.search.indexes import open_index
from onggi.search.retriever import Query, Retriever, run


@dataclass(frozen=True)
class Elsewhere:
    """Runs of indexes and systems over chunks of their own.

    Parameters
    ----------
    chunks
        The chunks table.
    models
        The folder of all models.
    scratch
        A folder for what is encoded and indexed.
    runs
        The folder that runs are written to, ``SYSTEM.parquet``.
    asked
        The queries, ordered by id.
    depth
        Hits a query, at most, of an index.
    left_out
        By system, why it has no run.
    """

    chunks: Path
    models: Path
    scratch: Path
    runs: Path
    asked: Sequence[Query]
    depth: int
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def indexes(self) -> Path:
        """The folder of the indexes."""
        return self.scratch / "index"

    def search_indexes(self, declared: Indexes, settings: Callable[[str], EmbedParams]) -> None:
        """Build and ask every index; ``settings`` says how an encoder is run."""
        for encoder in dict.fromkeys(declared[name].encoder for name in declared):
            encode(encoder, self.chunks, self.models / encoder, settings(encoder), self.scratch / encoder)
        for name in declared:
            index_folder.build(self.scratch / declared[name].encoder, declared[name], self.indexes / name)
            self._write(name, open_index(self.indexes / name, self.models, self.depth))

    def search_system(self, name: str, build: Callable[[], Retriever]) -> None:
        """Build and ask a system; one that cannot be asked here is left out, and the reason kept.

        It may need a language model that has no reply to these questions, or a run of a system that was left out.
        """
        try:
            self._write(name, build())
        except OnggiError as error:
            self.left_out[name] = f"{error.what}; {error.fix}"  # where may name a folder of a moment

    def _write(self, name: str, retriever: Retriever) -> None:
        tables.write(self.runs / f"{name}.parquet", Hit, run(retriever, self.asked))
