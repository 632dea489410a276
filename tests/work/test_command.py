import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pytest
import typer

from onggi.core.errors import TableError
from onggi.core.outs import replacing, write_text
from onggi.work.command import run


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str, does: object) -> int:
    """Run a command that raises ``does`` and return its exit code."""

    def main(name: Annotated[str, typer.Argument()] = "독") -> None:
        """Do what the test says."""
        if isinstance(does, BaseException):
            raise does
        print(f"{name}: {does}")

    monkeypatch.setattr(sys, "argv", ["stage", *arguments])
    with pytest.raises(SystemExit) as ended:
        run(main)
    return int(ended.value.code or 0)


def test_a_command_that_ends_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(monkeypatch, "장독", does="닫힘") == 0
    assert capsys.readouterr() == ("장독: 닫힘\n", "")


@pytest.mark.parametrize(
    ("raised", "line"),
    [
        (TableError("a.parquet", "no such\ntable", "build it"), "error: a.parquet: no such table; build it"),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            "error: disk: no space left on device; free space and run `dvc repro` again; what was finished is kept",
        ),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "data/chunks.parquet"),
            "error: data/chunks.parquet: no space left on device; "
            "free space and run `dvc repro` again; what was finished is kept",
        ),
        (
            OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
            "error: disk: disk quota exceeded; "
            "free space or raise the quota, and run `dvc repro` again; what was finished is kept",
        ),
        (
            PermissionError(errno.EACCES, os.strerror(errno.EACCES), "data/raw/독.md"),
            "error: data/raw/독.md: permission denied; "
            "allow it (`ls -l` shows who may) and run `dvc repro` again; what was finished is kept",
        ),
        (
            FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "models/base"),
            "error: models/base: no such file or directory; "
            "mend it and run `dvc repro` again; what was finished is kept",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_a_failure_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: Exception, line: str
) -> None:
    assert command(monkeypatch, does=raised) == 1
    assert capsys.readouterr() == ("", line + "\n")


def test_an_interrupt_is_one_line_and_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, does=KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "interrupted; no half-written file is left; run `dvc repro` to go on\n")


def test_an_interrupt_says_what_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    interrupt = KeyboardInterrupt()
    interrupt.add_note("1,200 embeddings are in the memo")
    assert command(monkeypatch, does=interrupt) == 130
    assert capsys.readouterr().err.startswith("interrupted: 1,200 embeddings are in the memo; no half-written file")


def test_a_sigterm_is_one_line_and_exit_code_143(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def main() -> None:
        with replacing(tmp_path / "out.txt") as temporary:
            temporary.write_text("된")
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit, match="143"):
        run(main)
    assert capsys.readouterr() == ("", "interrupted; no half-written file is left; run `dvc repro` to go on\n")
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_sigterm_that_somebody_else_sees_to_stays_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    try:
        monkeypatch.setattr(sys, "argv", ["stage"])
        with pytest.raises(SystemExit, match="0"):
            run(lambda: os.kill(os.getpid(), signal.SIGTERM))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert seen == [signal.SIGTERM]


def test_a_fork_that_gets_a_sigterm_ends_at_once(python: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    """It has nothing of its own to put in order, and must not remove what its parent is writing."""
    done = python(
        "import os, pathlib, signal\n"
        "from onggi.core.outs import replacing\nfrom onggi.work.command import run\n"
        "def main() -> None:\n"
        "    with replacing(pathlib.Path('out')) as temporary:\n"
        "        temporary.write_text('whole')\n"
        "        if not (child := os.fork()):\n            os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)\n"
        "run(main)\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "-15\n", "")


@pytest.mark.parametrize("raised", [TableError("a", "b", "c"), OSError(errno.ENOSPC, "full")])
def test_traceback_lets_the_error_through(monkeypatch: pytest.MonkeyPatch, raised: Exception) -> None:
    with pytest.raises(type(raised)):
        command(monkeypatch, "--traceback", does=raised)


@pytest.mark.parametrize("bug", [ZeroDivisionError(), OSError("no errno, no file"), ConnectionResetError(104, "reset")])
def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, bug: Exception) -> None:
    with pytest.raises(type(bug)):
        command(monkeypatch, does=bug)


def test_a_full_disk_while_an_out_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def main() -> None:
        write_text(tmp_path / "out.txt", "된장")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit, match="1"):
        run(main)
    assert capsys.readouterr().err.startswith(f"error: {tmp_path / 'out.txt'}: no space left on device; free space")
    assert list(tmp_path.iterdir()) == []


def test_several_functions_are_subcommands_with_options_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(jar: Path, *, litres: int = 3) -> None:
        """Fill a jar."""
        print(jar, litres)

    def empty(jar: Path) -> None:
        """Empty a jar."""

    monkeypatch.setattr(sys, "argv", ["stage", "fill", "a/b", "--litres", "7"])
    with pytest.raises(SystemExit, match="0"):
        run(fill, empty)
    assert capsys.readouterr().out == "a/b 7\n"
    monkeypatch.setattr(sys, "argv", ["stage", "fill", "--help"])
    with pytest.raises(SystemExit, match="0"):
        run(fill, empty)
    shown = capsys.readouterr().out
    assert "Fill a jar." in shown and "--traceback" in shown
