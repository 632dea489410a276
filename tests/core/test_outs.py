import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from onggi.core.outs import replacing, write_csv, write_json, write_text

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["nothing", "a file", "a folder", "a link to a folder"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An out as an earlier run left it."""
    path = tmp_path / "독"
    if request.param == "a file":
        path.write_text("옛것")
    elif request.param == "a folder":
        (path / "안").mkdir(parents=True)
        (path / "안" / "옛것").write_text("옛것")
    elif request.param == "a link to a folder":
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / "옛것").write_text("옛것")
        path.symlink_to("cache")
    return path


def tree(folder: Path) -> dict[str, str | None]:
    return {str(path.relative_to(folder)): path.read_text() if path.is_file() else None for path in folder.rglob("*")}


def test_a_file_takes_the_place_of_what_was_there(before: Path) -> None:
    with replacing(before) as temporary:
        temporary.write_text("새것")
        assert not before.is_file() or before.read_text() == "옛것"
    assert before.is_file() and before.read_text() == "새것"
    assert {path.name for path in before.parent.iterdir()} <= {before.name, "cache"}


def test_a_folder_takes_the_place_of_what_was_there(before: Path) -> None:
    with replacing(before) as temporary:
        (temporary / "안").mkdir(parents=True)
        (temporary / "안" / "새것").write_text("새것")
    assert not before.is_symlink() and tree(before) == {"안": None, "안/새것": "새것"}
    assert {path.name for path in before.parent.iterdir()} <= {before.name, "cache"}


def test_what_a_link_points_to_stays(tmp_path: Path) -> None:
    (tmp_path / "cached").write_text("옛것")
    (tmp_path / "out").symlink_to("cached")
    write_text(tmp_path / "out", "새것")
    assert tree(tmp_path) == {"cached": "옛것", "out": "새것"} and not (tmp_path / "out").is_symlink()


@pytest.mark.parametrize("raised", [ValueError("x"), KeyboardInterrupt(), SystemExit(3), OSError(errno.ENOSPC, "full")])
@pytest.mark.parametrize("folder", [False, True])
def test_a_block_that_fails_leaves_all_as_it_was(before: Path, raised: BaseException, folder: bool) -> None:
    there = tree(before.parent)
    with pytest.raises(type(raised)), replacing(before) as temporary:
        if folder:
            temporary.mkdir()
            temporary = temporary / "half"
        temporary.write_text("새")
        raise raised
    assert tree(before.parent) == there


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_is_full_at_the_end_leaves_all_as_it_was(
    before: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    there = tree(before.parent)
    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_text(before, "새것")
    assert caught.value.errno == errno.ENOSPC and caught.value.filename == str(before)
    assert tree(before.parent) == there


def test_a_device_that_takes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with pytest.raises(OSError, match="No space") as caught, replacing(path) as temporary:
        temporary.symlink_to("/dev/full")
        temporary.write_text("된장")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_another_file_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, replacing(tmp_path / "out") as temporary:
        temporary.write_text((tmp_path / "none").read_text())
    assert caught.value.filename == str(tmp_path / "none")


def test_a_block_that_makes_nothing_is_an_error_of_the_out(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, replacing(tmp_path / "out"):
        pass
    assert caught.value.filename == str(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_files_and_folders_are_flushed_before_they_are_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    opened: dict[int, str] = {}
    real_open, real_fsync, real_replace = os.open, os.fsync, os.replace

    def open_(path: Path, *args: int) -> int:
        opened[descriptor := real_open(path, *args)] = Path(path).name
        return descriptor

    def fsync(descriptor: int) -> None:
        calls.append(opened[descriptor])
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        calls.append("rename")
        real_replace(source, target)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    with replacing(tmp_path / "out") as temporary:
        (temporary / "a").mkdir(parents=True)
        (temporary / "a" / "b").write_text("")
    assert calls == ["out", "a", "b", "rename", tmp_path.name]


def test_a_process_killed_in_the_middle_leaves_the_old_out(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    write_text(out, "옛것")
    script = (
        "import os, sys, pathlib\nfrom onggi.core.outs import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_text('half')\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(out)], cwd=ROOT)
    assert done.returncode == -9 and out.read_text() == "옛것"
    write_text(out, "새것")
    assert out.read_text() == "새것"


@pytest.mark.parametrize("moment", ["before it is opened", "before it is locked"])
def test_a_folder_that_another_process_takes_for_forsaken_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Its lock is free from its making to its locking, which is when another writer of the same out may clear up."""
    real_make, real_open, made = tempfile.mkdtemp, os.open, []

    def clear_up(path: object) -> None:
        made.append(path)
        if len(made) == 1:
            os.rmdir(str(path))

    def make(**where: object) -> str:
        folder = real_make(**where)  # type: ignore[call-overload]
        if moment == "before it is opened":
            clear_up(folder)
        return str(folder)

    def open_(path: object, *flags: int, **where: int) -> int:
        descriptor = real_open(path, *flags, **where)  # type: ignore[arg-type]
        if moment == "before it is locked" and Path(str(path)).name.startswith(".out.txt."):
            clear_up(path)
        return descriptor

    monkeypatch.setattr(tempfile, "mkdtemp", make)
    monkeypatch.setattr(os, "open", open_)
    open_files = len(os.listdir("/proc/self/fd"))
    write_text(tmp_path / "out.txt", "된장")
    assert tree(tmp_path) == {"out.txt": "된장"} and len(made) >= 2
    assert len(os.listdir("/proc/self/fd")) == open_files


def test_json_keeps_the_order_of_its_keys_and_its_hangul(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "m.json", {"b": 1, "a": [0.1, None, "독"]})
    expected = '{\n  "b": 1,\n  "a": [\n    0.1,\n    null,\n    "독"\n  ]\n}\n'
    assert (tmp_path / "a" / "m.json").read_bytes() == expected.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_json_has_no_number_that_is_none(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "m.json", {"a": value})
    assert list(tmp_path.iterdir()) == []


def test_rows_that_end_in_an_error_leave_no_table(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_csv(tmp_path / "m.csv", ["k"], rows())
    assert list(tmp_path.iterdir()) == []


def test_csv_has_unix_line_ends(tmp_path: Path) -> None:
    write_csv(tmp_path / "m.csv", ["k", "독"], [(1, 0.5), ("a,b", 'c"d'), ("e\nf", None)])
    assert (tmp_path / "m.csv").read_bytes() == 'k,독\n1,0.5\n"a,b","c""d"\n"e\nf",\n'.encode()


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    write_text(tmp_path / "m.txt", "한\n줄\r\n")
    assert (tmp_path / "m.txt").read_bytes() == "한\n줄\r\n".encode()
