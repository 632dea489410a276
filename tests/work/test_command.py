import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer

from onggi.core.errors import TableError
from onggi.core.outs import write_text
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
