"""What a container holds."""

import re
import unicodedata
from dataclasses import dataclass

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Content


@dataclass(frozen=True, slots=True)
class Member:
    """A document in a container: its path there (empty for what the container itself says), and it, read or not."""

    path: str
    document: bytes | Content


def inner(where: str, path: str) -> str:
    """Return what errors call a member."""
    return f"{where}/{path}" if path else where


def refused(path: str, where: str) -> DocumentError | None:
    """Return what is wrong with the path of a member, which is not to lead out of its container."""
    shown = path.encode("unicode_escape").decode() if _UNPRINTABLE.search(path) else path
    if _UNPRINTABLE.search(path):
        return DocumentError(inner(where, shown), "its name holds control characters", "rename it")
    if path.startswith("/") or _DRIVE.match(path) or ".." in path.split("/"):
        return DocumentError(inner(where, shown), "its name leads out of the archive", "rename it, or remove it")
    return None


def plain_name(name: str) -> str:
    """Return the name of an attachment as the last part of a path."""
    return unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1]).strip() or "attachment"


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")
