import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from onggi.core.digests import files_digest
from onggi.work import journal, memo, store
from onggi.work.folders import Folders
from onggi.work.memo import Memo, Space, open_memo, using
from onggi.work.store import FORMAT, Store

ROOT = Path(__file__).parents[2]
Python = Callable[..., "subprocess.CompletedProcess[str]"]
DECIDED_BY: dict[str, object] = {
    "files": "ab12",
    "code": "cd34",
    "length": 64,
    "versions": {"torch": "2.13", "b": None},
}


def space(kind: str = "spellings", cost: str = "much", **other: object) -> Space:
    return memo.space(kind, DECIDED_BY | other, cost)  # type: ignore[arg-type]


class Model:
    """Spells a text backwards, the last of its inputs first; it notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: list[str]) -> Iterator[tuple[int, bytes]]:
        self.asked.append(texts)
        return ((place, texts[place][::-1].encode()) for place in reversed(range(len(texts))))


def backwards(texts: Sequence[str]) -> list[bytes]:
    return [text[::-1].encode() for text in texts]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memo.sqlite"


ITEMS = st.one_of(st.text("가ab1:\ud800", max_size=5), st.tuples(*[st.text("가ab1:", max_size=3)] * 2))


@given(ITEMS, ITEMS)
def test_two_inputs_never_share_a_key(one: str | tuple[str, str], other: str | tuple[str, str]) -> None:
    assume(one != other)
    assert space().key(one) != space().key(other)
    assert space().key(one) == space().key(one) and len(space().key(one)) == 16


def test_a_pair_is_neither_its_words_joined_nor_cut_elsewhere() -> None:
    keys = {space().key(item) for item in [("독", "물독"), ("독물", "독"), ("물독", "독"), "독물독", "1:독물독", ""]}
    assert len(keys) == 6


@pytest.mark.parametrize(
    "other",
    [
        {"files": "ab13"},
        {"code": "cd35"},
        {"length": 65},
        {"length": "64"},
        {"versions": {"torch": "2.14", "b": None}},
        {"versions": {"torch": "2.13", "b": ""}},
        {"kind": "spellings"},
        {"prefix": None},
    ],
    ids=str,
)
def test_all_that_decides_a_row_is_in_its_key(other: dict[str, object]) -> None:
    assert memo.space("spellings", DECIDED_BY | other, "much").key("독") != space().key("독")


def test_the_kind_is_in_the_key_and_neither_the_order_of_settings_nor_the_cost() -> None:
    assert space("scores").key("독") != space().key("독")
    again = memo.space("spellings", dict(reversed(DECIDED_BY.items())), "paid")
    assert again.key("독") == space().key("독")


TEXTS = st.lists(st.text("독물콩", max_size=3), max_size=30)


@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(1, 9), st.sampled_from(["little", "much", "paid"]))
def test_rows_are_those_of_the_model_in_order_and_each_is_computed_once(
    builds: list[list[str]], block: int, cost: str
) -> None:
    """Over blocks of any size, over builds, for lists and generators."""
    seen: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(memo, "ITEMS_PER_BLOCK", block)
        for number, texts in enumerate(builds):
            model = Model()
            with (
                journal.recording("독", Path(folder) / "journal.jsonl") as entry,
                using(Memo(Store(Path(folder) / "memo.sqlite"))) as opened,
            ):
                found = opened.rows(space(cost=cost), iter(texts) if number % 2 else texts, model)
                assert list(found) == backwards(texts)
            computed = [text for asked in model.asked for text in asked]
            assert sorted(computed) == sorted(set(texts) - seen)
            work = entry.works["spellings"]
            assert (work.held, work.computed) == (len(texts) - len(computed), len(computed))
            seen |= set(texts)


def test_without_a_store_all_is_computed_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 3)
    model = Model()
    for _ in range(2):
        assert list(memo.active().rows(space(), ["가", "나", "가", "다"], model)) == backwards(["가", "나", "가", "다"])
    assert model.asked == [["가", "나"], ["다"]] * 2


def test_a_block_of_long_texts_holds_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(memo.CHARACTERS_PER_BLOCK, "much", 5)
    model = Model()
    texts = ["가나다", "라마", "바", "사아자차카타", "파"]
    assert list(Memo().rows(space(), texts, model)) == backwards(texts)
    assert model.asked == [["가나다", "라마"], ["바", "사아자차카타"], ["파"]]


def test_pairs_that_share_a_text_hold_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is full by the characters that it holds, not by how often they are asked for."""
    monkeypatch.setitem(memo.CHARACTERS_PER_BLOCK, "much", 10)
    blocks: list[list[tuple[str, str]]] = []

    def first(pairs: list[tuple[str, str]]) -> Iterator[tuple[int, bytes]]:
        blocks.append(pairs)
        return ((place, pair[0].encode()) for place, pair in enumerate(pairs))

    asked = [(query, "".join(["된", "장독대"])) for query in "가나다라마바사"]
    assert [row.decode() for row in Memo().rows(space(), asked, first)] == list("가나다라마바사")
    assert [len(block) for block in blocks] == [6, 1]
    assert len({id(passage) for _, passage in asked}) == 7
    assert [len({id(passage) for _, passage in block}) for block in blocks] == [1, 1]


