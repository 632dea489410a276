import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from onggi.core.errors import MemoError
from onggi.work import handover, upkeep
from onggi.work.folders import Folders, Manifest
from onggi.work.handover import Taken, export, take_over
from onggi.work.store import FORMAT, Store, checksum

NONE = Folders(Path("/nowhere"))


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


@pytest.fixture
def store(tmp_path: Path):
    with closing(Store(tmp_path / "memo.sqlite")) as opened:
        opened.add("spellings", {key(number): bytes([number]) * 100 for number in range(5)})
        opened.add("scores", {key(10): b"1234"})
        yield opened


def break_row(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        assert file.execute("UPDATE rows SET value = ? WHERE key = ?", (b"other", key(number))).rowcount == 1


def test_stats_count_rows_and_bytes_by_kind(store: Store) -> None:
    found = upkeep.stats(store, NONE)
    assert found.kinds == {"spellings": (5, 500), "scores": (1, 4)}
    assert found.path == str(store.path)
    assert found.bytes == upkeep.size_on_disk(store) > 504


def test_what_was_used_longest_ago_is_forgotten_first(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "memo.sqlite")) as store:
        store.add("spellings", {key(number): bytes(50_000) for number in range(40)})
        store.write("UPDATE rows SET day = day - ?", [(9,)])
        recent = [key(number) for number in range(30, 40)]
        assert len(store.find(recent)) == 10  # used today
        gone = upkeep.shrink(store, NONE, 1_200_000)[0]
        assert upkeep.size_on_disk(store) <= 1_200_000
        assert 10 < gone <= 30
        assert store.find(recent).keys() == set(recent)


def test_a_store_that_is_small_enough_is_left_alone(store: Store) -> None:
    assert upkeep.shrink(store, NONE, 10**9) == (0, 0)
    assert upkeep.stats(store, NONE).kinds["spellings"] == (5, 500)


def test_nothing_is_left_of_a_store_that_may_take_no_space(store: Store) -> None:
    assert upkeep.shrink(store, NONE, 0) == (6, 0)
    assert upkeep.stats(store, NONE).kinds == {}


def test_damaged_rows_are_removed_and_counted(store: Store) -> None:
    assert upkeep.damaged(store, NONE) == (0, 0)
    break_row(store.path, 2)
    assert upkeep.damaged(store, NONE) == (1, 0)
    assert store.find([key(1), key(2)]) == {key(1): b"\1" * 100}


def test_an_export_holds_all_rows_and_an_import_only_adds_new_ones(store: Store, tmp_path: Path) -> None:
    assert export(store, NONE, tmp_path / "exported") == (6, 0)
    with closing(Store(tmp_path / "other.sqlite")) as other:
        other.add("spellings", {key(0): bytes(100)})
        assert take_over(other, NONE, tmp_path / "exported") == Taken(6, 5, 0, 0)
        assert take_over(other, NONE, tmp_path / "exported") == Taken(6, 0, 0, 0)
        assert other.find([key(number) for number in range(5)]) == {key(n): bytes([n]) * 100 for n in range(5)}


