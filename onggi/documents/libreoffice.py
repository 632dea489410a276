"""LibreOffice (https://www.libreoffice.org), where it is installed: one format of office programs → another.

It is run with a profile of its own, without a window, macros, updates of links or what they point to. It inherits the
limits of the process that runs it.
"""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 60  # that it may take to say its version
_OPTIONS = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")
_SCRIPTING, _LINKS = "org.openoffice.Office.Common/Security/Scripting", "Content/Update"
_SETTINGS = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (f"org.openoffice.Office.Writer/{_LINKS}", "Link", "2"),
    (f"org.openoffice.Office.Writer/{_LINKS}", "Field", "false"),
)
"""Path, name and value of what differs from a new profile: no macros, no links to elsewhere, fields as they were."""


class ConversionError(Exception):
    """What became of a conversion that gave nothing."""


def found() -> str | None:
    """Return the path of the program, None where it is not installed."""
    return shutil.which("soffice")


def version() -> str:
    """Return what it says of its version, empty where it is not installed."""
    program = found()
    if program is None:
        return ""
    with tempfile.TemporaryDirectory() as home:
        command = [program, f"-env:UserInstallation={Path(home).as_uri()}", "--version"]
        try:
            done = subprocess.run(command, capture_output=True, env=_environment(home), timeout=_SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):
            return "unknown"
    return done.stdout.decode("utf-8", "replace").strip()


def converted(data: bytes, old: str, new: str) -> bytes:
    """Return a file in another format.

    Parameters
    ----------
    old, new : str
        Suffixes of the two formats, without the dot.

    Raises
    ------
    ConversionError
        Nothing came of it; the message says how the program ended.
    """
    with _scratch() as folder:
        source, out = folder / f"file.{old}", folder / "out"
        profile, home = folder / "profile", folder / "home"
        (profile / "user").mkdir(parents=True)
        home.mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(_profile())
        source.write_bytes(data)
        places = (f"-env:UserInstallation={profile.as_uri()}", "--convert-to", new, "--outdir", str(out), str(source))
        code = _run([found() or "soffice", *_OPTIONS, *places], str(home))
        result = out / f"file.{new}"
        if code != 0 or not result.is_file():
            raise ConversionError(_ended(code))
        return result.read_bytes()


def _run(command: list[str], home: str) -> int:
    nothing = subprocess.DEVNULL
    try:
        return subprocess.run(
            command, env=_environment(home), stdin=nothing, stdout=nothing, stderr=nothing, check=False
        ).returncode
    except OSError as error:
        raise ConversionError(error.strerror) from error


def _environment(home: str) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8"}


def _ended(code: int) -> str:
    """Tell how a program ended; what a shell ran says 128 and the number of the signal."""
    number = -code if code < 0 else code - 128
    if number in {item.value for item in signal.Signals}:
        return f"ended by {signal.Signals(number).name}"
    return f"exit code {code}" if code else "no file came of it"


@contextmanager
def _scratch() -> Iterator[Path]:
    """Give a folder that ends with the block, in which files may be as large as the hard limit allows.

    Of a child of a sandbox the soft limit is 0, and is again behind the block (see `onggi.documents.sandbox`).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _profile() -> str:
    """Return the settings of a profile, as LibreOffice writes what a user chose."""
    items = (
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{"".join(items)}</oor:items>'
    )