def test_pairs_and_texts_have_rows_of_their_own(path: Path) -> None:
    def joined(pairs: list[tuple[str, str]]) -> Iterator[tuple[int, bytes]]:
        return ((place, "+".join(pair).encode()) for place, pair in enumerate(pairs))

    with using(Memo(Store(path))) as opened:
        pairs = [("독", "물"), ("독물", ""), ("독", "물")]
        assert list(opened.rows(space(), pairs, joined)) == ["독+물".encode(), "독물+".encode(), "독+물".encode()]
        assert list(opened.rows(space(), ["독물"], Model())) == backwards(["독물"])


def test_inputs_are_taken_a_block_at_a_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 2)
    waiting = iter("가나다라마바")
    model = Model()
    with using(Memo(Store(path))) as opened:
        rows = opened.rows(space(), waiting, model)
        assert next(rows) == "가".encode() and "".join(waiting) == "다라마바"
        rows.close()
    assert model.asked == [["가", "나"]]
    with using(Memo(Store(path))) as opened:
        assert list(opened.rows(space(), "가나", model)) == backwards("가나")
    assert model.asked == [["가", "나"]]  # what was computed for one who went away is held


def test_rows_within_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that asks another one for rows, and inputs that come of rows of the same kind."""
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 2)
    inner, outer = Model(), Model()
    texts = ["가나", "다라", "가나", "마"]
    with (
        journal.recording("독", path.with_name("journal.jsonl")) as entry,
        using(Memo(Store(path))) as opened,
    ):

        def asking(found: list[str]) -> Iterator[tuple[int, bytes]]:
            for place, row in outer(found):
                (reversed_again,) = opened.rows(space("inner"), [row.decode()], inner)
                yield place, reversed_again

        through = opened.rows(space("outer"), texts, asking)
        again = opened.rows(space("outer", files="other"), (row.decode() for row in through), outer)
        assert list(again) == backwards(texts)
    works = {kind: (work.held, work.computed) for kind, work in entry.works.items()}
    assert works == {"outer": (2, 6), "inner": (0, 3)}


CRASH = """
import os, sys
from pathlib import Path
from onggi.work import memo
from onggi.work.store import Store
path, cost, seconds, block = sys.argv[1:]
memo.SECONDS_BETWEEN_COMMITS, memo.ITEMS_PER_BLOCK = float(seconds), int(block)

def compute(texts):
    for place, text in enumerate(texts):
        if text == "7":
            os.kill(os.getpid(), 9)
        yield place, text.encode()

with memo.using(memo.Memo(Store(Path(path)))) as opened:
    for _ in opened.rows(memo.space("spellings", {}, cost), map(str, range(10)), compute):
        pass