def test_two_exports_of_the_same_rows_are_the_same_bytes(store: Store, tmp_path: Path) -> None:
    export(store, NONE, tmp_path / "a")
    export(store, NONE, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_export_leaves_damaged_rows_out(store: Store, tmp_path: Path) -> None:
    break_row(store.path, 3)
    assert export(store, NONE, tmp_path / "exported") == (5, 0)


def test_an_import_with_one_damaged_row_adds_none(store: Store, tmp_path: Path) -> None:
    export(store, NONE, tmp_path / "exported")
    break_row(tmp_path / "exported", 4)
    with closing(Store(tmp_path / "other.sqlite")) as other:
        with pytest.raises(MemoError, match="exported: row 5 is not what was written"):
            take_over(other, NONE, tmp_path / "exported")
        assert upkeep.stats(other, NONE).kinds == {}


def not_sqlite(path: Path) -> None:
    path.write_text("메주 쑤는 법")


def of_another_format(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {FORMAT + 1}")


def cut_off(path: Path) -> None:
    with closing(Store(path)) as store:
        store.add("spellings", {key(number): bytes(4000) for number in range(50)})
    path.write_bytes(path.read_bytes()[:40_000])


@pytest.mark.parametrize("make", [not_sqlite, of_another_format, cut_off, Path.touch, Path.mkdir])
def test_what_is_no_export_is_refused_in_one_line(store: Store, tmp_path: Path, make) -> None:
    make(tmp_path / "exported")
    with pytest.raises(MemoError, match="exported: ") as refused:
        take_over(store, NONE, tmp_path / "exported")
    assert "\n" not in str(refused.value)
    assert upkeep.stats(store, NONE).kinds["spellings"] == (5, 500)


def test_a_missing_file_and_the_memo_itself_are_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(MemoError, match="nowhere: no such file"):
        take_over(store, NONE, tmp_path / "nowhere")
    with pytest.raises(MemoError, match="is the memo itself"):
        export(store, NONE, store.path)


@pytest.mark.parametrize(
    "value", [b"", np.array([3, 4], np.float32).tobytes(), np.full(2, np.nan, np.float32).tobytes()]
)
def test_a_row_that_no_model_returned_is_damaged_whatever_its_checksum(
    store: Store, tmp_path: Path, value: bytes
) -> None:
    store.add("embeddings", {key(20): np.array([0.6, 0.8], np.float32).tobytes(), key(21): value})
    with closing(Store(tmp_path / "other.sqlite")) as other:
        assert export(store, NONE, tmp_path / "exported") == (7, 0)  # what is wrong is left out
        with closing(sqlite3.connect(tmp_path / "exported")) as file, file:
            file.execute(
                "INSERT INTO rows VALUES (?, ?, ?, ?, 0)", (key(21), "embeddings", value, checksum(key(21), value))
            )
        with pytest.raises(MemoError, match=r"exported: row 8 .*no model returned it"):
            take_over(other, NONE, tmp_path / "exported")
        assert upkeep.count(other) == 0
    assert upkeep.damaged(store, NONE) == (1, 0)
    assert store.find([key(20), key(21)]).keys() == {key(20)}


KEYS = ["ab" * 16, "cd" * 16]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """Two checkpoints, of one training and one bootstrap."""
    monkeypatch.setattr(handover, "BYTES_PER_PART", 1000)
    held = Folders(tmp_path / "checkpoints")
    for number, held_key in enumerate(KEYS):
        made = tmp_path / f"made {number}"
        (made / "1_Pooling").mkdir(parents=True)
        (made / "1_Pooling" / "config.json").write_text("{}", "utf-8")
        (made / "model.safetensors").write_bytes(bytes([number]) * 2500)
        (made / "empty").touch()
        held.keep(Manifest.of(held_key, ["training", "bootstrap"][number], made, [[number, 0.5]]), made)
    return held


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_stats_count_checkpoints(store: Store, folders: Folders) -> None:
    found = upkeep.stats(store, folders)
    assert found.checkpoints == (2, folders.size())
    assert found.bytes == upkeep.size_on_disk(store) + folders.size()


def test_checkpoints_are_handed_on(store: Store, folders: Folders, tmp_path: Path) -> None:
    for name in ("exported", "again"):
        assert export(store, folders, tmp_path / name) == (6, 2)
    assert (tmp_path / "exported").read_bytes() == (tmp_path / "again").read_bytes()
    theirs = Folders(tmp_path / "theirs" / "checkpoints")
    with closing(Store(tmp_path / "theirs" / "other.sqlite")) as other:
        assert take_over(other, theirs, tmp_path / "exported") == Taken(6, 6, 2, 2)
        assert take_over(other, theirs, tmp_path / "exported") == Taken(6, 0, 2, 0)
    for held_key in KEYS:
        assert content(theirs.path / held_key) == content(folders.path / held_key)
    assert not list((tmp_path / "theirs").glob(".import-*"))


def test_a_damaged_checkpoint_is_not_exported_and_is_removed(store: Store, folders: Folders, tmp_path: Path) -> None:
    (folders.path / KEYS[0] / "files" / "model.safetensors").write_bytes(b"other")
    assert export(store, folders, tmp_path / "exported") == (6, 1)
    assert upkeep.damaged(store, folders) == (0, 1)
    assert folders.kept() == KEYS[1:]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parts SET content = x'00' WHERE part = 1",
        "DELETE FROM parts WHERE part = 2",
        "UPDATE parts SET name = '../outside' WHERE name LIKE 'model%'",
        "UPDATE checkpoints SET manifest = replace(manifest, 'model.safetensors', '../outside')",
        "UPDATE checkpoints SET manifest = 'null'",
        "UPDATE checkpoints SET key = '../../outside' WHERE key LIKE 'ab%'",
        "UPDATE parts SET content = 7 WHERE part = 1",
        "DROP TABLE parts",
    ],
)
def test_an_import_with_one_damaged_checkpoint_adds_nothing(
    store: Store, folders: Folders, tmp_path: Path, statement: str
) -> None:
    export(store, folders, tmp_path / "exported")
    with closing(sqlite3.connect(tmp_path / "exported")) as file, file:
        file.execute(statement)
    theirs = Folders(tmp_path / "theirs" / "checkpoints")
    with closing(Store(tmp_path / "theirs" / "other.sqlite")) as other:
        with pytest.raises(MemoError, match="exported: ") as refused:
            take_over(other, theirs, tmp_path / "exported")
        assert "\n" not in str(refused.value) and upkeep.count(other) == 0
    assert theirs.kept() == [] and not list(tmp_path.rglob("outside"))


