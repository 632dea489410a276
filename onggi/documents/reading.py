"""One file → the documents it holds: by its bytes, the end of its name and the limits alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from onggi.core.errors import DocumentError
from onggi.documents import archive
from onggi.documents.blocks import Content
from onggi.documents.containers.member import Member, inner
from onggi.documents.containers.zip import MOST_MEMBERS
from onggi.documents.formats import Container, Format, format_of
from onggi.documents.outline import headed
from onggi.documents.parsed import MEGABYTE, Limits, Parsed, parsed, to_row
from onggi.documents.titles import plausible

__all__ = ["Limits", "Parsed", "read_file", "read_row"]

_DEEPEST = 2
"""Containers within each other."""


@dataclass(slots=True)
class _Held:
    """What containers within each other held so far: each may hold little, and all together much.

    ``converted``: something in them was of an old format, whether LibreOffice is there for it or not.
    """

    limits: Limits
    converted: bool = False
    count: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        self.count += 1
        self.size += size
        if self.size > self.limits.max_mb * MEGABYTE:
            raise _TooMuch(f"unpacks to more than ingest.max_mb = {self.limits.max_mb} in all")
        if self.count > MOST_MEMBERS:
            raise _TooMuch(f"holds more than {MOST_MEMBERS} files in all")


class _TooMuch(Exception):
    """What containers within each other hold that they may not."""


def read_file(data: bytes, name: str, where: str, limits: Limits) -> list[Parsed | DocumentError]:
    """Read one file; a container gives one item for each document in it.

    Parameters
    ----------
    name : str
        Of the file: its end hints at the format.
    where : str
        What errors call the file.

    Raises
    ------
    MemoryError
        There is not enough for it.
    """
    return list(_read(data, name, where, _Held(limits), 0))


def _read(data: bytes, name: str, where: str, held: _Held, depth: int) -> Iterator[Parsed | DocumentError]:
    kind: Format | Container | None = None
    try:
        if depth > 0:
            held.add(len(data))
        if not data.strip():
            raise DocumentError(where, "is empty", "fill it or remove it")
        kind = format_of(data, name, where)
        if isinstance(kind, Format):
            held.converted |= kind.convert is not None
            yield _document(data, kind, where, held.limits)
            return
        if depth == _DEEPEST:
            raise DocumentError(where, f"lies more than {_DEEPEST} containers deep", "unpack it")
        for member in kind.members(data, where, held.limits):
            if isinstance(member, DocumentError):
                yield member
            else:
                yield from _member(member, kind, where, held, depth)
    except DocumentError as error:
        yield error
    except _TooMuch as error:
        if depth > 0:
            raise
        yield DocumentError(where, str(error), "unpack it, if you trust it")
    except MemoryError:
        raise
    except Exception as error:  # parsers of damaged files raise anything
        yield _broken(kind.name if kind else "", where, error)


def _member(member: Member, kind: Container, where: str, held: _Held, depth: int) -> Iterator[Parsed | DocumentError]:
    inside = inner(where, member.path)
    if isinstance(member.document, bytes):
        for item in _read(member.document, member.path, inside, held, depth + 1):
            yield replace(item, member=inner(member.path, item.member)) if isinstance(item, Parsed) else item
        return
    try:
        yield parsed(_told(member.document), kind.name, inside, held.limits, member.path)
    except DocumentError as error:
        yield error


def _document(data: bytes, kind: Format, where: str, limits: Limits) -> Parsed:
    try:
        if kind.convert is not None:
            data = kind.convert(data, where)
        if kind.zipped:
            archive.check(data, where, limits.max_mb * MEGABYTE)
        if kind.recognise is not None:
            content = kind.recognise(data, where, limits.ocr)
        elif kind.limited is not None:
            content = kind.limited(data, where, limits.max_mb * MEGABYTE)
        else:
            content = kind.read(data, where)
        return parsed(_told(content), kind.name, where, limits)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:
        raise _broken(kind.name, where, error) from error


def _told(content: Content) -> Content:
    """Return what was read with the headings that its signs show, and no title that is none."""
    return replace(content, blocks=headed(content.blocks), title=plausible(content.title))


def _broken(kind: str, where: str, error: Exception) -> DocumentError:
    what = f"is a broken {kind} file ({type(error).__name__}: {str(error)[:200]})"
    broken = DocumentError(where, what, "open it in its program and save it again")
    broken.__cause__ = error  # a want of memory, maybe: it is tried another time
    return broken


def read_row(data: bytes, name: str, where: str, limits: Limits) -> bytes:
    """Return what a file holds as a row of the memo (see `onggi.documents.parsed.from_row`)."""
    held = _Held(limits)
    return to_row(list(_read(data, name, where, held, 0)), where, held.converted)