"""


@pytest.mark.parametrize(
    ("cost", "seconds", "block", "kept"),
    [("paid", 1e9, 100, 7), ("much", 0, 100, 7), ("little", 0, 100, 7), ("much", 1e9, 100, 0), ("much", 1e9, 3, 6)],
)
def test_a_crash_costs_what_was_not_committed(
    python: Python, path: Path, cost: str, seconds: float, block: int, kept: int
) -> None:
    """Paid rows are committed one by one, others as often as said and at the end of a block."""
    assert python(CRASH, path, cost, seconds, block).returncode == -9
    where = memo.space("spellings", {}, "much")
    assert len(Store(path).find([where.key(str(n)) for n in range(10)])) == kept


@pytest.mark.parametrize("raised", [KeyboardInterrupt, ValueError])
def test_what_was_computed_before_an_interrupt_is_kept(path: Path, raised: type[BaseException]) -> None:
    def interrupted(texts: list[str]) -> Iterator[tuple[int, bytes]]:
        for place, text in enumerate(texts):
            if text == "다":
                raise raised
            yield place, text.encode()

    with pytest.raises(raised), using(Memo(Store(path))) as opened:
        list(opened.rows(space(cost="little"), "가나다라", interrupted))
    model = Model()
    with using(Memo(Store(path))) as opened:
        assert list(opened.rows(space(cost="little"), "가나다라", model)) == backwards("가나다라")
    assert model.asked == [["다", "라"]]


WRITER = """
import sys
from pathlib import Path
from onggi.work import memo, progress, store
from onggi.work.store import Store
memo.ITEMS_PER_BLOCK, memo.SECONDS_BETWEEN_COMMITS = 50, 0
store.BUSY_SECONDS = 900  # however long the others take on a busy machine
progress.SECONDS_BETWEEN_LINES = float("inf")  # what is printed here is an error
path, first = Path(sys.argv[1]), int(sys.argv[2])
texts = [str(n) for n in range(first, first + 400)]
with memo.using(memo.Memo(Store(path))) as opened:
    rows = opened.rows(memo.space("spellings", {}, "much"), texts, lambda t: enumerate(x.encode() * 50 for x in t))
    assert list(rows) == [text.encode() * 50 for text in texts]
