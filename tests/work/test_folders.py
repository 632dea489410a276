import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onggi.work import folders
from onggi.work.folders import Folders, Manifest, described

ROOT = Path(__file__).parents[2]
KEY, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "1_Pooling" / "config.json").write_text("{}", "utf-8")
    (folder / "model.safetensors").write_bytes(os.urandom(3000))
    return folder


@pytest.fixture
def held(tmp_path: Path, made: Path) -> Folders:
    """Folders that hold one under KEY."""
    found = Folders(tmp_path / "held")
    assert found.keep(Manifest.of(KEY, "training", made, [[1, 0.25, 3.5]]), made)
    return found


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_kept_is_taken(held: Folders, made: Path, tmp_path: Path) -> None:
    taken = held.take(KEY, tmp_path / "out")
    assert taken is not None and (taken.kind, taken.result) == ("training", [[1, 0.25, 3.5]])
    assert content(tmp_path / "out") == content(made)
    assert held.take(OTHER, tmp_path / "none") is None and not (tmp_path / "none").exists()


def test_nothing_is_shared_with_what_was_made_or_taken(held: Folders, made: Path, tmp_path: Path) -> None:
    held.take(KEY, tmp_path / "out")
    inodes = [{path.stat().st_ino for path in folder.rglob("*")} for folder in (made, held.path, tmp_path / "out")]
    assert not (inodes[0] & inodes[1] or inodes[1] & inodes[2])


def test_links_for_a_plan_change_nothing(held: Folders, made: Path, tmp_path: Path) -> None:
    manifest = held.path / KEY / "manifest.json"
    os.utime(manifest, (1, 1))
    assert held.take(KEY, tmp_path / "out", linked=True) is not None
    assert content(tmp_path / "out") == content(made) and (tmp_path / "out" / "model.safetensors").is_symlink()
    assert manifest.stat().st_mtime == 1
    (held.path / KEY / "files" / "model.safetensors").write_bytes(b"other")
    assert held.take(KEY, tmp_path / "again", linked=True) is None
    assert [path.name for path in held.path.iterdir() if not path.name.startswith(".")] == [KEY]


def cut_off(folder: Path) -> None:
    os.truncate(folder / "files" / "model.safetensors", 100)


def flipped(folder: Path) -> None:
    file = folder / "files" / "model.safetensors"
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])


def missing(folder: Path) -> None:
    (folder / "files" / "1_Pooling" / "config.json").unlink()


def of_another_curve(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("3.5", "2.5"), "utf-8")


def without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\xff[")


DAMAGES = [cut_off, flipped, missing, of_another_curve, without_manifest, no_manifest]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_set_aside_and_another_can_be_kept(
    held: Folders, made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], damage
) -> None:
    damage(held.path / KEY)
    assert held.problem(KEY) is not None
    assert held.take(KEY, tmp_path / "out") is None and not (tmp_path / "out").exists()
    said = capfd.readouterr().err
    assert said.startswith(f"warning: {held.path / KEY}: damaged (") and said.count("\n") == 1
    assert said.endswith(f"); moved to {KEY}.damaged-1, what it held is made again\n")
    assert held.keep(Manifest.of(KEY, "training", made, None), made)
    assert held.take(KEY, tmp_path / "out") is not None and capfd.readouterr().err == ""
    damage(held.path / KEY) if damage is not of_another_curve else cut_off(held.path / KEY)
    assert held.take(KEY, tmp_path / "again") is None
    assert held.kept() == [] and {found.name for found in held.held()} == {f"{KEY}.damaged-{n}" for n in (1, 2)}


def test_a_folder_under_the_key_of_another_is_not_taken(held: Folders, tmp_path: Path) -> None:
    (held.path / KEY).rename(held.path / OTHER)
    assert held.take(OTHER, tmp_path / "out") is None


