import errno
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.work import store
from onggi.work.store import FORMAT, Store, home, location

ROOT = Path(__file__).parents[2]
Python = Callable[..., "subprocess.CompletedProcess[str]"]


def rows(count: int, kind: str = "독") -> dict[bytes, bytes]:
    """Rows of different sizes, some of them longer than a page of SQLite's."""
    generator = random.Random(f"{kind} {count}")
    return {f"{kind} {n}".encode(): generator.randbytes(generator.choice([0, 9, 300, 6000])) for n in range(count)}


ROWS = rows(200)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store that holds ROWS, closed."""
    path = tmp_path / "memo.sqlite"
    opened = Store(path)
    opened.add("독", ROWS)
    opened.close()
    return path


def found(path: Path, keys: list[bytes] | None = None) -> dict[bytes, bytes]:
    """Open a store, ask it and close it."""
    opened = Store(path)
    result = opened.find(keys or list(ROWS))
    opened.close()
    return result


def sql(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Run a statement on the file behind the store's back."""
    connection = sqlite3.connect(path)
    with connection:
        result = connection.execute(statement, values).fetchall()
    connection.close()
    return result


def test_what_was_added_is_found(path: Path) -> None:
    assert found(path) == ROWS
    assert found(path, ["독 3".encode(), b"unknown", "독 3".encode()]) == {"독 3".encode(): ROWS["독 3".encode()]}
    assert Store(path).find([]) == {}


def test_a_row_takes_the_place_of_the_one_before(path: Path) -> None:
    opened = Store(path)
    opened.add("독", {b"a": b"1"})
    opened.add("독", {b"a": b"2", b"b": b""})
    assert opened.find([b"a", b"b"]) == {b"a": b"2", b"b": b""}
    opened.close()
    assert sql(path, "SELECT count(*) FROM rows WHERE key = ?", b"a") == [(1,)]


def test_the_day_of_use_is_noted_for_what_was_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = sorted(ROWS)
    written = store.day()
    monkeypatch.setattr(store, "day", lambda: written + 9)
    found(path, keys[:3])
    assert sql(path, "SELECT day, count(*) FROM rows GROUP BY day") == [(written, 197), (written + 9, 3)]
    assert sql(path, "SELECT count(*) FROM rows WHERE day = ? AND key <= ?", written + 9, keys[2]) == [(3,)]


def test_no_use_is_noted_of_a_row_that_took_the_number_of_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = store.day()
    monkeypatch.setattr(store, "day", lambda: written + 9)
    opened = Store(path)
    opened.find(["독 199".encode()])
    sql(path, "UPDATE rows SET key = ? WHERE key = ?", b"another", "독 199".encode())
    opened.close()
    assert sql(path, "SELECT day FROM rows WHERE key = ?", b"another") == [(written,)]


def test_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "어디"))
    assert home() == tmp_path / "어디"
    opened = Store(location())
    opened.close()
    assert opened.path == tmp_path / "어디" / f"memo-{FORMAT}.sqlite" and opened.path.exists()
    monkeypatch.setenv("ONGGI_MEMO", "~/옹기")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home() == tmp_path / "옹기"
    monkeypatch.setenv("ONGGI_MEMO", "")
    assert home() == Path(platformdirs.user_cache_dir("onggi", appauthor=False))


def test_a_store_of_another_format_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path))
    other = tmp_path / f"memo-{FORMAT + 1}.sqlite"
    other.write_bytes(b"another format")
    opened = Store(location())
    opened.add("독", ROWS)
    opened.close()
    assert other.read_bytes() == b"another format" and not list(tmp_path.glob("*.damaged-*"))


def flip(path: Path, offset: int, bits: int = 0xFF) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ bits]))


