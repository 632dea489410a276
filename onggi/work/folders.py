"""Folders that took minutes to make, such as checkpoints, each under the digest of all that decides it.

``KEY/files/`` holds what was made, ``KEY/manifest.json`` the size and digest of every file and what is to be known
beside them. A folder is written beside its place and renamed, and what is taken out is a copy whose digests were
compared, so that neither a crash nor a later edit can make it another.
"""

import fcntl
import hashlib
import itertools
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from onggi.core.outs import replacing
from onggi.work.store import SECONDS_PER_DAY, home, locked

KEY = re.compile(r"[0-9a-f]{32}")
DAMAGED = re.compile(rf"{KEY.pattern}\.damaged-\d+")
FICLONE = 0x40049409
"""The request of Linux to let two files share blocks until one of them is written to."""

File = tuple[int, str]
"""Bytes and digest."""


def location() -> Path:
    """Return where this user's folders are kept."""
    return home() / "checkpoints"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder holds.

    Parameters
    ----------
    key, kind
        The digest of all that decides the folder, and what it is: ``training``, ``bootstrap``.
    result
        What is to be known beside its files, as a JSON value: of a training its loss curve.
    files
        Every file by its path below the folder, with slashes.
    """

    key: str
    kind: str
    result: Any
    files: Mapping[str, File]

    @classmethod
    def of(cls, key: str, kind: str, folder: Path, result: object) -> Self:
        """Describe a folder."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls(key, kind, result, {path.relative_to(folder).as_posix(): described(path) for path in paths})

    @classmethod
    def parse(cls, text: str, key: str) -> Self:
        """Read what `text` wrote.

        Raises
        ------
        ValueError
            It is none, or that of another key; or a file of it would lie outside of its folder.
        """
        try:
            content = json.loads(text)
            body = content["body"]
            found = cls(
                body["key"], body["kind"], body["result"],
                {name: (size, digest) for name, (size, digest) in body["files"].items()},
            )  # fmt: skip
            whole = content["digest"] == found._digest() and found.key == key and isinstance(found.kind, str)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no manifest ({error!r})") from None
        if not whole or not KEY.fullmatch(key):
            raise ValueError("not the manifest that was written")
        for name, (size, digest) in found.files.items():
            if not is_inside(name) or type(size) is not int or size < 0 or not isinstance(digest, str):
                raise ValueError(f"a file {name!r} that cannot be in it")
        return found

    def text(self) -> str:
        """Return the manifest as JSON with a digest of itself."""
        return json.dumps({"body": self._body(), "digest": self._digest()}, ensure_ascii=False, indent=1) + "\n"

    def _body(self) -> dict[str, object]:
        files = {name: list(file) for name, file in sorted(self.files.items())}
        return {"key": self.key, "kind": self.kind, "result": self.result, "files": files}

    def _digest(self) -> str:
        return hashlib.blake2b(json.dumps(self._body(), sort_keys=True).encode(), digest_size=16).hexdigest()

    @property
    def bytes(self) -> int:
        """The bytes of all files."""
        return sum(size for size, _ in self.files.values())


@dataclass(frozen=True, slots=True)
class Held:
    """A folder that is kept: its name, its bytes, and when it was last used in days since 1970; 0 if damaged."""

    name: str
    bytes: int
    day: int