def test_a_new_folder_in_place_of_a_damaged_one_is_left_alone(held: Folders, made: Path) -> None:
    """Two find the damage, and the faster one has made it again."""
    inode = (held.path / KEY).stat().st_ino
    (held.path / KEY).rename(held.path / f"{KEY}.damaged-1")
    held.keep(Manifest.of(KEY, "training", made, None), made)
    held._set_aside(KEY, inode, "damaged")
    assert held.problem(KEY) is None


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/passwd", "a/../../b", "", ".", "a//b", "./a", "a\\b", "C:\\a", "c:a", "a/", "nul\0", "..", 7],
)
def test_a_manifest_that_names_a_file_outside_is_none(made: Path, name: object) -> None:
    files = {"in": described(made / "model.safetensors")}
    text = Manifest(KEY, "training", None, {name: files["in"]}).text() if isinstance(name, str) else ""
    if not text:
        text = json.dumps({"body": {"key": KEY, "kind": "t", "result": None, "files": [[name, 1, ""]]}, "digest": ""})
    with pytest.raises(ValueError, match=r"manifest|file"):
        Manifest.parse(text, KEY)


@pytest.mark.parametrize("text", ["", "[]", "{}", "7", '{"body": {}, "digest": ""}', "[" * 100_000])
def test_what_is_no_manifest(text: str) -> None:
    with pytest.raises(ValueError):
        Manifest.parse(text, KEY)


def test_what_was_used_longest_ago_comes_first_and_damage_before_all(held: Folders, made: Path, tmp_path: Path) -> None:
    held.keep(Manifest.of(OTHER, "training", made, None), made)
    for name, days in ((KEY, 9), (OTHER, 5)):
        os.utime(held.path / name / "manifest.json", (days * 86400, days * 86400))
    shutil.copytree(held.path / KEY, held.path / f"{KEY}.damaged-1")
    assert [(found.name, found.day) for found in held.held()] == [(f"{KEY}.damaged-1", 0), (OTHER, 5), (KEY, 9)]
    held.take(OTHER, tmp_path / "out")
    assert [found.name for found in held.held()] == [f"{KEY}.damaged-1", KEY, OTHER]
    assert held.size() == sum(found.bytes for found in held.held()) > 9000
    held.forget(f"{KEY}.damaged-1")
    held.forget(KEY)
    held.forget(KEY)
    assert [found.name for found in held.held()] == [OTHER]


WRITER = """
import sys
from pathlib import Path
from onggi.work.folders import Folders, Manifest
held, made, out, key = Folders(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]), "ab" * 16
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    taken = held.take(key, out / str(number))
    if taken is None:
        held.keep(Manifest.of(key, "training", made, "the same"), made)
    else:
        assert taken.result == "the same" and len(list((out / str(number)).rglob("*"))) == 3
    if number % 5 == 4:
        held.forget(key)
"""


def test_processes_that_keep_take_and_forget_one_folder_at_once(made: Path, tmp_path: Path) -> None:
    children = []
    for number in range(3):
        (tmp_path / f"out {number}").mkdir()
        command = [sys.executable, "-c", WRITER, str(tmp_path / "held"), str(made), str(tmp_path / f"out {number}")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        children.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    ended = [child.communicate("go\n", timeout=900)[1] for child in children]
    assert (ended, [child.returncode for child in children]) == ([""] * 3, [0] * 3)


def test_what_a_killed_process_left_is_removed(held: Folders, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (held.path / f".{OTHER}.abc").mkdir()
    assert held.keep(Manifest.of(OTHER, "training", made, None), made)
    assert {path.name for path in held.path.iterdir()} == {".lock", KEY, OTHER}


def test_a_disk_that_fills_leaves_nothing(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_copy", full)
    with pytest.raises(OSError, match="No space") as caught:
        Folders(tmp_path / "held").keep(Manifest.of(KEY, "training", made, None), made)
    assert caught.value.filename == str(tmp_path / "held" / KEY)
    assert [path.name for path in (tmp_path / "held").iterdir()] == [".lock"]