def test_an_export_of_rows_alone_is_taken_over(store: Store, tmp_path: Path) -> None:
    """As versions before checkpoints wrote it."""
    export(store, NONE, tmp_path / "exported")
    with closing(sqlite3.connect(tmp_path / "exported")) as file, file:
        file.execute("DROP TABLE checkpoints")
        file.execute("DROP TABLE parts")
    with closing(Store(tmp_path / "other.sqlite")) as other:
        assert take_over(other, Folders(tmp_path / "none"), tmp_path / "exported") == Taken(6, 6, 0, 0)


def test_rows_and_checkpoints_are_forgotten_by_their_last_use(folders: Folders, tmp_path: Path) -> None:
    """Checkpoint, rows, checkpoint, rows; what was set aside goes before all."""
    with closing(Store(tmp_path / "memo.sqlite")) as store:
        store.add("spellings", {key(number): bytes(50_000) for number in range(40)})
        store.write("UPDATE rows SET day = 15 WHERE key < ?", [(key(20),)])
        for held_key, used in zip(KEYS, (10, 20), strict=True):
            os.utime(folders.path / held_key / "manifest.json", (used * 86400, used * 86400))
        shutil.copytree(folders.path / KEYS[1], folders.path / f"{KEYS[1]}.damaged-1")
        store.compact()
        whole = upkeep.size_on_disk(store) + folders.size()
        assert upkeep.shrink(store, folders, whole) == (0, 0)
        assert upkeep.shrink(store, folders, whole - 1) == (0, 1)
        assert folders.kept() == KEYS
        assert upkeep.shrink(store, folders, whole - 4000) == (0, 1)
        assert folders.kept() == KEYS[1:]
        assert upkeep.shrink(store, folders, 1_200_000)[1] == 0
        assert len(store.find([key(number) for number in range(20, 40)])) == 20
        rows, gone = upkeep.shrink(store, folders, 500_000)
        assert gone == 1 and 0 < upkeep.count(store) < 20 and rows > 0
        assert upkeep.size_on_disk(store) <= 500_000


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("12", 12), ("500MB", 500 * 10**6), ("5 gb", 5 * 10**9), ("1.5GiB", 3 * 2**29)]
)
def test_sizes(text: str, size: int) -> None:
    assert upkeep.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1", "5 PB", "1,5GB", "I"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(MemoError, match="--max-size: got "):
        upkeep.parse_size(text)