class Folders:
    """The folders that are kept in one place, which need not be there.

    Raises
    ------
    OSError
        From every method but `take`: the disk is full, or the place is read-only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def take(self, key: str, to: Path, *, linked: bool = False) -> Manifest | None:
        """Put the files of a folder at ``to``, where nothing is; None where it is not held, or not whole.

        One that is damaged is set aside with a warning.

        Parameters
        ----------
        linked
            Links instead of copies, and nothing is changed here: for a plan.
        """
        try:
            inode = (self.path / key).stat().st_ino
            manifest = self.manifest(key)
            self._give(manifest, to, linked)
            if not linked:
                with suppress(OSError):
                    os.utime(self.path / key / "manifest.json")
            return manifest
        except (OSError, ValueError) as error:
            shutil.rmtree(to, ignore_errors=True)
            if not linked and (self.path / key).exists():
                self._set_aside(key, inode, _said(error))
            return None

    def manifest(self, key: str) -> Manifest:
        """Read the manifest of a folder.

        Raises
        ------
        ValueError
            It is damaged.
        """
        return Manifest.parse((self.path / key / "manifest.json").read_text("utf-8"), key)

    def keep(self, manifest: Manifest, folder: Path) -> bool:
        """Keep a copy of a folder; tell whether it was not held before."""
        self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path / ".lock"):
            self._sweep()
            if (self.path / manifest.key).exists():
                return False
            with replacing(self.path / manifest.key) as temporary:
                for name in manifest.files:
                    _copy(folder / name, temporary / "files" / name)
                temporary.mkdir(exist_ok=True)
                (temporary / "manifest.json").write_text(manifest.text(), "utf-8")
        return True

    def held(self) -> list[Held]:
        """Return all folders, those that were used longest ago first, and those set aside before all."""
        return sorted(self._held(), key=lambda held: (held.day, held.name))

    def size(self) -> int:
        """Return the bytes of all folders."""
        return sum(held.bytes for held in self._held())

    def forget(self, name: str) -> None:
        """Remove a folder; who is reading it finds it gone as a whole."""
        with locked(self.path / ".lock"):
            gone = self.path / f".{name}.gone"
            with suppress(FileNotFoundError):
                os.replace(self.path / name, gone)
            self._sweep()

    def kept(self) -> list[str]:
        """Return the keys of the folders that are not set aside."""
        return sorted(held.name for held in self._held() if held.day)

    def problem(self, key: str) -> str | None:
        """Return what is wrong with a folder, None where every byte is what was written."""
        try:
            manifest = self.manifest(key)
            for name, file in manifest.files.items():
                if described(self.path / key / "files" / name) != file:
                    return f"{name} is not what was written"
        except (OSError, ValueError) as error:
            return _said(error)
        return None

    def _held(self) -> Iterator[Held]:
        for folder in self.path.iterdir() if self.path.is_dir() else ():
            with suppress(FileNotFoundError):  # another process forgets it
                if KEY.fullmatch(folder.name) or DAMAGED.fullmatch(folder.name):
                    manifest = folder / "manifest.json"
                    used = manifest.stat() if KEY.fullmatch(folder.name) and manifest.exists() else None
                    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                    yield Held(folder.name, size, int(used.st_mtime // SECONDS_PER_DAY) if used else 0)

    def _give(self, manifest: Manifest, to: Path, linked: bool) -> None:
        to.mkdir()
        for name, file in manifest.files.items():
            held, given = self.path / manifest.key / "files" / name, to / name
            if linked:
                given.parent.mkdir(parents=True, exist_ok=True)
                given.symlink_to(held)
            else:
                _copy(held, given)
            if described(given) != file:
                raise ValueError(f"{name} is not what was written")

    def _set_aside(self, key: str, inode: int, problem: str) -> None:
        """Rename a damaged folder, unless another process has put a new one in its place."""
        said = "what it held is made again"
        with suppress(OSError), locked(self.path / ".lock"):
            if (self.path / key).stat().st_ino != inode:
                return
            aside = next(a for n in itertools.count(1) if not (a := self.path / f"{key}.damaged-{n}").exists())
            os.replace(self.path / key, aside)
            said = f"moved to {aside.name}, {said}"
        print(f"warning: {self.path / key}: damaged ({problem}); {said}", file=sys.stderr)

    def _sweep(self) -> None:
        """Remove what killed processes left; the caller holds the lock, so that nobody is writing."""
        for folder in self.path.glob(".*"):
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)


def described(path: Path) -> File:
    """Return the bytes and the digest of a file."""
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=32)).hexdigest()
        return os.fstat(content.fileno()).st_size, digest


def is_inside(name: object) -> bool:
    """Tell whether a file of this name lies below its folder, on every system.

    Examples
    --------
    >>> is_inside("1_Pooling/config.json"), is_inside("../config.json"), is_inside("/etc/passwd")
    (True, False, False)
    """
    if not isinstance(name, str) or not name or "\\" in name or "\0" in name or ":" in name:
        return False
    parts = PurePosixPath(name).parts
    return "/".join(parts) == name and bool(parts) and not {"..", "/"} & set(parts)


def _copy(source: Path, target: Path) -> None:
    """Copy a file; where the file system can, both share their blocks until one of them is written to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("wb") as written:
        with suppress(OSError):
            fcntl.ioctl(written.fileno(), FICLONE, read.fileno())
            return
        shutil.copyfileobj(read, written, 1 << 20)


def _said(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
