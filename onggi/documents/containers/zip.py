"""ZIP: each of its files as if it lay in a folder of the archive's name."""

import io
import stat
import unicodedata
import zipfile
from collections.abc import Iterator

from onggi.core.errors import DocumentError
from onggi.documents.containers.member import Member, inner, refused
from onggi.documents.parsed import MEGABYTE, Limits

MOST_MEMBERS = 10_000
_MOST_RATIO = 200
_SMALL = MEGABYTE
"""What unpacks to less may do so at any ratio."""

_IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}
_UTF8 = 0x800
_ENCRYPTED = 0x1


def members(data: bytes, where: str, limits: Limits) -> Iterator[Member | DocumentError]:
    """Yield the files of an archive in the order of their names; hidden ones are passed over.

    Raises
    ------
    DocumentError
        It is damaged, or holds more than there may be: members, or bytes (``limits.max_mb`` in all).
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        found = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DocumentError(where, f"is a truncated or broken archive ({error})", "copy or pack it again") from error
    if len(found) > MOST_MEMBERS:
        what = f"holds {len(found)} files, more than {MOST_MEMBERS}"
        raise DocumentError(where, what, "unpack it, if you trust it")
    size = sum(entry.file_size for entry in found)
    if size > limits.max_mb * MEGABYTE:
        what = f"unpacks to {size / MEGABYTE:.1f} MB, more than ingest.max_mb = {limits.max_mb}"
        raise DocumentError(where, what, "raise ingest.max_mb if you trust the file, or unpack it")
    seen: set[str] = set()
    with archive:
        for path, entry in sorted(((_path(entry), entry) for entry in found), key=lambda pair: pair[0]):
            if any(
                (part.startswith((".", "~$")) and part != "..") or part.lower() in _IGNORED for part in path.split("/")
            ):
                continue
            if path in seen:
                yield DocumentError(inner(where, path), "the archive holds two files of this name", "rename one")
                continue
            seen.add(path)
            yield refused(path, where) or _member(archive, entry, path, inner(where, path))


def _path(entry: zipfile.ZipInfo) -> str:
    """Return the path of a member; without the flag of UTF-8 its name is in that or in CP949, not in CP437."""
    name = entry.orig_filename.rstrip("\0")
    if not entry.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, where: str) -> Member | DocumentError:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return DocumentError(where, "is a link, which is not followed", "put the file itself into the archive")
    if entry.flag_bits & _ENCRYPTED:
        return DocumentError(where, "is encrypted", "pack it without a password")
    if entry.file_size > _SMALL and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
        what = f"unpacks to {entry.file_size // max(entry.compress_size, 1)} times its size, as bombs do"
        return DocumentError(where, what, "unpack it, if you trust it")
    try:
        return Member(path, archive.read(entry))
    except Exception as error:  # of zipfile, zlib, lzma
        return DocumentError(where, f"cannot be unpacked ({type(error).__name__}: {error})", "copy or pack it again")
