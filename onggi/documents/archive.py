"""Checks before a zipped office format is opened."""

import io
import zipfile

from onggi.core.errors import DocumentError

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def check(data: bytes, where: str, limit: int) -> None:
    """Refuse what is no zip, is encrypted, or unpacks to more than ``limit`` bytes.

    Python's zipfile reads no more of a member than its directory entry says, so the sum of these bounds memory.

    Raises
    ------
    DocumentError
        See above; the message says which.
    """
    if data.startswith(OLE):
        what = "is encrypted, or in the old binary format"
        raise DocumentError(where, what, "save it without a password in the present format")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DocumentError(where, f"is truncated, or no office file ({error})", "copy or save it again") from error
    if any(member.flag_bits & 1 for member in members):
        raise DocumentError(where, "is encrypted", "save it without a password")
    size = sum(member.file_size for member in members)
    if size > limit:
        megabytes = limit // 1_000_000
        what = f"unpacks to {size / 1_000_000:.1f} MB, more than ingest.max_mb = {megabytes}"
        raise DocumentError(where, what, "raise ingest.max_mb if you trust the file, or split it")
