"""The chunks that mining looks at: their places in memory, their texts on disk."""

import json
import os
import tempfile
from collections.abc import Container, Iterable, Iterator

from onggi.core.schema import Chunk
from onggi.index.passages import passage
from onggi.truth.relevance import ChunkIndex


class Corpus:
    """The chunks that candidates and evidence name.

    Their passages lie in a file without a name, which ends with the process: memory grows with the number of chunks,
    not with their text.

    Parameters
    ----------
    chunks
        The chunks, read once. Of a document that is evidence all of them, so that every answer to it is known.
    trainable
        The documents that training may see.
    """

    def __init__(self, chunks: Iterable[Chunk], trainable: Container[str]) -> None:
        self.trainable = trainable
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the corpus
        self._places: dict[str, tuple[int, int]] = {}
        self.index = ChunkIndex.of(self._kept(chunks))
        self._file.flush()

    def _kept(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            texts = json.dumps([chunk.heading, chunk.text, passage(chunk)], ensure_ascii=False).encode()
            self._places[chunk.chunk_id] = self._file.tell(), len(texts)
            self._file.write(texts)
            yield chunk

    def __contains__(self, chunk_id: str) -> bool:
        return chunk_id in self._places

    def doc_of(self, chunk_id: str) -> str:
        """Return the document of a chunk."""
        return self.index.doc_of[chunk_id]

    def may_train(self, chunk_id: str) -> bool:
        """Tell whether training may see a chunk."""
        return self.doc_of(chunk_id) in self.trainable

    def passage(self, chunk_id: str) -> str:
        """Return the text of a chunk below its headings, as it is searched."""
        return self._texts(chunk_id)[2]

    def text(self, chunk_id: str) -> str:
        """Return the text of a chunk alone."""
        return self._texts(chunk_id)[1]

    def heading(self, chunk_id: str) -> str:
        """Return the path of headings of a chunk."""
        return self._texts(chunk_id)[0]

    def _texts(self, chunk_id: str) -> list[str]:
        start, size = self._places[chunk_id]
        texts: list[str] = json.loads(os.pread(self._file.fileno(), size, start))
        return texts
