"""The container of HWP 5: an OLE compound file whose streams are deflated."""

import io
import re
import struct
import zlib
from collections.abc import Iterator

import olefile

from onggi.core.errors import DocumentError
from onggi.documents.hwp import distribution

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_SIGNATURE = b"HWP Document File"
_COMPRESSED, _PASSWORD, _DISTRIBUTION, _DRM = 1, 2, 4, 0b101_0001_0000
_SECTION = re.compile(r"Section(\d+)")
_MOST_PROPERTIES = 1_000_000


class Container:
    """The streams of one HWP 5 file, in memory only while they are read.

    Parameters
    ----------
    limit : int
        Bytes that its streams may unpack to in all.

    Raises
    ------
    DocumentError
        The file is no compound file or no HWP 5, or is locked by a password or by a rights management.
    """

    def __init__(self, data: bytes, where: str, limit: int) -> None:
        self.where = where
        self._limit = self._left = limit
        _check(data, where)
        try:
            self._file = olefile.OleFileIO(io.BytesIO(data))
        except (OSError, struct.error, IndexError, ValueError, RecursionError) as error:
            raise DocumentError(where, f"is a truncated or broken HWP file ({error})", "save it again") from error
        self._size = len(data)
        header = self._raw("FileHeader") if self._file.exists("FileHeader") else b""
        if not header.startswith(_SIGNATURE) or len(header) < 40:
            raise DocumentError(where, "is no HWP document, but another OLE file", "convert it or remove it")
        self._flags = int.from_bytes(header[36:40], "little")
        if self._flags & _PASSWORD:
            raise DocumentError(where, "is protected by a password", "save it without one")
        if self._flags & _DRM:
            raise DocumentError(where, "is locked by a rights management (DRM)", "save it unlocked")

    def _raw(self, name: str) -> bytes:
        """Return a stream as it is stored.

        olefile follows a chain of sectors for as long as the stream claims to be, also round and round.
        """
        try:
            claimed = max(self._file.get_size(name), self._file.root.size)  # small streams lie in that of the root
            if claimed > self._size:
                raise OSError(f"claims {claimed:,} bytes")
            with self._file.openstream(name) as stream:
                return bytes(stream.read())
        except (OSError, TypeError, ValueError) as error:
            what = f"is a truncated or broken HWP file ({name}: {error})"
            raise DocumentError(self.where, what, "copy or save it again") from error

    def _inflated(self, name: str, data: bytes) -> bytes:
        if not self._flags & _COMPRESSED:
            return data
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            inflated = stream.decompress(data, max(self._left, 1))
        except zlib.error as error:
            raise DocumentError(self.where, f"is a broken HWP file ({name}: {error})", "save it again") from error
        if stream.unconsumed_tail or len(inflated) > self._left:
            what = f"unpacks to more than ingest.max_mb = {self._limit // 1_000_000} ({name})"
            raise DocumentError(self.where, what, "raise ingest.max_mb if you trust the file, or split it")
        self._left -= len(inflated)
        if not stream.eof:
            raise DocumentError(self.where, f"is a truncated HWP file ({name} ends early)", "save it again")
        return inflated

    def doc_info(self) -> bytes:
        """Return the stream of shapes, styles and numberings."""
        return self._inflated("DocInfo", self._raw("DocInfo"))

    def sections(self) -> Iterator[bytes]:
        """Yield the record streams of the sections; those of a distribution document are decrypted.

        Raises
        ------
        DocumentError
            There is none, or one cannot be read.
        """
        folder = "ViewText" if self._flags & _DISTRIBUTION else "BodyText"
        names = [path[1] for path in self._file.listdir() if len(path) == 2 and path[0] == folder]
        found = sorted((int(match[1]), name) for name in names if (match := _SECTION.fullmatch(name)))
        if not found:
            raise DocumentError(self.where, f"is no HWP document (it has no {folder}/Section0)", "save it again")
        for _, name in found:
            data = self._raw(f"{folder}/{name}")
            if self._flags & _DISTRIBUTION:
                data = distribution.decrypt(data, self.where)
            yield self._inflated(name, data)

    def title(self) -> str:
        """Return the title among the document's properties, or an empty string."""
        name = "\x05HwpSummaryInformation"
        try:
            if self._file.get_size(name) > _MOST_PROPERTIES:
                return ""
            title = self._file.getproperties(name).get(2, "")
        except (OSError, TypeError, ValueError, struct.error, IndexError):
            return ""
        return title if isinstance(title, str) else ""


def _check(data: bytes, where: str) -> None:
    """Refuse a header that claims more tables than the file has sectors, before anything is built of them."""
    if len(data) < 512:
        raise DocumentError(where, "is a truncated HWP file", "copy or save it again")
    shift = int.from_bytes(data[30:32], "little")
    sectors = len(data) >> shift if shift in (9, 12) else 0
    tables = [int.from_bytes(data[at : at + 4], "little") for at in (44, 64, 72)]  # of sectors: FAT, mini FAT, DIFAT
    if sum(tables) > sectors:
        raise DocumentError(where, "is a truncated or broken HWP file (its tables exceed it)", "save it again")
