"""What a file or a folder was when dvc.lock recorded it: from DVC's cache, else from git."""

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from onggi.plan.project import Project, dvc_folder_digest

COMMITS = 20
"""Commits that touched a path, from HEAD back, among which what was recorded is looked for."""


@dataclass
class Past:
    """The past of a project's files."""

    project: Project

    def file(self, path: str, digest: str) -> bytes | None:
        """Return what a file held when its MD5 was ``digest``; None where nobody knows."""
        held = self.project.cached(digest)
        if held.is_file():
            return held.read_bytes()
        for files in self._committed(path):
            content = self._blobs[files[path]] if path in files else b""
            if hashlib.md5(content, usedforsecurity=False).hexdigest() == digest:
                return content
        return None

    def listing(self, path: str, digest: str) -> dict[str, str] | None:
        """Return the MD5 of each file of a folder, by its path below it, when the folder's was ``digest``."""
        known = self.project.listing(digest)
        if known is not None:
            return known
        for files in self._committed(path):
            below = {
                name.removeprefix(f"{path}/"): hashlib.md5(self._blobs[blob], usedforsecurity=False).hexdigest()
                for name, blob in files.items()
                if not self.project.ignores(name)
            }
            if dvc_folder_digest(below) == digest:
                return below
        return None

    def _committed(self, path: str) -> Iterator[dict[str, str]]:
        """Yield the blobs at or below a path, HEAD's first, then those of the commits that touched it."""
        commits = self._git("log", f"-{COMMITS}", "--format=%H", "--", path).decode().split()
        seen = []
        for commit in ["HEAD", *commits]:
            lines = self._git("ls-tree", "-r", "-z", commit, "--", path).decode("utf-8", "surrogateescape").split("\0")
            files = {name: head.split()[2] for head, _, name in (line.partition("\t") for line in lines if line)}
            if files and files not in seen:
                seen.append(files)
                self._read(set(files.values()) - self._blobs.keys())
                yield files

    @cached_property
    def _blobs(self) -> dict[str, bytes]:
        return {}

    def _read(self, blobs: set[str]) -> None:
        wanted = sorted(blobs)
        printed = self._git("cat-file", "--batch", given="".join(f"{blob}\n" for blob in wanted).encode())
        start = 0
        for blob in wanted:
            head, _, _ = printed[start:].partition(b"\n")
            if not head:
                return
            size = int(head.split()[2])
            start += len(head) + 1
            self._blobs[blob] = printed[start : start + size]
            start += size + 1

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        """Return what git prints; nothing where there is no repository, no commit or no git."""
        try:
            done = subprocess.run(["git", *arguments], cwd=self.project.root, input=given, capture_output=True)
        except FileNotFoundError:
            return b""
        return done.stdout if done.returncode == 0 else b""