"""


def test_four_processes_that_compute_much_the_same_at_once_lose_nothing(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    children = [subprocess.Popen([*command, str(200 * n)], cwd=ROOT, stderr=subprocess.PIPE) for n in range(4)]
    assert [(child.communicate(timeout=900)[1], child.returncode) for child in children] == [(b"", 0)] * 4
    where = memo.space("spellings", {}, "much")
    held = Store(path).find([where.key(str(n)) for n in range(1000)])
    assert held == {where.key(str(n)): str(n).encode() * 50 for n in range(1000)}


def test_a_file_that_is_damaged_during_a_build(
    path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 100)
    texts = [f"{n}번 독" * 20 for n in range(1000)]
    model = Model()
    with using(Memo(Store(path))) as opened:
        list(opened.rows(space(), texts, model))
    size = path.stat().st_size
    with using(Memo(Store(path))) as opened:
        found = []
        for place, row in enumerate(opened.rows(space(), texts, model)):
            found.append(row)
            if place == 250:
                with path.open("r+b") as file:
                    file.seek(4096)
                    file.write(bytes(size - 4096))
        assert found == backwards(texts)
    printed = capfd.readouterr().err
    assert printed.count("\n") == 1 and "memo.damaged-1" in printed
    with using(Memo(Store(path))) as opened:
        again = Model()
        assert list(opened.rows(space(), texts, again)) == backwards(texts)
    assert sum(map(len, again.asked)) == 300  # the blocks that came before the damage
    assert capfd.readouterr().err == ""


def test_a_full_disk_is_one_warning(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with using(Memo(Store(path))) as opened:
        list(opened.rows(space(), "가나", Model()))
        assert opened.store is not None
        opened.store.connection.execute("PRAGMA max_page_count = 4")
        many = [f"{n}번 독" * 99 for n in range(300)]
        assert list(opened.rows(space(cost="paid"), many, Model())) == backwards(many)
        assert list(opened.rows(space(), "가나다", Model())) == backwards("가나다")
    warning = f"warning: {path}: the memo is not written (database or disk is full); what is computed is not kept\n"
    assert capfd.readouterr().err == warning
    assert list(Store(path).find([space().key("가")]).values()) == ["가".encode()]


def test_a_file_that_another_holds_is_one_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    with using(Memo(Store(path))) as opened:
        other = sqlite3.connect(path)
        other.execute("BEGIN IMMEDIATE")
        assert list(opened.rows(space(), "가나", Model())) == backwards("가나")
        other.close()
    warning = f"warning: {path}: the memo is not written (database is locked); what is computed is not kept\n"
    assert capfd.readouterr().err == warning


def test_a_memo_that_cannot_be_is_one_warning(
    read_only: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(read_only))
    with using(open_memo()) as opened:
        assert opened.store is None
        assert list(memo.active().rows(space(), "가나", Model())) == backwards("가나")
    printed = capfd.readouterr().err
    assert printed.startswith(f"warning: {read_only}/") and printed.count("\n") == 1
    assert printed.endswith(": the memo is not used (Permission denied); all is computed\n")


def test_a_file_in_place_of_the_folder_is_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "독").write_text("")
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "독"))
    assert open_memo().store is None
    assert (
        capfd.readouterr().err == f"warning: {tmp_path / '독'}: the memo is not used (File exists); all is computed\n"
    )


def plan(path: Path, cost: str, texts: Sequence[str], model: Model) -> journal.Entry:
    """Plan rows; return what the plan counted."""
    with (
        journal.recording("독", path.with_name("plan.jsonl")) as entry,
        using(Memo(Store(path.with_name("plan.sqlite")), Store(path), planning=True)) as opened,
    ):
        assert list(opened.rows(space(cost=cost), iter(texts), model)) == backwards(texts)
    return entry


def test_a_plan_computes_what_costs_little_and_keeps_none_of_it(path: Path) -> None:
    model = Model()
    entry = plan(path, "little", "가나가", model)
    assert (entry.status, entry.works["spellings"].computed) == ("done", 2)
    assert not Store(path).find([space().key(text) for text in "가나"])
    again = plan(path, "little", "가나다", model)  # another stage of the plan finds them, as one of the build would
    assert (again.works["spellings"].held, again.works["spellings"].computed) == (2, 1)


@pytest.mark.parametrize("cost", ["much", "paid"])
def test_a_plan_counts_what_costs_much_and_ends(path: Path, monkeypatch: pytest.MonkeyPatch, cost: str) -> None:
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 3)
    texts = list("가나다라마가나바사아가")
    with using(Memo(Store(path))) as opened:
        list(opened.rows(space(), "나라사자", Model()))
    model = Model()
    with pytest.raises(journal.PlanEnds):
        plan(path, cost, texts, model)
    (planned,) = journal.entries(path.with_name("plan.jsonl"))
    assert planned.status == "planned" and model.asked == []
    with (
        journal.recording("독", path.with_name("journal.jsonl")) as done,
        using(Memo(Store(path))) as opened,
    ):
        list(opened.rows(space(), texts, model))
    assert sum(map(len, model.asked)) == 5
    counted = planned.works["spellings"]
    assert (counted.held, counted.computed) == (6, 5)
    assert (done.works["spellings"].held, done.works["spellings"].computed) == (6, 5)


def test_a_plan_goes_on_where_all_is_held(path: Path) -> None:
    with using(Memo(Store(path))) as opened:
        list(opened.rows(space(), "가나", Model()))
    model = Model()
    entry = plan(path, "much", "나가나", model)
    assert (model.asked, entry.works["spellings"].held, entry.works["spellings"].computed) == ([], 3, 0)


def test_work_that_is_not_kept_by_rows(path: Path) -> None:
    with journal.recording("독", path.with_name("journal.jsonl")) as entry:
        with Memo().aside("training", 16):
            assert entry.works["training"].computed == 0
        with pytest.raises(ZeroDivisionError), Memo().aside("training", 5):
            _ = 1 / 0
    assert entry.works["training"].computed == 16  # what failed does not count
    with (
        pytest.raises(journal.PlanEnds),
        journal.recording("독", path.with_name("plan.jsonl")) as entry,
        Memo(planning=True).aside("training", 9),
    ):
        pytest.fail("a plan trains nothing")
    assert entry.works["training"].computed == 9


def test_memos_nest_and_the_outer_one_is_back_after_an_error(path: Path) -> None:
    nothing = memo.active()
    outer, inner = Memo(Store(path)), Memo(Store(path))
    with using(outer):
        with pytest.raises(ValueError, match="독"), using(inner):
            assert memo.active() is inner
            raise ValueError("독")
        assert memo.active() is outer and inner.store is None
        assert list(memo.active().rows(space(), "가", Model())) == backwards("가")
    assert memo.active() is nothing and nothing.store is None


def test_rows_that_are_asked_for_after_the_memo_was_closed_are_computed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "ITEMS_PER_BLOCK", 2)
    with using(Memo(Store(path))) as opened:
        rows = opened.rows(space(), "가나다라", Model())
        assert next(rows) == "가".encode()
    assert list(rows) == backwards("나다라")


def test_the_memo_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path))
    model = Model()
    for _ in range(2):
        with using(open_memo()) as opened:
            list(opened.rows(space(), "가나", model))
    assert model.asked == [["가", "나"]] and (tmp_path / f"memo-{FORMAT}.sqlite").exists()
    with using(open_memo(tmp_path / "plan.jsonl")) as opened:
        assert opened.planning
        assert list(opened.rows(space(), "나", model)) == backwards("나")  # held by the memo behind
    assert model.asked == [["가", "나"]]


def test_a_plan_makes_no_memo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "none"))
    with using(open_memo(tmp_path / "plan.jsonl")) as opened:
        list(opened.rows(space(cost="little"), "가", Model()))
    assert not (tmp_path / "none").exists()


@pytest.fixture
def held_read_only(path: Path) -> Iterator[Path]:
    """A folder with the rows of two texts, in which nothing can be made or changed, by root neither."""
    with using(Memo(Store(path))) as opened:
        list(opened.rows(space(), "가나", Model()))
    path.parent.chmod(0o555)
    path.chmod(0o444)
    for folder in path.parent.parents[:3]:
        folder.chmod(folder.stat().st_mode | 0o055)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield path
    if root:
        os.seteuid(0)
    path.parent.chmod(0o755)


def test_a_memo_that_is_read_only_is_read(held_read_only: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = Model()
    with using(Memo(Store(held_read_only))) as opened:
        assert list(opened.rows(space(), "나가나", model)) == backwards("나가나")
        assert model.asked == [] and capfd.readouterr().err == ""
        for _ in range(2):
            assert list(opened.rows(space(cost="paid"), "가다라", model)) == backwards("가다라")
    assert model.asked == [["다", "라"]] * 2
    said = "the memo is not written (attempt to write a readonly database); what is computed is not kept"
    assert capfd.readouterr().err == f"warning: {held_read_only}: {said}\n"
    assert sorted(file.name for file in held_read_only.parent.glob("memo*")) == ["memo.lock", "memo.sqlite"]


def test_a_plan_reads_a_memo_that_is_read_only(held_read_only: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with using(Memo(behind=Store(held_read_only), store=None, planning=True)) as opened:
        assert opened.behind is not None and opened.behind.read_only
        assert len(opened.behind.find([space().key("가")])) == 1


def vector(*numbers: float) -> bytes:
    return np.array(numbers, np.float32).tobytes()


UNIT = vector(0.6, 0.8)


def encode(texts: list[str]) -> Iterator[tuple[int, bytes]]:
    return ((place, UNIT) for place, _ in enumerate(texts))


@pytest.mark.parametrize(
    "row",
    [vector(float("nan"), 1), vector(float("inf"), 0), vector(3, 4), vector(1), vector(1, 0, 0), b"", UNIT[:7], b"xyz"],
)
def test_a_row_that_no_encoder_returns_counts_as_missing(path: Path, row: bytes) -> None:
    """Whatever its checksum says; it is computed and replaced."""
    where = memo.space("embeddings", DECIDED_BY, "much", width=8)
    with using(Memo(Store(path))) as opened:
        assert opened.store is not None
        opened.store.add("embeddings", {where.key("가"): row, where.key("나"): vector(0, 1)})
        assert list(opened.rows(where, "가나", encode)) == [UNIT, vector(0, 1)]
    with using(Memo(Store(path))) as opened:
        assert opened.store is not None
        assert opened.store.find([where.key("가")]) == {where.key("가"): UNIT}


def test_a_plan_counts_such_a_row_as_missing(path: Path) -> None:
    where = memo.space("embeddings", DECIDED_BY, "much", width=8)
    with using(Memo(Store(path))) as opened:
        assert opened.store is not None
        opened.store.add("embeddings", {where.key("가"): vector(3, 4), where.key("나"): UNIT})
    with pytest.raises(journal.PlanEnds), journal.recording("독", path.with_name("plan.jsonl")) as entry:
        list(Memo(Store(path), planning=True).rows(where, "가나", encode))
    assert (entry.works["embeddings"].held, entry.works["embeddings"].computed) == (1, 1)


def test_a_row_of_another_kind_counts_as_missing(path: Path) -> None:
    with using(Memo(Store(path))) as opened:
        assert opened.store is not None
        opened.store.add("scores", {space().key("가"): b"1234"})
        assert list(opened.rows(space(), "가", Model())) == backwards("가")


JAR = memo.space("training", {"base": "ab12"}, "much")


def fill(folder: Path) -> object:
    (folder / "안").mkdir(parents=True)
    (folder / "안" / "독.json").write_text("된장", "utf-8")
    (folder / "weights").write_bytes(bytes(1000))
    return [(1, 0.5), (2, None)]


FILLED = {"안/독.json": "된장".encode(), "weights": bytes(1000)}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def never(folder: Path) -> object:
    raise AssertionError("made again")


def test_a_folder_is_made_once_and_a_later_edit_does_not_reach_it(tmp_path: Path) -> None:
    with journal.recording("독", tmp_path / "journal.jsonl") as entry:
        for make in (fill, never, never):
            with using(Memo(folders=Folders(tmp_path / "held"))) as opened:
                assert opened.folder(JAR, "data", 16, tmp_path / "out", make) == [[1, 0.5], [2, None]]
            assert content(tmp_path / "out") == FILLED
            with (tmp_path / "out" / "weights").open("r+b") as file:
                file.write(b"edited")
    assert (entry.works["training"].computed, entry.works["training"].held) == (16, 32)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_of_other_input_or_space_is_another(tmp_path: Path) -> None:
    with using(Memo(folders=Folders(tmp_path / "held"))) as opened:
        opened.folder(JAR, "data", 1, tmp_path / "out", fill)
        for where, item in [(JAR, "other"), (memo.space("training", {"base": "ab13"}, "much"), "data")]:
            with pytest.raises(AssertionError, match="made again"):
                opened.folder(where, item, 1, tmp_path / "out", never)
    assert content(tmp_path / "out") == FILLED  # what failed leaves what was there


def test_without_a_place_a_folder_is_made_every_time(tmp_path: Path) -> None:
    for _ in range(2):
        assert memo.active().folder(JAR, "data", 1, tmp_path / "out", fill) == [[1, 0.5], [2, None]]
    with pytest.raises(AssertionError, match="made again"):
        memo.active().folder(JAR, "data", 1, tmp_path / "out", never)


def test_a_plan_counts_a_folder_that_is_not_held_and_goes_on_with_one_that_is(tmp_path: Path) -> None:
    held = Folders(tmp_path / "held")
    with (
        pytest.raises(journal.PlanEnds),
        journal.recording("독", tmp_path / "plan.jsonl") as entry,
    ):
        Memo(folders=held, planning=True).folder(JAR, "data", 9, tmp_path / "out", never)
    assert (entry.works["training"].held, entry.works["training"].computed) == (0, 9)
    assert not (tmp_path / "out").exists() and not held.path.exists()
    Memo(folders=held).folder(JAR, "data", 9, tmp_path / "out", fill)
    with journal.recording("독", tmp_path / "plan.jsonl") as entry:
        found = Memo(folders=held, planning=True).folder(JAR, "data", 9, tmp_path / "planned", never)
    assert found == [[1, 0.5], [2, None]] and content(tmp_path / "planned") == FILLED
    assert (entry.works["training"].held, entry.works["training"].computed) == (9, 0)
    assert files_digest(tmp_path / "planned") == files_digest(tmp_path / "out")


def test_what_was_left_beside_a_folder_that_is_made_is_removed(tmp_path: Path) -> None:
    def make(folder: Path) -> object:
        folder.with_name("meanwhile").mkdir()
        return fill(folder)

    Memo(folders=Folders(tmp_path / "held")).folder(JAR, "data", 1, tmp_path / "in" / "out", make)
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["out"]


def test_a_place_that_cannot_be_written_is_one_warning(
    read_only: Path, tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        memo_ = Memo(folders=Folders(read_only / "held"))
        assert memo_.folder(JAR, "data", 1, out, fill) == [[1, 0.5], [2, None]]
        assert content(out) == FILLED
    warning = f"warning: {read_only / 'held'}: the training is not kept in the memo (Permission denied)\n"
    assert capfd.readouterr().err == warning
