"""Chunks as an encoder left them, on disk: terms of each in a table, or a matrix of vectors."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from onggi.core import tables
from onggi.core.errors import ModelError
from onggi.core.outs import replacing

Vectors = NDArray[np.float32]
Codes = NDArray[np.int32]

MANIFEST, TERMS, VECTORS, IDS = "encoded.json", "terms.parquet", "vectors.npy", "chunk_ids.parquet"
ROWS_PER_GROUP = 1024
_TERM = pa.field("element", pa.string(), nullable=False)
TERMS_SCHEMA = pa.schema([pa.field("terms", pa.list_(_TERM), nullable=False)])
IDS_SCHEMA = pa.schema([pa.field("chunk_id", pa.string(), nullable=False)])


@dataclass(frozen=True, slots=True)
class CodedTerms:
    """The terms of chunks as numbers.

    Parameters
    ----------
    codes
        The terms of all chunks, one chunk after the other, (terms,).
    sizes
        How many of them each chunk has, (chunks,).
    number_of
        The number of each term, counted as they come.
    """

    codes: Codes
    sizes: NDArray[np.int64]
    number_of: dict[str, int]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The chunks of a table, in its order, as one encoder sees them.

    Parameters
    ----------
    folder
        Where they lie.
    kind
        ``terms`` or ``vectors``.
    encoder
        The name of the encoder, a folder below ``models/``.
    settings
        How the encoder was run; queries are encoded in the same way.
    identity
        The digest of all that decides its answers, so that whoever depends on these files depends on the encoder.
    """

    folder: Path
    kind: Literal["terms", "vectors"]
    encoder: str
    settings: dict[str, Any]
    identity: str

    @property
    def chunk_ids(self) -> list[str]:
        """The ids of the chunks, row by row."""
        ids: list[str] = pq.read_table(self.folder / IDS).column("chunk_id").to_pylist()
        return ids

    def coded_terms(self) -> CodedTerms:
        """Return the terms of the chunks as numbers.

        A term becomes a string of Python's once a row group, not wherever it stands: a fourth of the time.
        """
        codes: list[Codes] = [np.empty(0, np.int32)]
        sizes: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        number_of: dict[str, int] = {}
        with pq.ParquetFile(self.folder / TERMS) as file:
            for group in range(file.num_row_groups):
                for chunk in file.read_row_group(group).column("terms").chunks:
                    own = chunk.flatten().dictionary_encode()  # in the order in which they come, too
                    known = [number_of.setdefault(term, len(number_of)) for term in own.dictionary.to_pylist()]
                    codes.append(np.array(known, np.int32)[own.indices.to_numpy()])
                    sizes.append(chunk.value_lengths().to_numpy())
        return CodedTerms(np.concatenate(codes), np.concatenate(sizes).astype(np.int64), number_of)

    def vectors(self) -> Vectors:
        """Return the vectors, (chunks, dimensions); they stay on disk until they are used."""
        vectors: Vectors = np.load(self.folder / VECTORS, mmap_mode="r", allow_pickle=False)
        return vectors

    @classmethod
    def write_terms(
        cls, folder: Path, encoder: str, identity: str, chunk_ids: Iterable[str], terms: Iterable[list[str]]
    ) -> None:
        """Write the terms of all chunks as they come."""
        with replacing(folder) as temporary:
            cls._begin(temporary, "terms", encoder, {}, identity, chunk_ids)
            with pq.ParquetWriter(temporary / TERMS, TERMS_SCHEMA, compression="zstd", store_schema=False) as writer:
                for group in tables.batches(terms, ROWS_PER_GROUP):
                    writer.write_table(pa.table({"terms": group}, schema=TERMS_SCHEMA))

    @classmethod
    def write_vectors(
        cls,
        folder: Path,
        encoder: str,
        settings: dict[str, Any],
        identity: str,
        chunk_ids: list[str],
        blocks: Iterable[Vectors],
    ) -> None:
        """Write the vectors of all chunks block by block, (rows, dimensions) each.

        Raises
        ------
        ModelError
            The blocks hold more or fewer rows than there are chunks.
        """
        with replacing(folder) as temporary:
            cls._begin(temporary, "vectors", encoder, settings, identity, chunk_ids)
            matrix: Any = None
            row = 0
            for block in blocks:
                if matrix is None:
                    shape = (len(chunk_ids), block.shape[1])
                    matrix = np.lib.format.open_memmap(temporary / VECTORS, "w+", dtype=np.float32, shape=shape)
                matrix[row : row + len(block)] = block
                row += len(block)
            if row != len(chunk_ids):
                raise ModelError(folder, f"{row} vectors of {len(chunk_ids)} chunks", "report this as a bug")
            if matrix is None:
                np.save(temporary / VECTORS, np.zeros((0, 0), np.float32), allow_pickle=False)
            else:
                matrix.flush()

    @staticmethod
    def _begin(
        folder: Path, kind: str, encoder: str, settings: dict[str, Any], identity: str, chunk_ids: Iterable[str]
    ) -> None:
        folder.mkdir()
        manifest = {"kind": kind, "encoder": encoder, "settings": settings, "identity": identity}
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
        with pq.ParquetWriter(folder / IDS, IDS_SCHEMA, compression="zstd", store_schema=False) as writer:
            for group in tables.batches(chunk_ids, ROWS_PER_GROUP):
                writer.write_table(pa.table({"chunk_id": group}, schema=IDS_SCHEMA))

    @classmethod
    def open(cls, folder: Path) -> "Encoded":
        """Open what was written.

        Raises
        ------
        ModelError
            The folder holds no encoded chunks.
        """
        try:
            return cls(folder, **json.loads((folder / MANIFEST).read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(folder, f"holds no encoded chunks ({error})", "run `dvc repro encode`") from None