def overwrite(path: Path, start: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "another file": lambda path: path.write_bytes(b"\x00binary" * 999),
    "a text": lambda path: path.write_text("독을 씻는다.\n" * 500, "utf-8"),
    "header": lambda path: overwrite(path, 0, os.urandom(100)),
    "cut in a page": lambda path: os.truncate(path, path.stat().st_size // 2 + 77),
    "cut between pages": lambda path: os.truncate(path, path.stat().st_size // 8192 * 4096),
    "cut in the header": lambda path: os.truncate(path, 50),
    "middle": lambda path: overwrite(path, 4096, bytes(path.stat().st_size - 8192)),
    "schema": lambda path: overwrite(path, path.read_bytes().index(b"sum BLOB"), b"sun"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_with_one_warning(
    path: Path, damage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    DAMAGES[damage](path)
    content = path.read_bytes()
    opened = Store(path)
    held = opened.find(list(ROWS))
    assert held.items() <= ROWS.items()
    opened.add("독", {key: value for key, value in ROWS.items() if key not in held})
    assert opened.find(list(ROWS)) == ROWS
    opened.close()
    printed = capfd.readouterr().err
    aside = path.with_name("memo.damaged-1")
    assert printed.startswith(f"warning: {path}: the memo is damaged (") and printed.count("\n") == 1
    assert printed.endswith("); moved to memo.damaged-1, what it held is computed again\n")
    assert len(aside.read_bytes()) == len(content)
    assert found(path) == ROWS
    assert capfd.readouterr().err == ""


def test_a_second_damaged_file_gets_another_name(path: Path) -> None:
    for number in (1, 2, 3):
        path.write_bytes(b"no database" * 99)
        found(path)
        assert path.with_name(f"memo.damaged-{number}").read_bytes() == b"no database" * 99


def test_an_empty_file_is_an_empty_store(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    os.truncate(path, 0)
    assert found(path) == {}
    assert capfd.readouterr().err == "" and not list(path.parent.glob("*.damaged-*"))


def test_the_log_of_another_file_does_no_harm(path: Path, tmp_path: Path) -> None:
    other = Store(tmp_path / "other.sqlite")
    other.add("솥", rows(300, "솥"))
    shutil.copy(tmp_path / "other.sqlite-wal", tmp_path / "memo.sqlite-wal")
    other.close()
    opened = Store(path)
    assert opened.find(list(ROWS)).items() <= ROWS.items()
    opened.add("독", ROWS)
    assert opened.find(list(ROWS)) == ROWS
    opened.close()
    assert found(path) == ROWS


def test_a_log_that_was_cut_off_loses_its_last_rows_alone(path: Path, tmp_path: Path) -> None:
    """As after a loss of power: what was committed before is there."""
    copy = tmp_path / "copy.sqlite"
    opened = Store(path)
    for number in range(20):
        opened.add("독", {f"later {number}".encode(): bytes(2000)})
    shutil.copy(path, copy)
    shutil.copy(f"{path}-wal", f"{copy}-wal")
    opened.close()
    os.truncate(f"{copy}-wal", os.stat(f"{copy}-wal").st_size * 2 // 3)
    later = [f"later {number}".encode() for number in range(20)]
    survived = found(copy, later)
    assert found(copy) == ROWS
    assert 0 < len(survived) < 20 and list(survived.values()) == [bytes(2000)] * len(survived)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12))
def test_no_damage_gives_a_wrong_row_or_an_error(flips: list[tuple[float, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memo.sqlite"
        opened = Store(path)
        opened.add("독", ROWS)
        opened.close()
        size = path.stat().st_size
        for place, bits in flips:
            flip(path, int(place * size), bits)
        opened = Store(path)
        held = opened.find(list(ROWS))
        assert held.items() <= ROWS.items()
        opened.add("독", {key: value for key, value in ROWS.items() if key not in held})
        assert opened.find(list(ROWS)).items() <= ROWS.items()
        opened.close()
        assert found(path).items() <= ROWS.items()


@pytest.mark.parametrize("value", [b"something else", "text", 7, 0.5, bytes(8)])
def test_a_damaged_row_is_not_found_and_can_be_replaced(path: Path, value: object) -> None:
    key = "독 5".encode()
    sql(path, "UPDATE rows SET value = ? WHERE key = ?", value, key)
    assert found(path) == {other: row for other, row in ROWS.items() if other != key}
    opened = Store(path)
    opened.add("독", {key: ROWS[key]})
    opened.close()
    assert found(path) == ROWS and not list(path.parent.glob("*.damaged-*"))


def test_a_row_under_the_key_of_another_is_not_found(path: Path) -> None:
    first, second = "독 5".encode(), "독 6".encode()
    sql(path, "UPDATE rows SET key = ? WHERE key = ?", b"moved", first)
    sql(path, "UPDATE rows SET key = ? WHERE key = ?", first, second)
    assert found(path, [first, second, b"moved"]) == {}


def test_two_that_find_the_damage_set_the_file_aside_once(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one, two = Store(path), Store(path)
    overwrite(path, 4096, bytes(path.stat().st_size - 4096))
    assert one.find(list(ROWS)) == {}
    one.add("독", ROWS)
    assert two.find(list(ROWS)) == {}  # it had the old file open still
    assert two.find(list(ROWS)) == ROWS
    two.add("독", {b"by two": b"2"})
    assert one.find([b"by two"]) == {b"by two": b"2"}
    one.close()
    two.close()
    assert found(path, [b"by two", *ROWS]) == {b"by two": b"2", **ROWS}
    assert [aside.name for aside in path.parent.glob("*.damaged-*")] == ["memo.damaged-1"]
    assert capfd.readouterr().err.count("warning") == 1


def test_one_that_never_sees_the_damage_leaves_the_new_file_alone(path: Path) -> None:
    """SQLite removes the log by its name when the last connection to a file is closed, be it another file by now."""
    unaware, finder = Store(path), Store(path)
    assert unaware.find(list(ROWS)) == ROWS
    overwrite(path, 4096, bytes(path.stat().st_size - 4096))
    finder.find(list(ROWS))
    finder.add("독", ROWS)
    unaware.add("독", {b"lost": b""})
    unaware.close()
    assert finder.find(list(ROWS)) == ROWS
    finder.connection.close()
    assert found(path) == ROWS


def test_rows_that_come_upon_damage_go_into_the_new_file(path: Path) -> None:
    opened = Store(path)
    overwrite(path, 4096, bytes(path.stat().st_size - 4096))
    opened.add("독", {b"dear": b"paid"})
    assert opened.find([b"dear"]) == {b"dear": b"paid"}
    opened.close()


WRITER = """
import sys, time
from pathlib import Path
from onggi.work import store
store.BUSY_SECONDS = 900  # however long the others take on a busy machine
path, name, start = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
print("ready", flush=True)
while not start.exists():
    time.sleep(0.001)
opened = store.Store(path)
for block in range(30):
    rows = {f"{name} {block} {n}".encode(): f"{name} {block} {n}".encode() * 20 for n in range(10)}
    opened.add(name, rows | {f"shared {block}".encode(): b"the same"})
    assert opened.find(list(rows)) == rows
opened.close()
"""


def test_processes_that_make_and_fill_a_store_at_once_lose_nothing(tmp_path: Path) -> None:
    path, start = tmp_path / "new" / "memo.sqlite", tmp_path / "start"
    names = ("하나", "둘", "셋", "넷")
    command = [sys.executable, "-c", WRITER]
    children = [
        subprocess.Popen([*command, str(path), name, str(start)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    start.touch()
    for child in children:
        child.communicate(timeout=900)
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    expected = {f"{name} {block} {n}".encode() for name in names for block in range(30) for n in range(10)}
    held = found(path, [*expected, *(f"shared {block}".encode() for block in range(30))])
    assert len(held) == 1230 and all(held[key] == key * 20 for key in expected)


def test_what_the_system_refuses_names_the_file(path: Path) -> None:
    opened = Store(path)
    (pages,) = opened.connection.execute("PRAGMA page_count").fetchone()
    opened.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OSError, match="full") as caught:
        opened.add("독", {b"a": b"1", b"b": bytes(100_000)})
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))
    assert opened.find([b"a", *ROWS]) == ROWS  # all or none
    opened.close()


def test_a_file_that_another_holds_for_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    opened, other = Store(path), sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OSError, match="locked") as caught:
        opened.add("독", {b"a": b"1"})
    assert caught.value.errno == errno.EBUSY
    assert opened.find(list(ROWS)) == ROWS  # reading waits for nobody
    other.close()
    opened.add("독", {b"a": b"1"})
    opened.close()


def test_a_limit_on_file_sizes(python: Python, tmp_path: Path) -> None:
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom onggi.work.store import Store\n"
        "store = Store(Path(sys.argv[1]))\nstore.add('독', {b'a': b'1'})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n    store.add('독', {b'b': bytes(1_000_000)})\n"
        "except OSError as error:\n    print(error.filename)\nstore.close()\n"
    )
    done = python(script, tmp_path / "memo.sqlite")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{tmp_path / 'memo.sqlite'}\n", "")
    assert found(tmp_path / "memo.sqlite", [b"a", b"b"]) == {b"a": b"1"}


def test_a_read_only_folder(read_only: Path) -> None:
    with pytest.raises(PermissionError) as caught:
        Store(read_only / "memo.sqlite")
    assert str(caught.value.filename).startswith(str(read_only))
    with pytest.raises(PermissionError):
        Store(read_only / "deeper" / "memo.sqlite")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "memo.sqlite").mkdir()
    with pytest.raises(OSError, match="unable to open") as caught:
        Store(tmp_path / "memo.sqlite")
    assert caught.value.filename == str(tmp_path / "memo.sqlite")
