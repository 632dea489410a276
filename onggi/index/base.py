"""What every index is to those who ask it, whatever it holds and wherever it lies."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from onggi.core.errors import ModelError
from onggi.index.encoded import IDS, IDS_SCHEMA, Encoded

MANIFEST = "index.json"

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


class Index(Protocol):
    """Encoded chunks that can be asked; rows are numbered in the order of the chunks table."""

    @property
    def card(self) -> "IndexCard":
        """What it is and what it was made of."""
        ...

    @property
    def chunk_ids(self) -> Sequence[str]:
        """The chunk of each row."""
        ...

    def search(self, queries: Any, top_k: int) -> tuple[Rows, Scores]:
        """Return the ``top_k`` rows of each query and their scores, both (queries, k), best first, ties by row.

        Queries are encoded as the chunks were: lists of terms, or vectors, (queries, dimensions). Row -1 stands where
        fewer were found.
        """
        ...


@dataclass(frozen=True, slots=True)
class IndexCard:
    """What an index says of itself.

    Parameters
    ----------
    params
        Its entry in params.yaml.
    encoder
        The name of the encoder whose terms or vectors it holds.
    settings
        How that encoder was run.
    identity
        The digest of all that decides the encoder's answers.
    """

    params: dict[str, Any]
    encoder: str
    settings: dict[str, Any]
    identity: str

    @classmethod
    def of(cls, encoded: Encoded, params: dict[str, Any]) -> "IndexCard":
        """Return the card of an index with ``params`` over encoded chunks."""
        return cls(params, encoded.encoder, encoded.settings, encoded.identity)

    def write(self, folder: Path, chunk_ids: Sequence[str]) -> None:
        """Write the card and the ids of the chunks."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n", "utf-8")
        ids = pa.table({"chunk_id": list(chunk_ids)}, schema=IDS_SCHEMA)
        pq.write_table(ids, folder / IDS, compression="zstd", store_schema=False)

    @classmethod
    def read(cls, folder: Path) -> tuple["IndexCard", list[str]]:
        """Return the card and the ids of the chunks.

        Raises
        ------
        ModelError
            The folder is no index.
        """
        try:
            card = cls(**json.loads((folder / MANIFEST).read_text("utf-8")))
            ids: list[str] = pq.read_table(folder / IDS).column("chunk_id").to_pylist()
        except (OSError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
            raise unreadable(folder, error) from None
        return card, ids


def unreadable(folder: Path, error: object) -> ModelError:
    """Return what is said of a folder that is no index."""
    return ModelError(folder, f"not an index ({error})", f"run `dvc repro index@{folder.name}`")
