import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from onggi.core.errors import MemoError
from onggi.work import upkeep
from onggi.work.store import FORMAT, Store


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
    found = upkeep.stats(store)
    assert found.kinds == {"spellings": (5, 500), "scores": (1, 4)}
    assert found.path == str(store.path)
    assert found.bytes == upkeep.size_on_disk(store) > 504


def test_what_was_used_longest_ago_is_forgotten_first(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "memo.sqlite")) as store:
        store.add("spellings", {key(number): bytes(50_000) for number in range(40)})
        store.write("UPDATE rows SET day = day - ?", [(9,)])
        recent = [key(number) for number in range(30, 40)]
        assert len(store.find(recent)) == 10  # used today
        gone = upkeep.shrink(store, 1_200_000)
        assert upkeep.size_on_disk(store) <= 1_200_000
        assert 10 < gone <= 30
        assert store.find(recent).keys() == set(recent)


def test_a_store_that_is_small_enough_is_left_alone(store: Store) -> None:
    assert upkeep.shrink(store, 10**9) == 0
    assert upkeep.stats(store).kinds["spellings"] == (5, 500)


def test_nothing_is_left_of_a_store_that_may_take_no_space(store: Store) -> None:
    assert upkeep.shrink(store, 0) == 6
    assert upkeep.stats(store).kinds == {}


def test_damaged_rows_are_removed_and_counted(store: Store) -> None:
    assert upkeep.damaged(store) == 0
    break_row(store.path, 2)
    assert upkeep.damaged(store) == 1
    assert store.find([key(1), key(2)]) == {key(1): b"\1" * 100}


def test_an_export_holds_all_rows_and_an_import_only_adds_new_ones(store: Store, tmp_path: Path) -> None:
    assert upkeep.export(store, tmp_path / "exported") == 6
    with closing(Store(tmp_path / "other.sqlite")) as other:
        other.add("spellings", {key(0): bytes(100)})
        assert upkeep.take_over(other, tmp_path / "exported") == (6, 5)
        assert upkeep.take_over(other, tmp_path / "exported") == (6, 0)
        assert other.find([key(number) for number in range(5)]) == {key(n): bytes([n]) * 100 for n in range(5)}


def test_two_exports_of_the_same_rows_are_the_same_bytes(store: Store, tmp_path: Path) -> None:
    upkeep.export(store, tmp_path / "a")
    upkeep.export(store, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_export_leaves_damaged_rows_out(store: Store, tmp_path: Path) -> None:
    break_row(store.path, 3)
    assert upkeep.export(store, tmp_path / "exported") == 5


def test_an_import_with_one_damaged_row_adds_none(store: Store, tmp_path: Path) -> None:
    upkeep.export(store, tmp_path / "exported")
    break_row(tmp_path / "exported", 4)
    with closing(Store(tmp_path / "other.sqlite")) as other:
        with pytest.raises(MemoError, match="exported: row 5 is not what was written"):
            upkeep.take_over(other, tmp_path / "exported")
        assert upkeep.stats(other).kinds == {}


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
        upkeep.take_over(store, tmp_path / "exported")
    assert "\n" not in str(refused.value)
    assert upkeep.stats(store).kinds["spellings"] == (5, 500)


def test_a_missing_file_and_the_memo_itself_are_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(MemoError, match="nowhere: no such file"):
        upkeep.take_over(store, tmp_path / "nowhere")
    with pytest.raises(MemoError, match="is the memo itself"):
        upkeep.export(store, store.path)


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("12", 12), ("500MB", 500 * 10**6), ("5 gb", 5 * 10**9), ("1.5GiB", 3 * 2**29)]
)
def test_sizes(text: str, size: int) -> None:
    assert upkeep.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1", "5 PB", "1,5GB", "I"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(MemoError, match="--max-size: got "):
        upkeep.parse_size(text)
